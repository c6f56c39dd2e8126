"""``ticketlab keys``: the keys that seal the secrets of the tenant's connection."""

from typing import Any

import click

from .common_options import JSON, TARGET, as_line, options, target_of


@click.group()
def keys() -> None:
    """Show and rotate the keys that seal the tenant's secrets."""


@keys.command(name="list")
@options(*TARGET)
@JSON
def list_keys(**given: Any) -> None:
    """Name the keys of the running tenant. For each it tells how many secrets it has sealed."""
    _tell(given, target_of(given).tenant_lab.get("sealing-keys"))


@keys.command()
@options(*TARGET)
@JSON
def rotate(**given: Any) -> None:
    """Seal every secret again with the first key of TICKETLAB_KEYS. The others may then be taken out."""
    told = target_of(given).tenant_lab.post("sealing-keys")
    _tell(given, told)
    if not given["as_json"]:
        click.echo(f"Sealed again: {told['sealed_again']}.")


def _tell(given: dict[str, Any], told: dict[str, Any]) -> None:
    if given["as_json"]:
        click.echo(as_line(told))
        return
    for key in told["keys"]:
        what = "writes" if key["writes"] else "reads" if key["in_ring"] else "is missing"
        click.echo(f"{key['name'] or '(unnamed)':<9}  {what:<10}  {key['sealed']} sealed")
