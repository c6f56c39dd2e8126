"""What the page "Microsoft 365 Ticketing Connector App" shows: the connection as this instance sees it."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...access.caller import Caller
from ...errors import PlatformError
from ...records.gate import Gate
from .connection import Connection
from .manifest import CHANGE_TABLE, INCIDENT_TABLE, PROVISIONING_PATH, SCOPE, TENANT_URL
from .setup import existing, read_setup
from .times import local_time


@dataclass(frozen=True, slots=True)
class Tickets:
    label: str
    url: str
    total: int


@dataclass(frozen=True, slots=True)
class StatusPage:
    connection: Connection
    version: str
    entity: str
    entity_url: str
    expected_url: str
    user_url: str
    provisioning_url: str
    since: str
    last_call: str
    tickets: Sequence[Tickets]


def status_page(gate: Gate, caller: Caller, connection: Connection) -> StatusPage:
    setup = read_setup(gate, Caller.system())
    scopes = gate.snapshot().policy.scopes
    entity = existing(gate, Caller.system(), "oauth_entity", setup.entity, ("name",))
    return StatusPage(
        connection=connection,
        version=scopes[SCOPE].version if SCOPE in scopes else "",
        entity=entity.value("name") if entity else "",
        entity_url=f"/oauth_entity.do?sys_id={setup.entity}",
        expected_url=f"/sys_user.do?sys_id={setup.user}",
        user_url=f"/sys_user.do?sys_id={connection.user}",
        provisioning_url=gate.get_property(TENANT_URL).rstrip("/") + PROVISIONING_PATH,
        since=local_time(connection.since, caller.style),
        last_call=local_time(connection.last_call, caller.style),
        tickets=[each for table in (CHANGE_TABLE, INCIDENT_TABLE) if (each := _tickets(gate, caller, table))],
    )


def _tickets(gate: Gate, caller: Caller, table: str) -> Tickets | None:
    """How many tickets of a kind there are, for somebody who may see them."""
    known = gate.read_dictionary().tables.get(table)
    if known is None:
        return None
    try:
        page = gate.record(table, caller).query(fields=("sys_id",), limit=1, count=True)
    except PlatformError:
        return None
    return Tickets(known.plural or known.label, f"/{table}_list.do", page.total or 0) if page.rows else None
