"""The home page: Secure Score, top actions, and what there is of ServiceNow."""

from flask import Blueprint, render_template

from ...shared.ticket import TicketKind
from ...shared.web.parts import part
from ..connection.service import Connections
from ..connection.status import ConnectionStatus
from ..directory import sign_in_required
from ..securescore import SecureScore
from ..securescore.texts import CATEGORIES
from ..tickets import Board, StateNames, Sync, texts

blueprint = Blueprint("home", __name__)

TOP_ACTIONS = 5


@blueprint.get("/")
@sign_in_required
def page() -> str:
    score = part(SecureScore)
    actions = score.actions()
    return render_template(
        "home/page.html",
        overview=score.overview(actions),
        actions=actions[:TOP_ACTIONS],
        categories=CATEGORIES,
        **_service_now(part(Connections).status()),
    )


@blueprint.get("/cards")
@sign_in_required
def cards() -> str:
    """The part of the home page that changes by itself, as a fragment."""
    return render_template("home/cards.html", **_service_now(part(Connections).status()))


def _service_now(connection: ConnectionStatus) -> dict[str, object]:
    """What the ServiceNow part shows; nothing here asks the instance (attacks U10)."""
    if not connection.connected:
        return {"connection": connection}
    sync = part(Sync)
    return {
        "connection": connection,
        "boards": [part(Board).of(kind) for kind in TicketKind],
        "labels": part(StateNames).labels(),
        "synced_at": sync.synced_at(),
        "sync_error": sync.error(),
        "texts": texts,
    }
