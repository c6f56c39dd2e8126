"""``ticketlab clock``: both apps' clocks at once."""

import re
from typing import Any

import click

from ..clock import parse_moment
from ..errors import BadInput
from .common_options import JSON, TARGET, as_line, options, target_of

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"([+-]?\d{1,12}(?:\.\d{1,3})?)([smhd]?)", re.ASCII)


@click.group()
def clock() -> None:
    """Show, set, move, stop and start the clocks of both running apps."""


@clock.command()
@options(*TARGET)
@JSON
def show(**given: Any) -> None:
    """Show both clocks."""
    _tell(given, {name: lab.get("clock") for name, lab in _labs(given)})


def _moment(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Refused before either app is asked."""
    try:
        parse_moment(value)
    except BadInput as error:
        raise click.BadParameter(f"{error} `ticketlab clock advance -1d` moves by a duration.") from error
    return value


@clock.command(name="set")
@click.argument("moment", callback=_moment)
@options(*TARGET)
@JSON
def set_clock(*, moment: str, **given: Any) -> None:
    """Set both to MOMENT. An ISO 8601 date and time with its zone: 2020-09-01T12:00:00Z."""
    _change(given, {"set": moment})


class _WithDuration(click.Command):
    """Takes ``-1h`` for a duration; to click it is an option -1 and then -h, which asks for help."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        backwards = [each for each in args if each.startswith("-") and DURATION.fullmatch(each)]
        if backwards and "--" not in args:
            args = [*(each for each in args if each not in backwards), "--", *backwards]
        return super().parse_args(ctx, args)


@clock.command(cls=_WithDuration)
@click.argument("duration")
@options(*TARGET)
@JSON
def advance(*, duration: str, **given: Any) -> None:
    """Move both by DURATION. Seconds, or a number with s, m, h or d, as 31m or 101d; -1h goes back."""
    _change(given, {"advance": seconds_of(duration)})


@clock.command()
@options(*TARGET)
@JSON
def freeze(**given: Any) -> None:
    """Stop both at the moment they show."""
    _change(given, {"freeze": True})


@clock.command()
@options(*TARGET)
@JSON
def run(**given: Any) -> None:
    """Let both go on from the moment they show."""
    _change(given, {"run": True})


def seconds_of(duration: str) -> float:
    """Raises click.BadParameter."""
    found = DURATION.fullmatch(duration.strip())
    if found is None:
        raise click.BadParameter(f"{duration!r} is not a duration: give seconds, or a number with s, m, h or d.")
    return float(found[1]) * UNITS[found[2] or "s"]


def _labs(given: dict[str, Any]) -> list[tuple[str, Any]]:
    target = target_of(given)
    return [("emulator", target.instance_lab), ("connector", target.tenant_lab)]


def _change(given: dict[str, Any], change: dict[str, Any]) -> None:
    labs = _labs(given)
    for _name, lab in labs:
        lab.health()  # both or none
    _tell(given, {name: lab.post("clock", change) for name, lab in labs})


def _tell(given: dict[str, Any], clocks: dict[str, dict[str, Any]]) -> None:
    if given["as_json"]:
        click.echo(as_line(clocks))
        return
    for name, shown in clocks.items():
        apart = f", {shown['offset_seconds']:+.0f} s from this machine's" if shown["offset_seconds"] else ""
        click.echo(f"{name:<9}  {shown['now']}{apart}{', standing still' if shown['frozen'] else ''}")
