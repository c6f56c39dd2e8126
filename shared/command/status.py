"""``ticketlab status``: what both apps say of themselves."""

from typing import Any

from ..clients.target import Lab, Target
from ..errors import TicketlabError


def status(target: Target) -> dict[str, dict[str, Any]]:
    """Each app's health under ``emulator`` and ``connector``: its address, and its facts or its ``error``."""
    return {"emulator": _one(target.instance_lab, "instance"), "connector": _one(target.tenant_lab, "tenant")}


def _one(lab: Lab, product: str) -> dict[str, Any]:
    try:
        facts = lab.health()
    except TicketlabError as error:
        return {"url": lab.url, "ok": False, "error": error.message}
    if facts.get("product", product) != product:
        return {"url": lab.url, "ok": False, "error": f"{lab.url} is the {facts['product']}, not the {product}"}
    return {"url": lab.url, "ok": True, **facts}


def describe(found: dict[str, dict[str, Any]]) -> list[str]:
    """One line an app, for people."""
    return [_line(app, facts) for app, facts in found.items()]


def _line(app: str, facts: dict[str, Any]) -> str:
    if not facts["ok"]:
        address = "" if facts["url"] in facts["error"] else f"{facts['url']}  "
        return f"{app:<10} {address}{facts['error']}"
    tls = f" and {facts['tls_url']}" if facts.get("tls_url") else ""
    release = f", release {facts['release']}" if facts.get("release") else ""
    return (
        f"{app:<10} {facts['url']}{tls}  {facts.get('name', '')}{release}, version {facts.get('version', '')}, "
        f"database {facts.get('database', '')}, up {float(facts.get('uptime_seconds', 0)):.0f} s"
    )
