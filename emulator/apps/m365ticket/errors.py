"""What the app refuses by itself."""

from collections.abc import Mapping

from ...errors import PlatformError


class AdminsOnly(PlatformError):
    """The checklist is for admins of the instance (platform 7.1, D); the sentence is the platform's (G)."""

    status = 403
    message = "Security constraints prevent access to requested page"


class Unusable(Exception):
    """What was typed cannot be used; ``errors`` says why, by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = errors
        super().__init__(", ".join(errors.values()))
