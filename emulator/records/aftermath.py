"""What is written once a request's own transaction is over, committed or undone: log entries, tracked accesses.

Written earlier it would be undone with a refused write, or wait for the lock that the request itself holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..access.caller import Caller

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..access.trail import Note, Trail
    from .gate import Gate, Transaction

WARNING = "1"
LOG = "syslog"


def conclude(gate: Gate, trails: Sequence[Trail]) -> None:
    """Keep the decisions, and write down what they noted."""
    gate.log.write(trails)
    noted = [(trail, note) for trail in trails for note in trail.notes]
    if not noted:
        return
    with gate.transaction() as transaction:
        for trail, note in noted:
            _write(gate, transaction, trail, note)


def _write(gate: Gate, transaction: Transaction, trail: Trail, note: Note) -> None:
    if note.table:
        records = gate.record(note.table, Caller.system(), transaction)
        same = "^".join(f"{name}={value}" for name, value in note.record.items() if name not in note.unlike)
        if records.find(same, ("sys_id",)) is not None:
            return
        records.insert(note.record)
    if note.message:
        log_entry(gate, transaction, trail, note)


def log_entry(gate: Gate, transaction: Transaction, trail: Trail, note: Note) -> None:
    values = {
        "level": WARNING,
        "source": note.scope,
        "source_package": gate.snapshot_within(transaction).policy.scope_name(note.scope),
        "message": note.message,
        "transaction": trail.caller.transaction,
    }
    gate.record(LOG, Caller.system(), transaction).insert(values)
