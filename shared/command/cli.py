"""The command line: options, their environment variables, and everything that is printed."""

import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import seeds
from ..errors import RefusedToStart, TicketlabError
from ..near import check_is_there
from .case import case
from .clock import clock
from .codes import FAILED, INTERRUPTED, REFUSED
from .common_options import DATA, JSON, KEY, TARGET, as_line, naming_the_case, option, options, target_of
from .keys import keys
from .options import CONNECTOR_PORT, EMULATOR_PORT, TLS_PORT, PairOptions

if TYPE_CHECKING:
    from .up import Ready

LAST_LINES = 20
HOST_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def main() -> None:
    """Run the command. What it was asked wrongly gets one line on standard error and exit code 2."""
    try:
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on there is something to put back
        sys.exit(ticketlab.main(standalone_mode=False) or 0)
    except (click.exceptions.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(REFUSED)
    except click.ClickException as error:
        _complain(error.format_message())
        sys.exit(REFUSED)
    except RefusedToStart as error:
        _complain(str(error))
        sys.exit(REFUSED)
    except TicketlabError as error:
        _complain(str(error))
        for line in getattr(error, "last_lines", ())[-LAST_LINES:]:
            click.echo(f"  {line}", err=True)
        sys.exit(FAILED)


def _complain(text: str) -> None:
    click.echo(f"ticketlab: {' '.join(text.split())}", err=True)


def _say(line: str = "") -> None:
    click.echo(line)


@click.group(context_settings={"auto_envvar_prefix": None, "help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ticketlab")
def ticketlab() -> None:
    """A ServiceNow instance and a Microsoft 365 tenant, with the withdrawn connector between them."""


def _name(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """A name stands in front of a domain: ``NAME.service-now.com``, ``NAME.onmicrosoft.com``."""
    if not HOST_LABEL.fullmatch(value):
        raise click.BadParameter(
            f"{value!r} is not a valid name: use lower-case letters, digits and inner hyphens, at most 63 characters."
        )
    return value


def _tables(_context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path | None:
    if value is not None:
        check_is_there(value)
    return value


def _seed(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Refused before anything starts; a file is found wherever the servers run."""
    seed = seeds.Seed.read(value)
    return str(seed.file.resolve()) if seed.file else value


PAIR = (
    option("--host", default=PairOptions.host, help="The address that both apps listen on."),
    option(
        "--emulator-port",
        type=click.IntRange(0, 65535),
        default=EMULATOR_PORT,
        help="The instance's port; 0: a free one.",
    ),
    option(
        "--connector-port",
        type=click.IntRange(0, 65535),
        default=CONNECTOR_PORT,
        help="The tenant's port; 0: a free one.",
    ),
    option(
        "--tls-port", type=click.IntRange(0, 65535), default=TLS_PORT, help="The https listener's port; 0: a free one."
    ),
)
KIND = (
    option("--workers", type=click.IntRange(1, 64), default=1, help="Worker processes of each server."),
    option("--instance", callback=_name, default=PairOptions.instance, help="The instance's name."),
    option("--tenant", callback=_name, default=PairOptions.tenant, help="The tenant's name."),
    option("--release", default=PairOptions.release, help="The ServiceNow release that the instance behaves as."),
    option(
        "--connector-address",
        default=PairOptions.connector_address,
        help="The local address from which the tenant calls the instance.",
    ),
    option("--database", default="", help="postgresql://USER@HOST/DATABASE, instead of files in the data folder."),
    option(
        "--database-schema", default=PairOptions.database_schema, help="The prefix of the schemas in that database."
    ),
    option("--tls", is_flag=True, help="Let the instance answer over https as well."),
    option("--seed", callback=_seed, default=PairOptions.seed, help=f"What new databases hold: {seeds.HELP}."),
    option(
        "--tables",
        type=click.Path(path_type=Path),
        callback=_tables,
        default=None,
        help="A TOML file with tables and fields of your own.",
    ),
)


@ticketlab.command()
@options(*PAIR, *KIND, DATA, KEY)
@option("--fresh", is_flag=True, help="Remove the databases first; keys and logs stay.")
@JSON
def up(*, fresh: bool, as_json: bool, **given: Any) -> None:
    """Start both apps and keep them running until Ctrl-C."""
    from .seed_bar import SeedBar
    from .up import up as run

    run(
        PairOptions(**given),
        fresh=fresh,
        prepare=_connected_seed if given["seed"] == "connected" else None,
        announce=lambda ready: _announce(ready, as_json=as_json),
        hear=lambda server, line: click.echo(f"{server:<9} {line}", err=True),
        watch=SeedBar(),
    )


def _announce(ready: "Ready", *, as_json: bool) -> None:
    from .welcome import welcome

    _say(as_line(ready.facts) if as_json else "\n".join(welcome(ready, _own_name())))
    sys.stdout.flush()  # a program that waits for the line reads a pipe


def _own_name() -> str:
    """What a person types to get here: the bare name where it is on the search path, the path otherwise."""
    import shutil

    return "ticketlab" if shutil.which("ticketlab") else os.path.relpath(sys.argv[0])


def _connected_seed(ready: "Ready") -> None:
    from .connected_seed import connect_and_fill

    connect_and_fill(ready, _quietly)


def _quietly(_line: str) -> None:
    """Steps of a seed are of no interest while they succeed."""


@ticketlab.command()
@options(*TARGET)
@JSON
def status(*, as_json: bool, **given: Any) -> int:
    """Ask both running apps for their health. Exit code 1 when one does not answer."""
    from .status import describe
    from .status import status as ask

    found = ask(target_of(given))
    _say(as_line(found) if as_json else "\n".join(describe(found)))
    return 0 if all(app["ok"] for app in found.values()) else FAILED


@ticketlab.command()
@options(*TARGET)
@JSON
def reset(*, as_json: bool, **given: Any) -> None:
    """Reset both running apps to the seed."""
    from .reset import reset as put_back

    target = target_of(given)
    seed = put_back(target)
    told = f"{target.emulator} and {target.connector} have been reset to their seed ({seed})."
    facts = {"emulator": target.emulator, "connector": target.connector, "seed": seed}
    _say(as_line(facts) if as_json else told)


@ticketlab.command(name="exec", context_settings={"allow_interspersed_args": False})
@options(*KIND, KEY)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(*, command: tuple[str, ...], **given: Any) -> int:
    """Run COMMAND beside a fresh pair on free ports. Both are stopped when it ends.

    The exit code is the command's. TICKETLAB_EMULATOR_URL and TICKETLAB_CONNECTOR_URL tell where the pair is.
    """
    from .execute import execute as run

    return run(command, PairOptions(**given))


@ticketlab.command()
@options(*TARGET)
@click.option("--entity", default="Security + Compliance Connector", show_default=True, help="The OAuth entity's name.")
@click.option("--user", default="m365.integration", show_default=True, help="The integration user's user ID.")
@JSON
def connect(*, entity: str, user: str, as_json: bool, **given: Any) -> None:
    """Connect a running pair without a browser. Checklist, integration user, consent, connection."""
    from dataclasses import asdict

    from ..clients.connect import Connector, Wanted

    target = target_of(given)
    with naming_the_case(target, given["data"]):
        made = Connector(target, Wanted(entity, user), _quietly if as_json else _say).connect()
    if as_json:
        _say(as_line(asdict(made)))


@ticketlab.command()
@options(*TARGET)
@click.option("--own", is_flag=True, help="Play it on a pair of its own, even when one is running.")
@JSON
def demo(*, own: bool, as_json: bool, **given: Any) -> None:
    """Play the whole story over HTTP and verify each step. On the running pair, or on one of its own."""
    from dataclasses import asdict

    from ..clients.target import Target
    from .demo import demo as play
    from .execute import own_pair

    say = _quietly if as_json else _numbered()
    target = target_of(given)
    if own or not target.answers:
        with own_pair(PairOptions()) as pair:
            told = play(Target(pair.emulator.url, pair.connector.url), say)
    else:
        with naming_the_case(target, given["data"]):
            told = play(target, say)
    _say(as_line(asdict(told)) if as_json else told.ending)


def _numbered() -> Callable[[str], None]:
    from itertools import count

    numbers = count(1)
    return lambda line: _say(f"{next(numbers):>3}. {line}")


ticketlab.add_command(case)
ticketlab.add_command(clock)
ticketlab.add_command(keys)
