"""``/ticketProvisioning``: setting the connection up, authorising it, and its status."""

from contextlib import suppress

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from marshmallow import EXCLUDE, Schema, ValidationError, validate
from werkzeug import Response

from ...shared.errors import TicketlabError
from ...shared.secret import Secret
from ...shared.strict_schema import Text
from ...shared.web.headers import allow_form_redirect
from ...shared.web.parts import part
from ..directory import admin_required, sign_in_required
from ..directory.web import browser_session
from ..errors import Invalid, StateRefused
from ..servicenow.errors import ServiceNowError
from ..settings import Settings
from . import texts
from .authorization import Authorization, Callback
from .service import Connections, Credentials

blueprint = Blueprint("connection", __name__)

PAGE = "/ticketProvisioning"


class ProvisioningForm(Schema):
    """What the page's form sends, beside its tokens."""

    instance = Text(required=True, validate=validate.Length(1, 300))
    client_id = Text(required=True, validate=validate.Length(1, 255))
    client_secret = Text(required=True, validate=validate.Length(1, 255))


@blueprint.get(PAGE)
@sign_in_required
def provisioning() -> str:
    return _page({}, {})


@blueprint.post(PAGE)
@admin_required
def provision() -> Response | tuple[str, int]:
    """Save what was entered and set out to authorise it."""
    values = {name: text.strip() for name, text in request.form.items()}
    try:
        given = ProvisioningForm(unknown=EXCLUDE).load(values)
        secret = Secret(given["client_secret"])
        part(Connections).provision(Credentials(given["instance"], given["client_id"], secret))
    except ValidationError as error:
        return _page(values, texts.form_errors(error.messages_dict)), 422
    except Invalid as error:
        return _page(values, {name: [_(text) for text in found] for name, found in error.fields.items()}), 422
    if _leads_to_known_instance():
        return _set_out()
    flash(_("The connection is saved. Select Authorize to go on to ServiceNow."), "success")
    return redirect(PAGE, 303)


@blueprint.post(f"{PAGE}/authorize")
@admin_required
def authorize() -> Response:
    return _set_out()


@blueprint.post(f"{PAGE}/remove")
@admin_required
def remove() -> Response:
    if part(Connections).remove():
        flash(_("The connection to ServiceNow is removed."), "success")
    return redirect(PAGE, 303)


@blueprint.get(f"{PAGE}/callback")
@sign_in_required
def callback() -> Response:
    """Take the instance's answer; what it led to stands on the page."""
    if any(len(values) > 1 for _name, values in request.args.lists()):
        raise StateRefused(detail=_("It has a parameter twice."))
    words = [request.args.get(name, "") for name in ("state", "code", "error", "error_description", "iss")]
    with suppress(ServiceNowError):  # the page says which
        part(Authorization).finish(Callback(*words), _binding())
    return redirect(PAGE, 303)


def _set_out() -> Response:
    try:
        return redirect(part(Authorization).start(_binding()), 303)
    except TicketlabError:
        return redirect(PAGE, 303)  # which says why


def _binding() -> str:
    return f"browser {browser_session().id}"


def _leads_to_known_instance() -> bool:
    """Whether the page's CSP allowed its form to lead to the instance; otherwise the status page's button does."""
    return part(Connections).status().instance_url in part(Settings).instances.values()


def _page(values: dict[str, str], errors: dict[str, list[str]]) -> str:
    status = part(Connections).status()
    for url in {*part(Settings).instances.values(), *filter(None, [status.instance_url])}:
        allow_form_redirect(url)
    return render_template(
        "connection/provisioning.html",
        status=status,
        values={"instance": status.instance, "client_id": status.client_id, **values},
        errors=errors,
        texts=texts,
        changing=bool(errors) or "change" in request.args or not status.configured,
        example=next(iter(part(Settings).instances), "dev00001"),
    )
