"""Where the decisions of refused and altered requests are kept: ``DIR/lab.db``, bounded."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Engine, Index, String, delete, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from ...shared.clock import Clock
from ...shared.column_types import UtcDateTime
from ...shared.database import reading, writing
from ...shared.logs import log
from ...shared.text import spelled_out
from ...shared.unavailable import DatabaseUnavailable
from ..access.decision import Decision, Outcome
from ..access.trail import Trail
from ..database import LabBase

MOST_KEPT = 20_000
_TRIM_EVERY = 500
APART = {"id", "transaction", "at"}
"""What tells one decision from the same one of another request."""


class DecisionRow(LabBase):
    """One decision, under the transaction id that the refused client saw in ``X-Transaction-ID``."""

    __tablename__ = "decision"
    __table_args__ = (Index("decision_transaction", "transaction"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    transaction: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    user_name: Mapped[str]
    scope: Mapped[str]
    channel: Mapped[str]
    address: Mapped[str] = mapped_column(server_default="")
    """Where the request came from; empty for what the instance does by itself."""
    step: Mapped[str]
    outcome: Mapped[str]
    table_name: Mapped[str]
    operation: Mapped[str]
    rule: Mapped[str]
    reason: Mapped[str]
    record: Mapped[str]


class DecisionLog:
    """Writes trails after their request was decided, so that logging never waits for the request's own lock."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._since_trim = 0

    def write(self, trails: Sequence[Trail]) -> None:
        """Keep the trails in which anything was altered or refused."""
        kept = [decision for trail in trails if trail.notable for decision in trail.decisions]
        if not kept:
            return
        at = self._clock.now()
        try:
            self._keep([_row(decision, at) for decision in kept])
        except DatabaseUnavailable as error:  # a note is not worth the answer, least of all to what was committed
            log().warning("decisions.not_kept", reason=error.reason)

    def forget(self) -> None:
        """The log is empty again."""
        self._since_trim = 0

    def of(self, transaction: str) -> Sequence[DecisionRow]:
        """The decisions of one request, in the order they were taken."""
        statement = select(DecisionRow.__table__).where(DecisionRow.transaction == transaction)
        with reading(self._engine) as connection:
            rows = connection.execute(statement.order_by(DecisionRow.id)).mappings()
            return [DecisionRow(**row) for row in rows]

    def latest(self, limit: int = 100) -> Sequence[DecisionRow]:
        statement = select(DecisionRow.__table__).order_by(DecisionRow.id.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [DecisionRow(**row) for row in connection.execute(statement).mappings()]

    def repeated(self, limit: int) -> Sequence[tuple[DecisionRow, int]]:
        """Every refusal and alteration once, the newest first, with how often it is kept.

        A client that asks every other second would else push all others off a page within minutes.
        """
        same = [column for column in DecisionRow.__table__.columns if column.name not in APART]
        groups = (
            select(func.max(DecisionRow.id).label("newest"), func.count().label("times"))
            .where(DecisionRow.outcome != Outcome.ALLOWED.value)
            .group_by(*same)
            .order_by(func.max(DecisionRow.id).desc())
            .limit(limit)
            .subquery()
        )
        statement = select(DecisionRow.__table__, groups.c.times).join(groups, groups.c.newest == DecisionRow.id)
        with reading(self._engine) as connection:
            rows = connection.execute(statement.order_by(DecisionRow.id.desc())).mappings()
            return [(DecisionRow(**{name: row[name] for name in row if name != "times"}), row["times"]) for row in rows]

    def _keep(self, rows: Sequence[Mapping[str, object]]) -> None:
        self._since_trim += len(rows)
        with writing(self._engine) as connection:
            connection.execute(insert(DecisionRow), rows)
            if self._since_trim >= _TRIM_EVERY:
                self._since_trim = 0
                newest = connection.scalar(select(func.max(DecisionRow.id))) or 0
                connection.execute(delete(DecisionRow).where(DecisionRow.id <= newest - MOST_KEPT))


def _row(decision: Decision, at: datetime) -> dict[str, object]:
    """Tables, fields and reasons may be the client's own words: an address is not checked before it is refused."""
    caller = decision.caller
    texts = {
        "transaction": caller.transaction,
        "user_name": caller.user_name,
        "scope": caller.scope,
        "channel": caller.channel.value,
        "address": caller.address,
        "step": decision.step,
        "outcome": decision.outcome.value,
        "table_name": decision.table,
        "operation": decision.operation,
        "rule": decision.rule,
        "reason": decision.reason,
        "record": decision.record,
    }
    return {"at": at} | {name: spelled_out(text) for name, text in texts.items()}
