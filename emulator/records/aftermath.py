"""What is written once a request's own transaction is over, committed or undone: log entries, tracked accesses.

Written earlier it would be undone with a refused write, or wait for the lock that the request itself holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...shared.logs import log
from ..access.caller import Caller
from ..query import literal
from .system_log import Level, write_system_log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..access.trail import Note, Trail
    from .gate import Gate, Transaction


def conclude(gate: Gate, trails: Sequence[Trail]) -> None:
    """Keep the decisions, and write down what they noted."""
    gate.log.write(trails)
    _tell_of_refusals(trails)
    noted = [(trail, note) for trail in trails for note in trail.notes]
    if not noted:
        return
    with gate.transaction() as transaction:
        for trail, note in noted:
            _write(gate, transaction, trail, note)


def _tell_of_refusals(trails: Sequence[Trail]) -> None:
    """Who was told no, to what, and by which rule: for whoever watches the log (ASVS 16.3)."""
    for refused in (trail.refused for trail in trails):
        if refused is not None:
            log().warning(
                "access.denied",
                user=refused.caller.user_name,
                scope=refused.caller.scope,
                channel=refused.caller.channel.value,
                operation=refused.operation,
                table=refused.table,
                rule=refused.rule,
            )


def _write(gate: Gate, transaction: Transaction, trail: Trail, note: Note) -> None:
    if note.table:
        records = gate.record(note.table, Caller.system(), transaction)
        same = "^".join(f"{name}={literal(value)}" for name, value in note.record.items() if name not in note.unlike)
        if records.find(same, ("sys_id",)) is not None:
            return
        records.insert(note.record)
    if note.message:
        write_system_log(
            gate,
            note.scope,
            note.message,
            level=Level.WARNING,
            package=gate.snapshot_within(transaction).policy.scope_name(note.scope),
            transaction_id=trail.caller.transaction,
            within=transaction,
        )
