"""The properties that say where this instance and its tenant live and what it runs: rewritten at every start."""

from collections.abc import Mapping

from ..access.caller import Caller
from ..records.gate import Gate
from ..records.stored import stored
from ..releases import release_named
from ..settings import Settings

TENANT_URL = "x_mioms_m365ticket.tenant_url"
"""The security center's address, which the checklist proposes for the redirect URL (ours)."""

_BUILD = ("glide.war", "glide.buildtag", "glide.product.version", "glide.product.description")


def write_addresses(gate: Gate, settings: Settings) -> bool:
    """Bring the properties into line with the settings; returns whether any was wrong."""
    wanted = own_properties(settings)
    present = stored(gate, "sys_properties", "name", wanted, ("value",))
    if {name: row["value"] or "" for name, row in present.items()} == wanted:
        return False
    with gate.transaction() as transaction:
        properties = gate.record("sys_properties", Caller.system(), within=transaction)
        found = {row.value("name"): row for row in properties.query(f"nameIN{','.join(wanted)}").rows}
        for name, value in wanted.items():
            if name not in found:
                properties.insert({"name": name, "value": value})
            elif found[name].value("value") != value:
                properties.update(found[name].sys_id, {"value": value})
    return True


def own_properties(settings: Settings) -> Mapping[str, str]:
    build = release_named(settings.release).default_properties
    return {
        "instance_name": settings.name,
        "glide.servlet.uri": f"{settings.url.rstrip('/')}/",
        TENANT_URL: settings.tenant_url,
        **{name: build[name] for name in _BUILD},
    }
