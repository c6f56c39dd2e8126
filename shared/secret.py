"""A setting that masks itself wherever it is printed."""

import hmac
from urllib.parse import parse_qsl, urlsplit

from .digests import as_bytes


class Secret:
    """Wraps a secret so that logs, tracebacks and ``repr`` show nothing of it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def matches(self, other: str) -> bool:
        """Compare in constant time, on bytes: a text outside ASCII is a wrong secret, not an error."""
        return hmac.compare_digest(self._value.encode(), as_bytes(other))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.matches(other.reveal())

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret('**********')"

    __str__ = __repr__


def masked_address(text: str) -> str:
    """A database's address for people: as it was given, without the passwords in it."""
    try:
        parts = urlsplit(text)
        host = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return "(an address that cannot be read)"
    password = ":***" if parts.password else ""
    user = f"{parts.username}{password}@" if parts.username else ""
    query = "&".join(
        f"{name}=***" if "pass" in name.lower() else f"{name}={value}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    )
    return f"{parts.scheme}://{user}{host}{parts.path}{f'?{query}' if query else ''}"
