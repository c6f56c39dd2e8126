"""What an instance answers when it refuses: the platform's own statuses and texts.

A client sees exactly ``{"error": {"message", "detail"}, "status": "failure"}``. Nothing of ours is ever added to it:
why a request was refused stands in its decisions, which only the lab shows.
"""

from ..shared.errors import TicketlabError


class PlatformError(TicketlabError):
    """A refusal in the platform's words."""

    status = 500
    message = "Exception while executing request"


class NotAuthenticated(PlatformError):
    """No credentials, or bad ones (platform 4.2, F)."""

    status = 401
    message = "User Not Authenticated"

    def __init__(self) -> None:
        super().__init__(detail="Required to provide Auth information")


class InvalidTable(PlatformError):
    """The table does not exist: 400 for every caller who is authenticated (platform 4.2, F/C)."""

    status = 400

    def __init__(self, table: str) -> None:
        super().__init__(f"Invalid table {table}")


class NoRecordFound(PlatformError):
    """No such record, or none this caller may see; the two are not told apart (platform 4.2, C)."""

    status = 404
    message = "No Record found"

    def __init__(self) -> None:
        super().__init__(detail="Record doesn't exist or ACL restricts the record retrieval")


class UnknownResource(PlatformError):
    """The path is no API of this instance (rest 1, D; 404 is reported as well)."""

    status = 400
    message = "Requested URI does not represent any resource"


class RequestUnreadable(PlatformError):
    """The body cannot be read (platform 4.2, D for the message; the detail for bad JSON is unverified)."""

    status = 400
    message = "Exception while reading request"


class PayloadTooLarge(RequestUnreadable):
    """The body is over the limit (platform 4.2, D)."""

    status = 413

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(
            detail=f"Rejected large REST payload with content-length = {size} bytes. Max allowed: {limit} bytes."
        )


class BadParameter(PlatformError):
    """A request parameter has a value that can mean nothing."""

    status = 400
    message = "Invalid parameter"


class NotAuthorized(PlatformError):
    """The user may not (rest 1, error bodies)."""

    status = 403
    message = "User Not Authorized"


class TableReadRefused(NotAuthorized):
    """A platform table that the user may not read at all (rest 1, C)."""

    def __init__(self, table: str) -> None:
        super().__init__(detail=f"User is unauthorized to access table: {table}")


class WebServiceRefused(NotAuthorized):
    """The table does not allow access via web services (platform 4.2, C)."""

    def __init__(self, table: str) -> None:
        super().__init__(detail=f"Insufficient rights to access table: {table}")


class OperationFailed(PlatformError):
    """A write that was refused after the request itself was found good."""

    status = 403
    message = "Operation Failed"


class AclRefused(OperationFailed):
    """An ACL refuses a write; ``operation`` is Insert, Update or Delete (platform 4.2, D)."""

    def __init__(self, operation: str) -> None:
        super().__init__(detail=f"ACL Exception {operation} Failed due to security constraints")


class DataPolicyRefused(OperationFailed):
    """A data policy makes fields mandatory; they are named by their labels (rest 1, error bodies, meas).

    GlideRecord words it differently from the REST APIs (platform 4.2, C; how it names several is ours).
    """

    def __init__(self, labels: list[str], *, over_rest: bool) -> None:
        self.labels = tuple(labels)
        names = ", ".join(labels)
        rest = f"\n\tThe following fields are mandatory: {names}"
        told = rest if over_rest else ", ".join(f"{label} is mandatory" for label in labels)
        super().__init__(detail=f"Data Policy Exception: {told}")


class BusinessRuleAborted(OperationFailed):
    """A business rule set the abort action (platform 4.2, C).

    ``told`` is the rule's own message, in HTML: for people in front of a page, and not for programs (platform 4.2, C).
    """

    def __init__(self, table: str, rule: str, sys_id: str, told: str = "") -> None:
        self.told = told
        super().__init__(
            detail=f"Operation against file '{table}' was aborted by Business Rule '{rule}^{sys_id}'. "
            f"Business Rule Stack:{rule}"
        )


class ScopeRefused(PlatformError):
    """The table's Application Access refuses another application scope (platform 3 layer a, D).

    ``operation`` is Read, Create, Write or Delete. The wording was *due to* until autumn 2020, *because of* after.
    """

    status = 403

    def __init__(self, operation: str, table: str, scope: str, wording: str = "due to") -> None:
        super().__init__(
            f"{operation} operation against '{table}' from scope '{scope}' has been refused {wording} "
            "the table's cross-scope access policy"
        )


class ScopedApiRefused(PlatformError):
    """The script include belongs to its own scope only (platform 3 layer a api, D)."""

    status = 403

    def __init__(self, api: str, scope: str) -> None:
        super().__init__(
            f"Access to api '{api}' from scope '{scope}' has been refused due to the api's cross-scope access policy"
        )


class PrivilegeRefused(PlatformError):
    """The scope lacks a cross-scope privilege (platform 3 layer b, D); ``application`` is its display name."""

    status = 403

    def __init__(self, operation: str, target: str, application: str, kind: str = "table") -> None:
        super().__init__(
            f"{operation} operation on {kind} '{target}' from scope '{application}' was denied. The application "
            f"'{application}' must declare a cross scope access privilege. Please contact the application admin to "
            "update their access requests."
        )


class CallerRestricted(PlatformError):
    """The target is restricted to callers that declared it (platform 3 layer c, D: without a last full stop)."""

    status = 403

    def __init__(self, operation: str, target: str, application: str, kind: str = "table") -> None:
        super().__init__(
            f"{operation} operation on {kind} '{target}' from scope '{application}' was denied. The application "
            f"'{application}' must declare a Restricted Caller Access privilege. Please contact the application admin "
            "to update their access requests"
        )


class SourceNotFound(PlatformError):
    """The target is restricted to callers, and there is no telling who calls (platform 3 layer c, D)."""

    status = 403

    def __init__(self, operation: str, target: str, application: str, kind: str = "table") -> None:
        super().__init__(
            f"{operation} operation on {kind} '{target}' from scope '{application}' was denied because the source "
            "could not be found. Please contact the application admin."
        )


class QueryRefused(PlatformError):
    """The query filters or orders by a field that the caller may not read (platform 4.2, C)."""

    status = 403
    message = "Insufficient rights to query records"

    def __init__(self) -> None:
        super().__init__(detail="Field(s) present in the query do not have permission to be read")


class AddressRuleRefused(OperationFailed):
    """IP Address Access Control refuses a rule (platform 2.4, D; the texts are ours)."""

    def __init__(self, sentence: str) -> None:
        super().__init__(detail=sentence)


class QueryTooComplex(PlatformError):
    """The encoded query has more terms than one query may have."""

    status = 400
    message = "Invalid query"


class QueryNotUnderstood(PlatformError):
    """A query that would change records says less than it seems to: it could hit all of them (ours)."""

    status = 400
    message = "Invalid query"


class TransactionCancelled(TicketlabError):
    """The transaction took longer than its quota rule allows (platform 4.4, D; the detail as in other faults, G).

    No PlatformError: whoever goes on after the refusal of one record must not go on after this.
    """

    status = 500
    message = "Transaction cancelled: maximum execution time exceeded"

    def __init__(self) -> None:
        super().__init__(
            detail=f"{self.message} Check logs for error trace or enable glide.rest.debug property to verify REST "
            "request processing"
        )
