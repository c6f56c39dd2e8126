"""Addresses that an application may be sent back to, and login pages that its users may be sent to."""

from urllib.parse import urlsplit

from ...shared.listening import is_loopback

DANGEROUS_SCHEMES = frozenset({"javascript", "data", "vbscript", "blob", "file", "about", ""})

LOGIN_PAGES = ("oauth_login.do", "login_with_sso.do", "login_locate_sso.do")
"""The pages that an entity's Login URL may name (platform 1.1, D)."""


def is_dangerous(redirect_uri: str) -> bool:
    """Whether a browser would run it rather than go there, or it has a fragment."""
    try:
        parts = urlsplit(redirect_uri)
    except ValueError:
        return True
    control = any(ord(each) <= 0x20 or ord(each) == 0x7F for each in redirect_uri)
    return control or parts.scheme.lower() in DANGEROUS_SCHEMES or bool(parts.fragment)


def is_readable_underway(redirect_uri: str) -> bool:
    """Plain http to another machine: the code could be read on its way (RFC 9700 2.6)."""
    try:
        parts = urlsplit(redirect_uri)
        host = parts.hostname or ""
    except ValueError:
        return True
    return parts.scheme.lower() == "http" and host != "localhost" and not is_loopback(host)


def login_path(login_url: str) -> str:
    """The path an entity's Login URL means; anything but the platform's own login pages means the local one."""
    text = login_url.strip().lstrip("/")
    page, _, query = text.partition("?")
    plain = text.isascii() and text.isprintable() and not any(each in text for each in ' "#<>\\')
    return f"/{page}{'?' if query else ''}{query}" if plain and page in LOGIN_PAGES else f"/{LOGIN_PAGES[0]}"
