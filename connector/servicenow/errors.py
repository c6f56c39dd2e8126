"""What can go wrong between the tenant and an instance.

``retryable`` says whether the same call may succeed later without anybody doing something; ``sentence`` is what a
person reads: ServiceNow's own words where it said any.
"""

from ..errors import N_, TenantError


class ServiceNowError(TenantError):
    """A call to the instance failed."""

    status = 502
    message = N_("ServiceNow could not be used")
    kind = "servicenow"
    retryable = False

    @property
    def sentence(self) -> str:
        return f"{self.message}: {self.detail}" if self.detail else self.message


class NotConnected(ServiceNowError):
    """There is no authorised connection; tickets wait until there is."""

    status = 409
    message = N_("ServiceNow is not connected")
    kind = "not-connected"
    retryable = True


class Unreachable(ServiceNowError):
    """No answer: refused, reset, unknown host, TLS failure, or too slow."""

    message = N_("ServiceNow cannot be reached")
    kind = "unreachable"
    retryable = True


class Unavailable(ServiceNowError):
    """The instance answers that it cannot work now (5xx, hibernating, in maintenance)."""

    message = N_("ServiceNow is not available")
    kind = "unavailable"
    retryable = True


class RateLimited(ServiceNowError):
    """Too many requests; ``retry_after`` in seconds, capped."""

    message = N_("ServiceNow asks to wait")
    kind = "rate-limited"
    retryable = True

    def __init__(self, retry_after: float, detail: str = "") -> None:
        self.retry_after = retry_after
        super().__init__(detail=detail)


class Garbled(ServiceNowError):
    """An answer that is not what the API promises: HTML, half of a JSON text, a redirect, far too large."""

    message = N_("ServiceNow's answer cannot be understood")
    kind = "garbled"
    retryable = True


class Refused(ServiceNowError):
    """The instance understood and refuses, in its own words; asking again will not help."""

    message = N_("ServiceNow refused")
    kind = "refused"

    def __init__(self, message: str = "", detail: str = "") -> None:
        super().__init__(message or self.message, detail)


class NotLetIn(Refused):
    """403 before any API was asked: the instance does not let this address in."""

    kind = "not-let-in"
    message = N_(
        "ServiceNow answered 403 Forbidden: it does not let the security center's address in. Ask its administrator "
        "to allow it under System Security > IP Address Access Control"
    )

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail=detail)


class Unauthorized(ServiceNowError):
    """The instance does not accept the token, and a fresh one neither: somebody has to reconnect."""

    status = 409
    message = N_("ServiceNow does not accept the connection any more")
    kind = "unauthorized"
    retryable = True


class GrantRefused(ServiceNowError):
    """The token endpoint refuses to issue tokens. ``error`` is its code."""

    message = N_("ServiceNow does not authorize the connection")
    kind = "grant-refused"

    def __init__(self, error: str, description: str = "") -> None:
        self.error = error
        super().__init__(detail=f"{error}: {description}" if description else error)
