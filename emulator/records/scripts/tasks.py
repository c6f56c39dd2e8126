"""What the state of a task, an incident or a problem brings with it (platform 5.2, D)."""

from ..draft import Draft
from .states import STATE, model_of

INCIDENT_STATE, PROBLEM_STATE = "incident_state", "problem_state"
IN_PROGRESS, ON_HOLD, RESOLVED = 2, 3, 6
DONE = {6, 7}
CLOSED = 7


def close_or_reopen(draft: Draft) -> str:
    """A task is active until its state's model says it is not; then it has been closed by somebody."""
    model = model_of(draft)
    state = model.states.get(draft.raw(STATE)) if model else None
    if state is None:
        return ""
    if draft.is_new and state.active:
        return ""
    draft.set("active", state.active)
    if state.active:
        draft.set("closed_at", None)
        draft.set("closed_by", None)
    elif draft.is_new or draft.was("active") is not False:
        _stamp(draft, "closed_at", "closed_by")
    return ""


def mirror_incident_state(draft: Draft) -> str:
    """Whichever of the two is written, the other follows; of both, ``state`` counts."""
    return _mirror(draft, INCIDENT_STATE)


def mirror_problem_state(draft: Draft) -> str:
    return _mirror(draft, PROBLEM_STATE)


def _mirror(draft: Draft, mirror: str) -> str:
    value = draft.values.get(mirror)
    written = not draft.is_new and draft.changes(mirror) and not draft.changes(STATE)
    if written and value is not None:
        draft.set(STATE, value)
    draft.set(mirror, draft.values.get(STATE))
    return ""


def note_resolution(draft: Draft) -> str:
    """Who resolved an incident and when; that it was reopened; the reason for waiting goes when the wait ends."""
    state, was = draft.values.get(STATE), draft.was(STATE)
    if state == RESOLVED:
        _stamp(draft, "resolved_at", "resolved_by")
    elif was in DONE and state not in {*DONE, 8}:
        draft.set("resolved_at", None)
        draft.set("resolved_by", None)
        count = draft.values.get("reopen_count")
        draft.set("reopen_count", (count if isinstance(count, int) else 0) + 1)
        draft.set("reopened_by", draft.work.caller.user or None)
        draft.set("reopened_time", draft.work.now)
    if was == ON_HOLD:
        draft.set("hold_reason", None)
    return ""


def resume_when_caller_answers(draft: Draft) -> str:
    """The caller's own comment ends the wait for the caller (platform 5.2, D), not the one that begins it."""
    waited = draft.was(STATE) == ON_HOLD and not draft.changes("hold_reason")
    if waited and draft.entries.get("comments") and draft.raw("caller_id") == draft.work.caller.user:
        draft.set(STATE, IN_PROGRESS)
        draft.set(INCIDENT_STATE, IN_PROGRESS)
    return ""


def _stamp(draft: Draft, moment: str, person: str) -> None:
    """When and by whom, unless the writer says so himself."""
    if not draft.changes(moment) or draft.values.get(moment) is None:
        draft.set(moment, draft.work.now)
    if not draft.changes(person) or draft.values.get(person) is None:
        draft.set(person, draft.work.caller.user or None)
