"""A ticket at the instance: how it is written there, found again, and understood."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, ValidationError

from ...shared.logs import log
from ...shared.ticket import (
    Priority,
    RecommendationCategory,
    RecommendationSource,
    Ticket,
    TicketKind,
    TicketOnTheWire,
    TicketUpdateSchema,
)
from ..servicenow.client import InstanceClient
from ..servicenow.errors import Garbled
from .models import TicketRow

READ_FIELDS = ("sys_id", "number", "state", "sys_updated_on", "sys_mod_count", "correlation_id")
"""What is read of a ticket: where it is and how it stands, nothing else."""


@dataclass(frozen=True)
class Version:
    """One version of a ticket as the instance tells it."""

    sys_id: str
    number: str
    state: str
    updated_on: str
    mod_count: int
    correlation_id: str

    def is_newer_than(self, ticket: TicketRow) -> bool:
        """Whether it supersedes what is known; versions may arrive twice or out of order (attacks U12)."""
        return (self.mod_count, self.updated_on) > (ticket.mod_count, ticket.updated_on)


@dataclass(frozen=True)
class Tables:
    """Which tables tickets are written to: the scoped app's, or the platform's own on an instance without the app."""

    platform: bool = False

    def of(self, kind: TicketKind) -> str:
        return kind.platform_table if self.platform else kind.table


def version_of(record: Mapping[str, Any]) -> Version:
    """Raises Garbled for a record that is not a ticket's; fields that are new to us are ignored (attacks U06, U15)."""
    try:
        found = TicketUpdateSchema(unknown=EXCLUDE).load(record)
        mod_count = int(found["sys_mod_count"] or 0)
    except (ValidationError, ValueError) as error:
        log().warning("ticket.unreadable", error=str(error)[:300])
        raise Garbled(detail="It does not look like a ticket.") from error
    return Version(
        found["sys_id"],
        found["number"],
        found["state"][:40],
        found["sys_updated_on"][:19],
        mod_count,
        found["correlation_id"],
    )


def body_of(ticket: TicketRow) -> dict[str, str]:
    """The seven data items and the correlation id, nothing else (security-center, *Data exchange*, D)."""
    body: dict[str, str] = TicketOnTheWire().dump(
        Ticket(
            user_id=ticket.user_id,
            name=ticket.name,
            description=ticket.description,
            priority=Priority(ticket.priority),
            due_date=ticket.due_date,
            source=RecommendationSource(ticket.source),
            category=RecommendationCategory(ticket.category),
            correlation_id=ticket.correlation_id,
        )
    )
    return body


def find(client: InstanceClient, table: str, correlation_id: str) -> Version | None:
    """The ticket with this correlation id, if the instance has it.

    Compared here as well: the platform drops a query's unknown terms, and then answers with everything.
    """
    for record in client.list(table, f"correlation_id={correlation_id}", READ_FIELDS, limit=2):
        if record.get("correlation_id") == correlation_id:
            return version_of(record)
    return None


def adopt(ticket: TicketRow, version: Version, url: str, table: str) -> None:
    """Note where the ticket is at the instance."""
    ticket.instance_url, ticket.table, ticket.sys_id = url, table, version.sys_id
    note(ticket, version)


def note(ticket: TicketRow, version: Version) -> None:
    ticket.number, ticket.state = version.number, version.state
    ticket.updated_on, ticket.mod_count = version.updated_on, version.mod_count
    ticket.missing = False
