"""One address for people: a page opened under another name of this machine leads to the configured one.

A browser keeps the cookies of ``localhost``, ``127.0.0.1`` and ``[::1]`` apart, so a callback that comes back under
another name than the page that began it would have lost its session.
"""

from urllib.parse import urlsplit

from flask import Request, redirect
from werkzeug.wrappers import Response

from ..listening import is_loopback


def to_own_address(request: Request, own_url: str) -> Response | None:
    """A redirect to the same page under ``own_url``; None when it is asked for there, or not by a loopback name."""
    if request.is_secure and not own_url.startswith("https:"):
        return None  # the https listener beside the configured address: a page there never leads back to http
    own = urlsplit(own_url).hostname or ""
    host = urlsplit(f"//{request.host}").hostname or ""
    if request.method not in {"GET", "HEAD"} or host == own or not (is_loopback(host) and is_loopback(own)):
        return None
    return redirect(own_url.rstrip("/") + request.full_path.rstrip("?"), 302)
