"""What the tenant's people say of an improvement action."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..database import Base


class ActionStatus(StrEnum):
    """The statuses of the security center (D). *Completed* is set by the system alone."""

    TO_ADDRESS = "to_address"
    PLANNED = "planned"
    RISK_ACCEPTED = "risk_accepted"
    THIRD_PARTY = "third_party"
    ALTERNATE_MITIGATION = "alternate_mitigation"
    COMPLETED = "completed"


SETTABLE = tuple(status for status in ActionStatus if status is not ActionStatus.COMPLETED)

EARNING = frozenset({ActionStatus.THIRD_PARTY, ActionStatus.ALTERNATE_MITIGATION})
"""Resolved outside Microsoft 365: these earn the action's points (D)."""


class ActionDecision(Base):
    """The status and notes somebody gave to one improvement action."""

    __tablename__ = "action_decision"

    control_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    status: Mapped[str] = mapped_column(String(30))
    notes: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(String(254))
    decided_at: Mapped[datetime]
