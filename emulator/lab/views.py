"""The routes that only the instance's lab has."""

from collections.abc import Mapping

from flask import Blueprint, Response, current_app, jsonify, render_template, request

from ...shared.signing_keys import SigningKeys
from ...shared.web.lab import lab_load, wants_page
from ...shared.web.lab_input import lab_input, nothing
from ...shared.web.parts import part
from ...shared.web.routes import api_routes
from ..access.decision import Outcome
from ..identity.keys import InstanceKey
from ..identity.passwords import Passwords
from ..oauth.registration import create_client
from ..openapi import CORE_TABLES, Instance, describe
from ..records.decision_log import DecisionRow
from ..records.gate import Gate
from ..settings import Settings
from .schemas import OAuthClientSchema, UserSchema
from .users import create_user

SHOWN = 1000
"""Decisions that are looked through for the newest refusals."""
LINES = 200
"""Different refusals on the page."""

blueprint = Blueprint("instance", __name__, template_folder="templates")
"""Stands inside the lab's blueprint, whose guard and errors hold here too."""


@blueprint.post("/oauth-clients")
def make_oauth_client() -> tuple[Response, int]:
    """An OAuth client whose secret works, which one written through the Table API would not (platform 2.1, C)."""
    made = create_client(part(Gate), part(InstanceKey), **lab_load(OAuthClientSchema))  # type: ignore[arg-type]
    return jsonify({"sys_id": made.sys_id, "client_id": made.client_id, "client_secret": made.secret}), 201


@blueprint.post("/users")
def make_user() -> tuple[Response, int]:
    """A user whose password works."""
    row = create_user(part(Gate), part(Passwords), **lab_load(UserSchema))  # type: ignore[arg-type]
    return jsonify({"sys_id": row.sys_id, "user_name": row.value("user_name")}), 201


@blueprint.post("/oauth-keys")
def rotate_oauth_keys() -> Response:
    """Sign access tokens of the format JWT with a new key; the one before stays published for 105 days."""
    nothing(lab_input(request))
    kid = part(SigningKeys).rotate()
    return jsonify({"kid": kid, "published": [key["kid"] for key in part(SigningKeys).published()]})


@blueprint.get("/decisions")
def latest_decisions() -> Response | str:
    """The newest refusals and alterations; what was allowed on the way shows with its request.

    A person sees each of them once, with how often it came; a program each that came.
    """
    log = part(Gate).log
    if wants_page(request):
        return render_template("lab/decisions.html", transaction="", decisions=log.repeated(LINES))
    return jsonify({"decisions": [_as_json(row) for row in log.latest(SHOWN) if row.outcome != Outcome.ALLOWED]})


@blueprint.get("/decisions/<transaction>")
def decisions_of(transaction: str) -> Response | str:
    """Why a request was refused or altered, by the ``X-Transaction-ID`` of its answer."""
    rows = part(Gate).log.of(transaction) if transaction.isalnum() else ()
    if wants_page(request):
        once = [(row, 1) for row in rows]
        return render_template("lab/decisions.html", transaction=transaction, decisions=once)
    return jsonify({"transaction": transaction, "decisions": [_as_json(row) for row in rows]})


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The REST APIs as an OpenAPI description, with the fields of the tables in ``?tables=``, or of the core ones."""
    wanted = [name for name in request.args.get("tables", "").split(",") if name] or CORE_TABLES
    settings = part(Settings)
    title = f"The REST APIs of the instance {settings.name}"
    dictionary, routes = part(Gate).read_dictionary(), api_routes(current_app)
    return jsonify(describe(Instance(dictionary, routes, title, settings.release, request.host_url), wanted))


def _as_json(row: DecisionRow) -> Mapping[str, object]:
    who = ("transaction", "user_name", "scope", "channel", "address")
    what = ("step", "outcome", "operation", "rule", "reason", "record")
    return {
        "at": row.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "table": row.table_name,
        **{name: getattr(row, name) for name in (*who, *what)},
    }
