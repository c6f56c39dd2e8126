"""The properties that say where this instance and its tenant live and what it runs: rewritten at every start."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from ..access.caller import Caller
from ..dictionary.declaration import load_schema
from ..records.gate import Gate
from ..releases import release_named
from ..settings import Settings
from ..store.store import Store

TENANT_URL = "x_mioms_m365ticket.tenant_url"
"""The security center's address, which the checklist proposes for the redirect URL (ours)."""

_BUILD = ("glide.war", "glide.buildtag", "glide.product.version", "glide.product.description")


def write_addresses(gate: Gate, settings: Settings) -> None:
    """Bring the properties into line with the settings; where all are right nothing is written."""
    wanted = own_properties(settings)
    if _stored(gate.store, wanted) == wanted:
        return
    with gate.transaction() as transaction:
        properties = gate.record("sys_properties", Caller.system(), within=transaction)
        found = {row.value("name"): row for row in properties.query(f"nameIN{','.join(wanted)}").rows}
        for name, value in wanted.items():
            if name not in found:
                properties.insert({"name": name, "value": value})
            elif found[name].value("value") != value:
                properties.update(found[name].sys_id, {"value": value})


def _stored(store: Store, names: Iterable[str]) -> Mapping[str, str]:
    """What the properties say now, asked past the gate: it would compile every rule, a third of a start's time."""
    table = store.tables(load_schema()).sql_table("sys_properties")
    statement = select(table.c.name, table.c.value).where(table.c.name.in_(names))
    with store.reading() as connection:
        return {row.name: row.value or "" for row in connection.execute(statement)}


def own_properties(settings: Settings) -> Mapping[str, str]:
    build = release_named(settings.release).default_properties
    return {
        "instance_name": settings.name,
        "glide.servlet.uri": f"{settings.url.rstrip('/')}/",
        TENANT_URL: settings.tenant_url,
        **{name: build[name] for name in _BUILD},
    }
