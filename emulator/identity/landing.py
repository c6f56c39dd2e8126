"""Where a login leads: back to a page of this instance, and never elsewhere."""

from urllib.parse import quote, urlsplit

from flask import request

LANDING_PATH = "/welcome.do"
"""Where a login leads that names no other page (platform 1.2, C)."""

NO_LANDING = frozenset(
    {
        "/login.do",
        "/logout.do",
        "/oauth_login.do",
        "/side_door.do",
        "/angular.do",
        "/login_with_sso.do",
        "/login_locate_sso.do",
        "/sso_callback.do",
    }
)


def this_request(*, without: str = "") -> str:
    """Path and query of the request at hand, byte for byte but for the parameter ``without``."""
    parameters = [each for each in request.query_string.split(b"&") if each.partition(b"=")[0] != without.encode()]
    query = quote(b"&".join(parameters), safe="%&=+;/?:@!$'()*,-._~[]")
    return f"{quote(request.path)}?{query}" if query else quote(request.path)


def own_path(url: str, otherwise: str = LANDING_PATH) -> str:
    """The path on this host that ``url`` means; what could lead elsewhere becomes ``otherwise`` (attack A42)."""
    if "\\" in url or any(ord(each) <= 0x20 or ord(each) == 0x7F or ord(each) > 0x7E for each in url):
        return otherwise
    try:
        parts = urlsplit(url)
    except ValueError:
        return otherwise
    path = "/" + parts.path.lstrip("/")
    if parts.scheme or parts.netloc or not parts.path.strip("/") or path in NO_LANDING:
        return otherwise
    return f"{path}?{parts.query}" if parts.query else path
