"""The connection's secrets, each sealed for its own place."""

from collections.abc import Mapping, Sequence

from ...shared.sealing import KeyRing
from ...shared.secret import Secret
from .models import AuthorizationAttempt, Connection, PendingRevocation

SEALED: Mapping[type[Connection | PendingRevocation | AuthorizationAttempt], Sequence[str]] = {
    Connection: ("client_secret", "access_token", "refresh_token"),
    PendingRevocation: ("client_secret", "token"),
    AuthorizationAttempt: ("code_verifier",),
}
"""Every column that holds a sealed value."""


class TokenVault:
    """Puts secrets into rows and takes them out again. A value copied elsewhere does not open there."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def put(self, row: Connection | PendingRevocation, column: str, text: str) -> None:
        setattr(row, column, self._ring.seal(text, _place(row, column)))

    def take(self, row: Connection | PendingRevocation, column: str) -> Secret:
        """Return the secret. Raises Unsealable when it was sealed under another key or for another place."""
        sealed = getattr(row, column)
        return Secret(self._ring.open(sealed, _place(row, column)) if sealed else "")

    def seal_verifier(self, state_hash: str, verifier: str) -> str:
        return self._ring.seal(verifier, f"authorization_attempt/{state_hash}")

    def open_verifier(self, attempt: AuthorizationAttempt) -> str:
        return self._ring.open(attempt.code_verifier, f"authorization_attempt/{attempt.state_hash}")


def _place(row: Connection | PendingRevocation, column: str) -> str:
    return f"{row.__tablename__}/{row.id}/{column}"
