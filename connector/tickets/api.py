"""The API of tickets: create, look up, retry, read the states back, name the states."""

from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from marshmallow import INCLUDE, Schema, ValidationError, fields, validate

from ...shared.ids import Ids
from ...shared.openapi import STRING, array, ref
from ...shared.strict_schema import StrictSchema, Text
from ...shared.ticket import Priority, RecommendationCategory, RecommendationSource, TicketKind
from ...shared.web.parts import part
from ..api.described import BOOLEAN, INTEGER, MOMENT, Shape, described, exactly, maybe, one_of, page_of
from ..api.frame import AfterSchema, api_arguments, api_input, page
from ..api.views import moment
from ..directory import admin_required, signed_in_user
from ..securescore import SecureScore
from .delivery import Delivery
from .models import DeliveryState, TicketRow
from .schemas import TicketSchema, load_draft
from .service import TicketFilter, Tickets
from .states import StateNames
from .sync import Sync
from .views import create_ticket
from .worker import Worker

blueprint = Blueprint("tickets_api", __name__)

LONGEST_KEY = 200

TICKET = Shape(
    "Ticket",
    exactly(
        id=STRING,
        kind=one_of(TicketKind),
        name=STRING,
        description=STRING,
        priority=one_of(Priority),
        due_date={"type": "string", "format": "date"},
        recommendation_source=one_of(RecommendationSource),
        recommendation_category=one_of(RecommendationCategory),
        control_id=maybe(STRING),
        created_by=STRING,
        created_at=MOMENT,
        delivery=one_of(DeliveryState),
        error=maybe(STRING),
        number=maybe(STRING),
        sys_id=maybe(STRING),
        state=maybe(exactly(value=STRING, label=STRING)),
        missing=BOOLEAN,
        url=maybe(STRING),
        correlation_id=STRING,
    ),
)
SYNC = Shape("Sync", exactly(ran=BOOLEAN, changed=INTEGER, error=maybe(STRING), synced_at=maybe(MOMENT)))
STATE = Shape("TicketState", exactly(value=STRING, label=STRING, default=STRING))
STATES = Shape("TicketStates", exactly(**{kind.value: array(ref(STATE.name)) for kind in TicketKind}), (STATE,))
KEY = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[ -~]+$"}


class _AnyObject(Schema):
    class Meta:
        """Marshmallow's options: ``load_draft`` does the checking, all of it at once."""

        unknown = INCLUDE


class TicketListSchema(AfterSchema):
    kind = fields.Enum(TicketKind, by_value=True, load_default=None)
    state = fields.String(load_default="", validate=validate.Length(max=40))
    search = fields.String(load_default="", validate=validate.Length(max=200))
    control_id = fields.String(load_default="", validate=validate.Length(max=120))


class StateNamesSchema(StrictSchema):
    """New names by value; an empty one gives the default name back."""

    change = fields.Dict(keys=Text(validate=validate.Length(1, 40)), values=Text(validate=validate.Length(max=60)))
    incident = fields.Dict(keys=Text(validate=validate.Length(1, 40)), values=Text(validate=validate.Length(max=60)))


@blueprint.get("/tickets")
@described(page_of("Tickets", TICKET), query=TicketListSchema)
def listing() -> Response:
    """Tickets, the newest first."""
    given = api_arguments(TicketListSchema)
    kind = given["kind"].value if given["kind"] else ""
    wanted = TicketFilter(kind, given["state"], given["search"], given["control_id"])
    found = part(Tickets).page(wanted, limit=given["limit"] + 1, after=given["after"])
    labels = part(StateNames).labels()
    return page(found, given["limit"], lambda ticket: as_json(ticket, labels), lambda ticket: ticket.id)


@blueprint.post("/tickets")
@described(TICKET, 201, body=TicketSchema, headers={"Idempotency-Key": KEY})
@admin_required
def create() -> tuple[Response, int, dict[str, str]]:
    """Create a ticket; the same Idempotency-Key with the same body answers the same ticket again."""
    draft = load_draft(TicketSchema(), api_input(_AnyObject), part(SecureScore), part(Tickets).today())
    ticket = create_ticket(draft, signed_in_user(), f"key {_idempotency_key()}")
    return _one(ticket), 201, {"Location": url_for(".get", ticket_id=ticket.id)}


@blueprint.get("/tickets/<ticket_id>")
@described(TICKET)
def get(ticket_id: str) -> Response:
    """One of them."""
    return _one(part(Tickets).get(ticket_id))


@blueprint.post("/tickets/<ticket_id>/retry")
@described(TICKET, 200, 202)
@admin_required
def retry(ticket_id: str) -> tuple[Response, int]:
    """Try to deliver now; the answer says how that stands, and 202 that the outcome is still to come."""
    part(Tickets).retry(ticket_id)
    if not part(Worker).running:
        part(Delivery).deliver_due()
    ticket = part(Tickets).get(ticket_id)
    return _one(ticket), 202 if ticket.delivery == DeliveryState.PENDING else 200


@blueprint.post("/sync")
@described(SYNC)
@admin_required
def sync() -> Response:
    """Deliver what is due and read the states now; the answer comes when that is done."""
    part(Delivery).deliver_due()
    result = part(Sync).run(force=True)
    told = {"ran": result.ran, "changed": result.changed, "error": result.error or None}
    return jsonify({**told, "synced_at": moment(part(Sync).synced_at())})


@blueprint.get("/ticket-states")
@described(STATES)
def states() -> Response:
    """What the states of tickets are called."""
    names = part(StateNames)
    return jsonify({kind.value: [vars(state) for state in names.of(kind)] for kind in TicketKind})


@blueprint.put("/ticket-states")
@described(STATES, body=StateNamesSchema)
@admin_required
def rename() -> Response:
    """Name states; an empty name gives the default one back."""
    given = api_input(StateNamesSchema)
    for kind, labels in given.items():
        part(StateNames).rename(TicketKind(kind), labels)
    return states()


def as_json(ticket: TicketRow, labels: dict[tuple[str, str], str]) -> dict[str, Any]:
    sent = ticket.delivery == DeliveryState.SENT
    state = {"value": ticket.state, "label": labels.get((ticket.kind, ticket.state), ticket.state)}
    return {
        "id": ticket.id,
        "kind": ticket.kind,
        "name": ticket.name,
        "description": ticket.description,
        "priority": ticket.priority,
        "due_date": ticket.due_date.isoformat(),
        "recommendation_source": ticket.source,
        "recommendation_category": ticket.category,
        "control_id": ticket.control_id,
        "created_by": ticket.created_by,
        "created_at": moment(ticket.created_at),
        "delivery": ticket.delivery,
        "error": ticket.error or None,
        "number": ticket.number or None,
        "sys_id": ticket.sys_id,
        "state": state if sent else None,
        "missing": ticket.missing,
        "url": ticket.url or None,
        "correlation_id": ticket.correlation_id,
    }


def _one(ticket: TicketRow) -> Response:
    return jsonify(as_json(ticket, part(StateNames).labels()))


def _idempotency_key() -> str:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return part(Ids).token(16)
    if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise ValidationError({"Idempotency-Key": [f"Send 1 to {LONGEST_KEY} printable ASCII characters."]})
    return key
