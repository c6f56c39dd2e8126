"""What every answer gets on its way out: the headers and cookies of a recorded one, and gzip (platform 4.5, F)."""

from flask import Response, g, request

from ...shared.ids import Ids
from ...shared.web.headers import add_missing
from ...shared.web.parts import part
from ..identity.sessions import COOKIE
from ..settings import Settings
from . import assumptions
from .cookies import first_cookies
from .encodings import pack

API_PATH = "/api/"

ANSWER_HEADERS = {
    "Pragma": "no-store,no-cache",
    "Cache-Control": "no-cache,no-store,must-revalidate,max-age=-1",
    "Expires": "0",
    "Server-Timing": "sem_wait;dur=0, sesh_wait;dur=0",
}
"""On every answer of an API."""


def platform_headers(response: Response) -> None:
    """What an instance sends beside the headers of both apps; fit for ``install_headers``."""
    headers = response.headers
    headers["Server"] = "ServiceNow"
    transaction = g.get("transaction_id")
    if transaction and response.status_code != 401:
        headers.setdefault("X-Transaction-ID", transaction)
    if not request.path.startswith(API_PATH) or g.get("refused_at_edge"):
        return
    add_missing(response, ANSWER_HEADERS)
    if g.get("logged_in"):
        headers["X-Is-Logged-In"] = "true"
    _set_cookies(response)
    _pack(response)


def _set_cookies(response: Response) -> None:
    """Only a client without a session gets cookies: a servlet's session is announced once."""
    if COOKIE in request.cookies:
        return
    authenticated = response.status_code != 401
    for cookie in first_cookies(part(Settings).name, part(Ids), secure=request.is_secure, authenticated=authenticated):
        response.headers.add("Set-Cookie", cookie)


def _pack(response: Response) -> None:
    """Pack JSON and XML for whoever takes gzip; files and streams go out as they are."""
    if response.is_streamed or response.direct_passthrough or not (response.mimetype or "").endswith(("json", "xml")):
        return
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] and "Content-Encoding" not in response.headers:
        body = response.get_data()
        if len(body) >= assumptions.SMALLEST_PACKED.value:
            response.set_data(pack(body))
            response.headers["Content-Encoding"] = "gzip"
