"""The activity stream of a form: who wrote or changed what, and when, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...shared.time_style import TimeStyle
from ..access.caller import Caller
from ..dictionary.model import Dictionary
from ..dictionary.types import FieldType
from ..records.activity import MOST, Activity, Change
from ..records.attachment_rules import TABLE as FILES
from ..records.gate import Gate
from .assumptions import ACTIVITIES_AT_ONCE
from .list_query import record_url

LONGEST_VALUE = 255
EMPTY = "(empty)"
NOTES = "work_notes"
"""The journal that only the staff reads, whatever it is labelled."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One activity. ``is_note`` tells what only the staff reads from what the customer reads, too."""

    author: str
    when: str
    label: str
    text: str
    changes: Sequence[Change]
    is_note: bool
    url: str = ""
    """Where what the text names is had: a file."""


@dataclass(frozen=True, slots=True)
class Stream:
    """``older`` ones are folded away at first."""

    newest: Sequence[Entry] = ()
    older: Sequence[Entry] = ()

    @property
    def count(self) -> str:
        """How many there are, as far as they are read."""
        found = len(self.newest) + len(self.older)
        return f"{MOST}+" if found >= MOST else str(found)


def read_stream(gate: Gate, dictionary: Dictionary, caller: Caller, table: str, sys_id: str) -> Stream | None:
    """The stream of a record; None where nothing is ever noted of the table's records.

    Raises a PlatformError when the record may not be read.
    """
    fields = dictionary.fields(table)
    journals = [each for each in fields.values() if each.type is FieldType.JOURNAL]
    if not journals and not dictionary.is_audited(table):
        return None
    entries = [_entry(each, caller.style) for each in gate.record(table, caller).activities(sys_id)]
    at_once = ACTIVITIES_AT_ONCE.value
    return Stream(entries[:at_once], entries[at_once:])


def _entry(activity: Activity, style: TimeStyle) -> Entry:
    changes = [Change(each.label, _short(each.old), _short(each.new)) for each in activity.changes]
    return Entry(
        activity.author,
        style.shown(activity.moment),
        activity.label,
        activity.text,
        changes,
        is_note=activity.element == NOTES,
        url=record_url(FILES, activity.file) if activity.file else "",
    )


def _short(text: str) -> str:
    return (text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE].rstrip()}…") or EMPTY
