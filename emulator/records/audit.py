"""Who changed which field from what to what (sys_audit), and which records are gone (sys_audit_delete)."""

from collections.abc import Mapping, Sequence

from ..store.store import Native
from .draft import Draft
from .row import raw_text

CHANGES, DELETIONS = "sys_audit", "sys_audit_delete"
NOT_AUDITED = frozenset(
    {"sys_updated_on", "sys_updated_by", "sys_mod_count", "last_login", "last_login_time", "last_login_device"}
)
"""What every write brings along, and what every login does to a user (G)."""


def changes(draft: Draft) -> None:
    """Note every field that the write changes, of a table that is audited; of a secret not even its hash."""
    if draft.is_new or not draft.work.dictionary.is_audited(draft.table):
        return
    fields = draft.work.dictionary.fields(draft.table)
    checkpoint = draft.values.get("sys_mod_count")
    rows: list[dict[str, Native]] = [
        {
            "fieldname": element,
            "oldvalue": raw_text(draft.was(element)),
            "newvalue": raw_text(value),
            "record_checkpoint": checkpoint,
        }
        for element, value in draft.changed.items()
        if element not in NOT_AUDITED and not fields[element].type.is_secret
    ]
    _write(draft, CHANGES, rows)


def deletion(draft: Draft) -> None:
    """Note that the record was there, of a table that is audited (rest 10: clients learn of deletions so)."""
    if draft.work.dictionary.is_audited(draft.table):
        shown = draft.raw(draft.work.dictionary.display_element(draft.table))
        _write(draft, DELETIONS, [{"display_value": shown}])


def _write(draft: Draft, table: str, rows: Sequence[Mapping[str, Native]]) -> None:
    work = draft.work
    stamps: dict[str, Native] = {
        "tablename": draft.table,
        "documentkey": draft.sys_id,
        "user": work.caller.user_name,
        "sys_created_on": work.now,
        "sys_created_by": work.caller.user_name,
    }
    if table == DELETIONS:
        stamps |= {"sys_updated_on": work.now, "sys_updated_by": work.caller.user_name, "sys_mod_count": 0}
    stamped = [{"sys_id": work.ids.sys_id(), **stamps, **row} for row in rows]
    work.store.insert_all(work.connection, work.snapshot.tables, table, stamped)
