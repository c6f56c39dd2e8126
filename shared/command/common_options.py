"""Options that several commands take, and what they mean."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..errors import TicketlabError
from .options import DEFAULT_DATA

if TYPE_CHECKING:
    from ..clients.target import Target

Function = TypeVar("Function", bound=Callable[..., Any])


def option(name: str, **settings: Any) -> Callable[[Function], Function]:
    """An option that can also be given as ``TICKETLAB_<OPTION>``."""
    variable = f"TICKETLAB_{name.removeprefix('--').split('/')[0].replace('-', '_').upper()}"
    return click.option(name, envvar=variable, show_envvar=True, show_default=True, **settings)


KEY = option("--lab-key", default="", help="The key that the lab asks of other machines. Prefer the variable.")
DATA = option(
    "--data", type=click.Path(path_type=Path), default=DEFAULT_DATA, help="The folder for databases, keys and logs."
)
TARGET = (
    click.option(
        "--emulator", envvar="TICKETLAB_EMULATOR_URL", default="", show_envvar=True, help="The instance's address."
    ),
    click.option(
        "--connector", envvar="TICKETLAB_CONNECTOR_URL", default="", show_envvar=True, help="The tenant's address."
    ),
    DATA,
    KEY,
)
JSON = click.option("--json", "as_json", envvar="TICKETLAB_JSON", is_flag=True, help="Print one line for programs.")


def options(*chosen: Callable[[Function], Function]) -> Callable[[Function], Function]:
    """Several options as one decorator, in this order."""

    def _decorate(function: Function) -> Function:
        for each in reversed(chosen):
            function = each(function)
        return function

    return _decorate


def as_line(value: object) -> str:
    import json

    return json.dumps(value)


def target_of(given: dict[str, Any]) -> "Target":
    """The running pair that the options mean. Raises RefusedToStart for an invalid address."""
    from .running_pair import find_target

    return find_target(given["emulator"], given["connector"], given["data"], given["lab_key"])


@contextmanager
def naming_the_case(target: "Target", data: Path) -> Iterator[None]:
    """Say, when something fails on a pair on which a case is started, that it may fail for that."""
    try:
        yield
    except TicketlabError as error:
        from ..cases.state import StateFile

        started = StateFile(data).read(target)
        if started is None:
            raise
        why = f"The case {started.id} is started on this pair; `ticketlab case stop` ends it"
        raise TicketlabError(why, str(error)) from error
