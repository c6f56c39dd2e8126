"""What stands in a business rule's Script here: the name of a function of this list (ours).

A real one is JavaScript. These get the draft and change it, or write further records of the same transaction; one that
returns a text aborts the write for that reason. A script that is not in the list is kept and never run.
"""

from collections.abc import Callable, Mapping

from ..draft import Draft
from . import approvals, changes, states, tasks

Script = Callable[[Draft], str]

SCRIPTS: Mapping[str, Script] = {
    "choose_model": states.choose_model,
    "abort_illegal_transition": states.abort_illegal_transition,
    "undo_illegal_transition": states.undo_illegal_transition,
    "close_or_reopen": tasks.close_or_reopen,
    "mirror_incident_state": tasks.mirror_incident_state,
    "mirror_problem_state": tasks.mirror_problem_state,
    "note_resolution": tasks.note_resolution,
    "resume_when_caller_answers": tasks.resume_when_caller_answers,
    "create_change_tasks": changes.create_change_tasks,
    "cancel_open_tasks": changes.cancel_open_tasks,
    "request_approvals": approvals.request_approvals,
    "withdraw_approvals": approvals.withdraw_approvals,
    "follow_approval": approvals.follow_approval,
}

REFUSING = frozenset({"abort_illegal_transition"})
"""Those that may abort."""
