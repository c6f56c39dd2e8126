"""The method that a request of a REST API means, whoever asks: who may do it, and who does it (rest 1, D)."""

from flask import Request

OVERRIDE_HEADER = "X-HTTP-Method-Override"


def effective_method(request: Request) -> str:
    """HEAD is GET without a body; on POST a header may name another method."""
    method = request.method
    if method == "POST":
        method = request.headers.get(OVERRIDE_HEADER, method).strip().upper()
    return "GET" if method == "HEAD" else method
