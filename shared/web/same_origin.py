"""Was a request sent by one of our own pages?"""

from urllib.parse import urlsplit

from flask import Request

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def comes_from_elsewhere(request: Request) -> bool:
    """Whether a browser says that another site sent this unsafe request.

    ``Sec-Fetch-Site`` decides when it is present. ``Origin`` is looked at only when it is absent, since a page under
    ``Referrer-Policy: no-referrer`` sends ``Origin: null`` even to itself. A client that sends neither is no browser.
    """
    if request.method in SAFE_METHODS:
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host
