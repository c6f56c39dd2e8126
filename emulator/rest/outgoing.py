"""What every answer gets on its way out: the headers and cookies of a recorded one, and gzip (platform 4.5, F)."""

from collections.abc import Mapping

from flask import Request, Response, g

from ...shared.ids import Ids
from ...shared.web.at_hand import request_at_hand
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


def platform_headers(response: Response) -> Mapping[str, str]:
    """What an instance sends beside the headers of both apps; fit for ``install_headers``."""
    wanted, request = {"Server": "ServiceNow"}, request_at_hand()
    transaction = g.get("transaction_id")
    if transaction and response.status_code != 401:
        wanted["X-Transaction-ID"] = transaction
    if not request.path.startswith(API_PATH) or g.get("refused_at_edge"):
        return wanted
    if g.get("logged_in"):
        wanted["X-Is-Logged-In"] = "true"
    _set_cookies(request, response)
    return {**wanted, **ANSWER_HEADERS, **g.get("rate_limit", {}), **_packed(request, response)}


def _set_cookies(request: Request, response: Response) -> None:
    """Only a client without a session gets cookies: a servlet's session is announced once."""
    if "Cookie" in request.headers and COOKIE in request.cookies:
        return
    authenticated = response.status_code != 401
    cookies = first_cookies(part(Settings).name, part(Ids), secure=request.is_secure, authenticated=authenticated)
    response.headers.extend([("Set-Cookie", cookie) for cookie in cookies])


def _packed(request: Request, response: Response) -> Mapping[str, str]:
    """Pack JSON and XML for whoever takes gzip, and say so; files and streams go out as they are."""
    if response.is_streamed or response.direct_passthrough or not (response.mimetype or "").endswith(("json", "xml")):
        return {}
    varies = {"Vary": "Accept-Encoding"}
    if "Accept-Encoding" not in request.headers or not request.accept_encodings["gzip"]:
        return varies
    body = response.get_data()
    if len(body) < assumptions.SMALLEST_PACKED.value or "Content-Encoding" in response.headers:
        return varies
    response.set_data(pack(body))
    return {**varies, "Content-Encoding": "gzip"}
