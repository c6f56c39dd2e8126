"""Security headers on every answer of an app, errors and static files included."""

import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from werkzeug.urls import iri_to_uri

from ..ids import Ids
from ..listening import is_loopback

BASE_POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "manifest-src": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "form-action": ["'self'"],
}


ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*:(//[A-Za-z0-9._:\[\]-]+)?")
"""A scheme, and a host with a port where it has one."""


def allow_form_redirect(url: str) -> None:
    """Let the page being rendered submit a form that ends in a redirect to ``url``'s origin.

    Chromium applies ``form-action`` to the redirects behind a form as well, so the OAuth callback would be blocked.
    The origin is written as the Location header has it. An address that is none, or whose host would add words of its
    own to the policy, is not let in.
    """
    parts = urlsplit(iri_to_uri(url))
    origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"
    if ORIGIN.fullmatch(origin):
        g.setdefault("form_action_origins", []).append(origin)


def script_nonce() -> str:
    """The nonce that lets an inline script of this answer run, drawn at its first use."""
    if "script_nonce" not in g:
        g.script_nonce = Ids().token(16)
    return str(g.script_nonce)


POLICY_MAKERS = frozenset({"form_action_origins", "script_nonce"})
"""What a page may have left in ``g`` for its policy."""


def content_security_policy() -> str:
    if POLICY_MAKERS.isdisjoint(g):
        return _PLAIN_POLICY
    policy = {name: list(sources) for name, sources in BASE_POLICY.items()}
    policy["form-action"] += g.get("form_action_origins", [])
    if "script_nonce" in g:
        policy["script-src"].append(f"'nonce-{g.script_nonce}'")
    return _written(policy)


def _written(policy: Mapping[str, Sequence[str]]) -> str:
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in policy.items())


_PLAIN_POLICY = _written(BASE_POLICY)


SAME_FOR_ALL = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def install_headers(app: Flask, *, further: Callable[[Response], Mapping[str, str]] | None = None) -> None:
    """Add to each answer the headers that it does not have; ``further`` gives those of one product alone.

    No HSTS under a loopback name: a browser would keep it for all ports of ``localhost``, the http one included.
    """

    @app.after_request
    def _set(response: Response) -> Response:
        wanted = {**SAME_FOR_ALL, "Content-Security-Policy": content_security_policy()}
        if request.is_secure and not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
            wanted["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        if further is not None:
            wanted.update(further(response))
        _add_missing(response, wanted)
        return response

    app.jinja_env.globals["script_nonce"] = script_nonce


def _add_missing(response: Response, wanted: Mapping[str, str]) -> None:
    """In one go: each look-up in the headers goes through all of them."""
    present = {name.lower() for name, _value in response.headers}
    response.headers.extend([(name, value) for name, value in wanted.items() if name.lower() not in present])
