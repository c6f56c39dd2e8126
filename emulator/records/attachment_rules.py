"""Whose an attachment is: who may read or change it follows from the record it is attached to (rest 6).

So its own access rules let everybody pass, and the gate asks here. A row of a file comes with the file and by no other
way (records/attachments.py), and nobody turns it to another file or record.
"""

from collections import defaultdict
from collections.abc import Sequence

from ..access.channel import is_open_to
from ..access.operations import Operation
from ..errors import AclRefused
from ..store.collation import fold
from .id_lists import id_lists
from .row import Row
from .work import Work

TABLE, ATTRIBUTES = "sys_attachment", "sys_attachment_attribute"
STEP = "attachment"
RULE = "rights of the attachment's record"
WRITABLE = frozenset({"file_name", "content_type", "sys_tags"})
"""All that may be changed of an attachment."""


def bound(work: Work, table: str) -> bool:
    """Whether the table's rows are attachments, and the caller anybody but the instance itself."""
    return table == TABLE and not work.caller.is_system


def with_readable_record(work: Work, rows: Sequence[Row]) -> Sequence[Row]:
    """The attachments whose record the caller may read."""
    targets: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for ids in id_lists([row.sys_id for row in rows]):
        for found in work.read(TABLE, f"sys_idIN{ids}", ("sys_id", "table_name", "table_sys_id")):
            targets[found["table_name"] or ""][fold(found["table_sys_id"] or "")].add(str(found["sys_id"]))
    readable = {
        attachment
        for table, records in targets.items()
        for record in _allowed(work, table, list(records), Operation.READ)
        for attachment in records[record]
    }
    kept = [row for row in rows if row.sys_id in readable]
    if len(kept) < len(rows):
        work.trail.deny(STEP, RULE, f"{len(rows) - len(kept)} belong to records that the caller may not read.")
    return kept


def may_read(work: Work, sys_id: str) -> bool:
    return bool(_of_target(work, sys_id, Operation.READ))


def check_change(work: Work, sys_id: str) -> None:
    """To rename or delete an attachment is to change its record. Raises AclRefused."""
    if not _of_target(work, sys_id, Operation.WRITE):
        reason = "The caller may not change the record that it is attached to."
        work.trail.refuse(AclRefused("Update"), STEP, RULE, reason)


def check_creation(work: Work) -> None:
    """There is no row without a file. Raises AclRefused."""
    if bound(work, work.table):
        reason = "An attachment is made with its file, by the Attachment API."
        work.trail.refuse(AclRefused(Operation.CREATE.in_acl_text), STEP, "no row without a file", reason)


def remove_of(work: Work, table: str, sys_id: str) -> None:
    """What was attached to a record goes with it, and the attributes of an attachment with that."""
    if table == TABLE:
        work.store.delete_where(work.connection, work.snapshot.tables, ATTRIBUTES, "sys_attachment", sys_id)
    family = ",".join(sorted(work.dictionary.descendants(work.dictionary.base(table))))
    for found in work.read(TABLE, f"table_sys_id={sys_id}^table_nameIN{family}", ("sys_id",)):
        attachment = str(found["sys_id"])
        work.store.delete_where(work.connection, work.snapshot.tables, ATTRIBUTES, "sys_attachment", attachment)
        work.store.delete(work.connection, work.snapshot.tables, TABLE, attachment)


def _of_target(work: Work, sys_id: str, operation: Operation) -> Sequence[str]:
    for found in work.read(TABLE, f"sys_id={sys_id}", ("table_name", "table_sys_id")):
        return _allowed(work, found["table_name"] or "", [found["table_sys_id"] or ""], operation)
    return ()


def _allowed(work: Work, table: str, sys_ids: Sequence[str], operation: Operation) -> Sequence[str]:
    """Those of a table's records with which the caller may do this."""
    if table not in work.dictionary.tables or not is_open_to(work.dictionary, table, work.caller.channel):
        return ()
    verdict = work.judge_record(operation, table)
    if not verdict.allowed or not verdict.conditions:
        return sys_ids if verdict.allowed else ()
    return [fold(sys_id) for sys_id in work.matching(table, sys_ids, verdict.restriction)]
