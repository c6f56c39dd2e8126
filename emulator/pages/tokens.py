"""Taking access away: System OAuth > Manage Tokens, and Self-Service > My Connected Apps (platform 1.5, D)."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from ...shared.time_style import TimeStyle
from ...shared.web.parts import part
from ..access.caller import Caller
from ..errors import PlatformError
from ..identity.web import current_caller
from ..oauth.credentials import Credentials
from ..oauth.judging import TokenType
from ..records.gate import Gate
from ..records.row import Row
from .blueprint import pages
from .messages import done
from .return_address import with_outcome
from .row_actions import MANAGERS, REVOKE

TABLE = "oauth_credential"
MANAGE_TOKENS = "/oauth_credential_list.do"
MY_APPS = "/my_connected_apps.do"


class MayNotRevoke(PlatformError):
    """Tokens of others are an administrator's business; the sentence is the platform's (G)."""

    status = 403
    message = "Security constraints prevent access to requested page"


@dataclass(frozen=True, slots=True)
class ConnectedApp:
    """An application that somebody has allowed to work in his name."""

    entity: str
    name: str
    since: str
    expires: str


@pages.post(REVOKE)
def revoke_token() -> Response:
    """Revoke one token; with a refresh token goes what it gave."""
    if not current_caller().has_role(MANAGERS):
        raise MayNotRevoke
    part(Credentials).revoke_credential(request.form.get("sys_id", ""))
    return redirect(with_outcome(MANAGE_TOKENS, "revoked"))


@pages.get(MY_APPS)
def my_connected_apps() -> str:
    caller = current_caller()
    apps = connected_apps(part(Gate), caller)
    outcome = done(request.args.get("sysparm_done", ""))
    return render_template("connected_apps.html", apps=apps, done=outcome, time_zone=caller.time_zone)


@pages.post(MY_APPS)
def revoke_my_access() -> Response:
    """Whatever the address says, only the user's own tokens are revoked."""
    caller, entity = current_caller(), request.form.get("entity", "")
    if entity not in {each.entity for each in connected_apps(part(Gate), caller)}:
        return redirect(MY_APPS)
    part(Credentials).revoke_access(entity, caller.user)
    return redirect(with_outcome(MY_APPS, "access_revoked"))


def connected_apps(gate: Gate, caller: Caller) -> Sequence[ConnectedApp]:
    """The applications with a living token in the caller's name, by name. Read as the instance: names are no secret."""
    fields = ("oauth_entity", "oauth_entity.name", "sys_created_on", "expires", "revoked", "type")
    rows = gate.record(TABLE, Caller.system()).query(f"user={caller.user}^ORDERBYsys_created_on", fields=fields).rows
    found: dict[str, ConnectedApp] = {}
    for row in rows:
        entity, expires = row.value("oauth_entity"), row.moment("expires")
        if row.native("revoked") or expires is None or expires <= gate.clock.now():
            continue
        if entity not in found or row.value("type") == TokenType.REFRESH:
            found[entity] = _connected_app(row, caller.style)
    return sorted(found.values(), key=lambda each: each.name.lower())


def _connected_app(row: Row, style: TimeStyle) -> ConnectedApp:
    return ConnectedApp(
        row.value("oauth_entity"),
        row.value("oauth_entity.name") or "(deleted application)",
        row.values["sys_created_on"].display(style),
        row.values["expires"].display(style),
    )
