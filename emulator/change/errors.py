"""What the Change Management API refuses, in its own words (platform 4.2, F)."""

from ..errors import PlatformError


class ChangeRefused(PlatformError):
    """A write that the gate refused: what was to be done, and the gate's detail in one message; the detail is empty.

    The status is none of the recording's; the documentation of this API lists 400, and no 403 (D).
    """

    status = 400

    def __init__(self, done: str, refusal: PlatformError) -> None:
        super().__init__(f"Change Request record could not be {done}. {refusal.detail or refusal.message}")


class OtherKind(PlatformError):
    """A change was to be made of the kind in the address, by a model of another one (ours)."""

    status = 400

    def __init__(self, kind: str) -> None:
        super().__init__(f"chg_model is not a model of a {kind} change")


class NothingToApprove(PlatformError):
    """The caller is not asked for any approval of this change (ours)."""

    status = 400
    message = "No approval record found for the current user"


class BadDecision(PlatformError):
    """An approval is approved or rejected (rest 8, D)."""

    status = 400
    message = "state must be approved or rejected"


class BadAssociation(PlatformError):
    """What is to be associated, or how, was not said (rest 8, D; the text is ours)."""

    status = 400


class CannotCheck(PlatformError):
    """A change without an item or a time is in nobody's way (rest 8, D; the text is ours)."""

    status = 400
    message = "Conflict checking needs a configuration item, a planned start and a planned end date"


class BadSlot(PlatformError):
    """What lacks an item or a time, or asks for none that there is (vendor's documentation, D; the texts are ours)."""

    status = 400


class NothingRuns(PlatformError):
    """A check is over before it is answered, so there is none to cancel (rest 8, D; the text is ours)."""

    status = 400
    message = "No conflict checking process is running"
