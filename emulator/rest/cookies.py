"""The cookies that an instance sends with the first answer to a program (platform 4.5, F).

They are kept by clients and mean nothing here: a caller who brings credentials with every call needs no session, so
none is made, and no answer to one of the pages' own sessions replaces its cookie.
"""

import hashlib
from collections.abc import Iterator
from functools import cache

from ...shared.ids import Ids
from ..identity.sessions import COOKIE as SESSION

DELETED = "Max-Age=0; Expires=Thu, 01-Jan-1970 00:00:10 GMT; Path=/; HttpOnly"
POOL = "2760267786.36414.0000"
"""Names a server behind the load balancer; the recorded one."""
NODE_AGE = 2_147_483_647
STORE_AGE = 1800


def first_cookies(instance: str, ids: Ids, *, secure: bool, authenticated: bool) -> Iterator[str]:
    """Values of ``Set-Cookie`` for a client that brought no session.

    Over http they carry no ``Secure``, or a client would never send them back, and therefore not ``SameSite=None``.
    """
    guard = "SameSite=None; Secure" if secure else "SameSite=Lax"
    yield f"{SESSION}={_random(ids)}; Path=/; HttpOnly; {guard}"
    yield f"glide_user=; {DELETED}; {guard}"
    yield f"glide_user_session=; {DELETED}; {guard}"
    if authenticated:
        yield f"glide_user_route=glide.{_node(instance)}; Max-Age={NODE_AGE}; Path=/; HttpOnly; {guard}"
        yield f"glide_session_store={_random(ids)}; Max-Age={STORE_AGE}; Path=/; HttpOnly; {guard}"
    yield f"BIGipServerpool_{instance}={POOL}; path=/; Httponly; {guard}"


@cache
def _node(instance: str) -> str:
    return hashlib.sha256(instance.encode()).hexdigest()[:32]


def _random(ids: Ids) -> str:
    return ids.sys_id().upper()
