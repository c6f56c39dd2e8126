"""Why single sign-on lets somebody not in."""

from ..errors import PlatformError


class SignOnRefused(PlatformError):
    """The login is unsuccessful. ``cause`` is for the instance's own log; what the person reads tells nothing of it."""

    status = 403
    message = "Login unsuccessful"

    def __init__(self, cause: str, back: str = "") -> None:
        self.cause = "".join(each if each.isprintable() else " " for each in cause[:400])
        self.back = back
        """Where the person wanted to go."""
        super().__init__(detail="Single sign-on did not lead to a user of this instance who may log in.")


class ProviderFails(SignOnRefused):
    """The identity provider does not answer, or not as one does."""

    status = 502

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.detail = "The identity provider could not be reached or gave no usable answer."


class NotExpected(SignOnRefused):
    """An answer that this browser did not ask for, or has had before, or asked for too long ago."""

    status = 400

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.detail = "The answer of the identity provider was not expected. Please try again."
