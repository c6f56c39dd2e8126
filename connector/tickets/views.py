"""The tickets' pages."""

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import EXCLUDE, ValidationError
from werkzeug import Response

from ...shared.ids import Ids
from ...shared.ticket import TicketKind
from ...shared.web.parts import part
from ..connection.service import Connections
from ..directory import User, admin_required, sign_in_required, signed_in_user
from ..errors import Conflict
from ..securescore import SecureScore
from ..settings import Settings
from . import texts
from .models import DeliveryState, TicketRow
from .prefill import proposal
from .schemas import DESCRIPTION_LENGTH, NAME_LENGTH, TicketDraft, TicketSchema, load_draft
from .service import AnotherTicket, TicketFilter, Tickets
from .states import StateNames
from .sync import Sync
from .worker import Worker

blueprint = Blueprint("tickets", __name__)

PAGE = 50
REFRESH_PATIENCE = 1.5
"""How long *Refresh* waits for the instance, in seconds; a slow one's answer shows with the page's own next look."""


@blueprint.get("/tickets")
@sign_in_required
def listing() -> str:
    wanted = TicketFilter.from_arguments(request.args)
    found = part(Tickets).page(wanted, limit=PAGE + 1, after=request.args.get("after") or None)
    following = found[PAGE - 1].id if len(found) > PAGE else None
    return render_template(
        "tickets/list.html",
        tickets=found[:PAGE],
        wanted=wanted,
        following=following,
        states=_states(wanted),
        **_words(),
    )


@blueprint.get("/tickets/new")
@admin_required
def new() -> str:
    control = request.args.get("control", "")
    action = part(SecureScore).action(control) if control else None
    link = _address(url_for("securescore.action", control_id=action.id)) if action else ""
    today = part(Tickets).today()
    return _form(proposal(request.args.get("kind", ""), action, link, today), {})


@blueprint.post("/tickets/new")
@admin_required
def create() -> Response | tuple[str, int]:
    values = {name: value.replace("\r\n", "\n") for name, value in request.form.items()}
    given = {name: value for name, value in values.items() if value or name in {"name", "description"}}
    try:
        draft = load_draft(TicketSchema(unknown=EXCLUDE), given, part(SecureScore), part(Tickets).today())
    except ValidationError as error:
        return _form(values, error.messages_dict), 422
    try:
        ticket = create_ticket(draft, signed_in_user(), f"form {_submission(values)}")
    except AnotherTicket as error:
        return _form({**values, "submission": ""}, {}, sent=error.ticket), 409
    except Conflict as error:
        return _form(values, {}, problem=error.detail), error.status
    return redirect(url_for(".ticket", ticket_id=ticket.id), 303)


@blueprint.get("/tickets/<ticket_id>")
@sign_in_required
def ticket(ticket_id: str) -> str:
    return render_template("tickets/ticket.html", ticket=part(Tickets).get(ticket_id), **_words())


@blueprint.get("/tickets/<ticket_id>/status")
@sign_in_required
def status(ticket_id: str) -> str:
    """The part of a ticket's page that changes by itself."""
    return render_template("tickets/status.html", ticket=part(Tickets).get(ticket_id), **_words())


@blueprint.post("/tickets/<ticket_id>/retry")
@admin_required
def retry(ticket_id: str) -> Response:
    part(Tickets).retry(ticket_id)
    return redirect(url_for(".ticket", ticket_id=ticket_id), 303)


@blueprint.post("/tickets/refresh")
@sign_in_required
def refresh() -> Response:
    worker = part(Worker)
    if worker.running:
        worker.refresh(REFRESH_PATIENCE)
    else:
        part(Sync).run(force=True)
    return redirect(url_for("home.page"), 303)


@blueprint.get("/ticketConfiguration")
@sign_in_required
def configuration() -> str:
    return _configuration({}, {})


@blueprint.post("/ticketConfiguration")
@admin_required
def rename() -> Response | tuple[str, int]:
    values = {name: value.strip() for name, value in request.form.items() if ":" in name}
    errors = {name: [_("Use at most %(max)s characters.", max=60)] for name, value in values.items() if len(value) > 60}
    if errors:
        return _configuration(values, errors), 422
    names = part(StateNames)
    for kind in TicketKind:
        known = {state.value for state in names.of(kind)}
        names.rename(kind, {value: values[f"{kind}:{value}"] for value in known if f"{kind}:{value}" in values})
    flash(_("The names of ticket states are saved."), "success")
    return redirect(url_for(".configuration"), 303)


@blueprint.post("/ticketConfiguration/remove")
@admin_required
def remove() -> Response | tuple[str, int]:
    if request.form.get("confirm") != "yes":
        return _configuration({}, {"confirm": [_("Tick the box to confirm.")]}), 422
    if part(Connections).remove():
        flash(_("The connection to ServiceNow is removed."), "success")
    return redirect(url_for("home.page"), 303)


def create_ticket(draft: TicketDraft, user: User, submission: str) -> TicketRow:
    """Create a ticket in the user's name. Raises Conflict when there is nothing it could ever be sent to."""
    if not part(Connections).status().configured:
        raise Conflict(_("ServiceNow is not connected"), _("Connect to ServiceNow first; then tickets can be sent."))
    user_id = str(getattr(user, part(Settings).user_id_format))
    return part(Tickets).create(draft, user, user_id, submission)


def _submission(values: dict[str, str]) -> str:
    """What makes a double click one ticket: drawn when the form was opened, and sent along with it."""
    given = values.get("submission", "")
    return given if re.fullmatch(r"[\w-]{1,64}", given, re.ASCII) else part(Ids).token(16)


def _form(values: dict[str, str], errors: dict[str, Any], **further: object) -> str:
    control = values.get("control_id") or ""
    score = part(SecureScore)
    return render_template(
        "tickets/new.html",
        values={**values, "submission": _submission(values)},
        errors=errors,
        action=score.action(control) if control and score.has(control) else None,
        today=part(Tickets).today().isoformat(),
        connection=part(Connections).status(),
        limits={"name": NAME_LENGTH, "description": DESCRIPTION_LENGTH},
        **further,
        **_words(),
    )


def _configuration(values: dict[str, str], errors: dict[str, list[str]]) -> str:
    names = part(StateNames)
    return render_template(
        "tickets/configuration.html",
        kinds=[(kind, names.of(kind)) for kind in TicketKind],
        values=values,
        errors=errors,
        connection=part(Connections).status(),
        synced_at=part(Sync).synced_at(),
        **_words(),
    )


def _words() -> dict[str, object]:
    return {"texts": texts, "pairs": texts.pairs, "labels": part(StateNames).labels(), "DeliveryState": DeliveryState}


def _states(wanted: TicketFilter) -> list[tuple[str, str]]:
    """The states to choose from, each value once: of the chosen kind, or of both."""
    kinds = [TicketKind(wanted.kind)] if wanted.kind else list(TicketKind)
    found: dict[str, list[str]] = {}
    for kind in kinds:
        for state in part(StateNames).of(kind):
            found.setdefault(state.value, []).append(state.label)
    states = [(value, " / ".join(dict.fromkeys(labels))) for value, labels in found.items()]
    return [*states, (DeliveryState.PENDING.value, _("Being sent")), (DeliveryState.REFUSED.value, _("Not sent"))]


def _address(path: str) -> str:
    return part(Settings).url.rstrip("/") + path
