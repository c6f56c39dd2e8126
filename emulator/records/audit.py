"""sys_audit: who changed which field of a task, from what to what."""

from collections.abc import Mapping

from ..store.store import Native
from .row import raw_text
from .work import Work

AUDITED = "task"
"""Tables are audited where they extend this one; on a real instance it is a setting of each table."""


def changes(work: Work, table: str, sys_id: str, before: Mapping[str, Native], changed: Mapping[str, Native]) -> None:
    if not work.dictionary.is_a(table, AUDITED):
        return
    for element, value in changed.items():
        row: dict[str, Native] = {
            "sys_id": work.ids.sys_id(),
            "tablename": table,
            "documentkey": sys_id,
            "fieldname": element,
            "oldvalue": raw_text(before.get(element)),
            "newvalue": raw_text(value),
            "user": work.caller.user_name,
            "sys_created_on": work.clock.now(),
            "sys_created_by": work.caller.user_name,
        }
        work.store.insert(work.connection, work.snapshot.tables, "sys_audit", row)
