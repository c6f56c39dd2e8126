"""The two sets of rules that the server may keep towards a client (attacks 2.2).

``servicenow`` is what ServiceNow documents: live tokens given out again, long-lived refresh tokens, one opaque answer
to whatever fails. ``hardened`` is what RFC 9700 asks of a server today. An entity that names none is under the
instance's own, the property ``ticketlab.oauth.profile``.
"""

from enum import StrEnum


class Profile(StrEnum):
    """Wire values of ``oauth_entity.profile``."""

    SERVICENOW = "servicenow"
    HARDENED = "hardened"

    @classmethod
    def named(cls, text: str, otherwise: "Profile") -> "Profile":
        return cls(text) if text in set(cls) else otherwise
