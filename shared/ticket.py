"""The ticket as it travels from the security center to ServiceNow.

Microsoft's page lists seven data items (security-center "Data exchange", D). The names of the columns and the values
on the wire are our own choice, because the app's tables were never published; so is ``correlation_id``, which lets a
ticket whose answer was lost be found again.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marshmallow import Schema, ValidationError, fields, validate

APP_SCOPE = "x_mioms_m365ticket"


class TicketKind(StrEnum):
    """What a ticket becomes in ServiceNow; the value is the kind's name in our own API."""

    CHANGE = "change"
    INCIDENT = "incident"

    @property
    def table(self) -> str:
        """The scoped app's table for this kind."""
        return f"{APP_SCOPE}_{self.platform_table}"

    @property
    def platform_table(self) -> str:
        """The platform's own table, which the app's table extends."""
        return {"change": "change_request", "incident": "incident"}[self.value]


class RecommendationSource(StrEnum):
    USER = "user"
    MICROSOFT = "microsoft"

    @property
    def label(self) -> str:
        return {"user": "User recommendation", "microsoft": "Microsoft recommendation"}[self.value]


class RecommendationCategory(StrEnum):
    DEVICES = "devices"
    DATA = "data"
    APPS = "apps"
    IDENTITY = "identity"
    INFRASTRUCTURE = "infrastructure"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @classmethod
    def from_graph(cls, control_category: str) -> "RecommendationCategory":
        """Translate Microsoft Graph's ``controlCategory``, which says *Device* where a ticket says *Devices*."""
        return cls.DEVICES if control_category == "Device" else cls(control_category.lower())


class Priority(StrEnum):
    """ServiceNow's five priorities (platform 5.2, D)."""

    CRITICAL = "1"
    HIGH = "2"
    MODERATE = "3"
    LOW = "4"
    PLANNING = "5"

    @property
    def label(self) -> str:
        return f"{self.value} - {self.name.capitalize()}"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What is sent for one ticket: seven data items and the correlation id, nothing else."""

    user_id: str
    name: str
    description: str
    priority: Priority
    due_date: date
    source: RecommendationSource
    category: RecommendationCategory
    correlation_id: str


def _end_of_day(ticket: Ticket) -> str:
    return f"{ticket.due_date.isoformat()} 23:59:59"


class TicketOnTheWire(Schema):
    """Dumps a Ticket as the Table API's JSON body; a due date is the end of that day, UTC."""

    short_description = fields.String(attribute="name")
    description = fields.String()
    priority = fields.String()
    due_date = fields.Function(serialize=_end_of_day)
    user_id = fields.String()
    recommendation_source = fields.String(attribute="source")
    recommendation_category = fields.String(attribute="category")
    correlation_id = fields.String()


WIRE_FIELDS = tuple(TicketOnTheWire().fields)


class TicketUpdateSchema(Schema):
    """Loads what the instance tells of a ticket; what it adds is ignored, what is missing is an error."""

    sys_id = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{32}$"))
    number = fields.String(required=True, validate=validate.Length(min=1, max=40))
    state = fields.String(required=True)
    sys_updated_on = fields.String(required=True)
    sys_mod_count = fields.String(load_default="0")
    short_description = fields.String(load_default="")
    priority = fields.String(load_default="")
    due_date = fields.String(load_default="")
    correlation_id = fields.String(load_default="")


__all__ = [
    "APP_SCOPE",
    "WIRE_FIELDS",
    "Priority",
    "RecommendationCategory",
    "RecommendationSource",
    "Ticket",
    "TicketKind",
    "TicketOnTheWire",
    "TicketUpdateSchema",
    "ValidationError",
]
