"""``ticketlab case``: the troubleshooting catalogue on a running pair."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from .codes import FAILED
from .common_options import JSON, TARGET, as_line, options, target_of

if TYPE_CHECKING:
    from ..cases.runner import Runner, Seen
    from ..cases.verify import Verdict


@click.group()
def case() -> None:
    """Break a running pair as customers met it, and cure it. `stop` puts everything back."""


@case.command(name="list")
@JSON
@click.option("--markdown", is_flag=True, help="Print the catalogue as in docs/cases.md.")
def list_cases(*, as_json: bool, markdown: bool) -> None:
    """Name all cases."""
    from ..cases import tell
    from ..cases.registry import all_cases

    known = all_cases().values()
    if markdown:
        click.echo(tell.markdown(known), nl=False)
    elif as_json:
        click.echo(as_line([tell.as_json(each) for each in known]))
    else:
        width = max(len(each.id) for each in known)
        for title, group in tell.in_groups(known).items():
            click.echo(title)
            for each in group:
                click.echo(f"  {each.id:<{width}}  {each.title}")


@case.command()
@click.argument("identity", metavar="ID")
@JSON
def show(*, identity: str, as_json: bool) -> None:
    """Show all about a case. What differs, the steps, the symptom, the check and what it finds, the cure."""
    from ..cases import tell
    from ..cases.registry import case_named

    found = case_named(identity)
    click.echo(as_line(tell.as_json(found)) if as_json else "\n".join(tell.in_lines(found)))


@case.command()
@click.argument("identity", metavar="ID")
@options(*TARGET)
@JSON
def start(*, identity: str, as_json: bool, **given: Any) -> None:
    """Break the running pair. It keeps a snapshot of itself, to which `stop` returns."""
    from ..cases.pair import INTEGRATION_PASSWORD, INTEGRATION_USER
    from ..cases.registry import case_named

    started = _runner(given).start(identity)
    found = case_named(identity)
    if as_json:
        click.echo(as_line({"started": started.id, "emulator": started.emulator, "connector": started.connector}))
        return
    click.echo(f"Started: {found.differs}")
    for number, step in enumerate(found.steps, 1):
        click.echo(f"  {number}. {step}")
    click.echo(f"Expect: {found.symptom}")
    if found.needs_connection:
        click.echo(f"The integration user is {INTEGRATION_USER}, password {INTEGRATION_PASSWORD}.")
    click.echo(f"`ticketlab case symptom {identity}` does the steps, `cure {identity}` cures it, `stop` ends it.")


@case.command()
@click.argument("identity", metavar="ID")
@options(*TARGET)
@JSON
def symptom(*, identity: str, as_json: bool, **given: Any) -> int:
    """Do the customer's steps and the check. Exit code 1 when the symptom does not show."""
    seen = _runner(given).symptom(identity)
    return _told(seen, seen.broken, "shows", seen.case.symptom, as_json=as_json)


@case.command()
@click.argument("identity", metavar="ID")
@click.option("--way", default="", help="Which of several cures to apply; by default the first.")
@options(*TARGET)
@JSON
def cure(*, identity: str, way: str, as_json: bool, **given: Any) -> int:
    """Cure it as `show` describes. Then repeat the customer's steps. Exit code 1 when they do not succeed."""
    seen = _runner(given).cure(identity, way)
    return _told(seen, seen.well, "cured", seen.case.cured, as_json=as_json)


@case.command()
@click.option("--keep", is_flag=True, help="Leave both apps as they are now.")
@options(*TARGET)
@JSON
def stop(*, keep: bool, as_json: bool, **given: Any) -> None:
    """End the started case. Both apps return to what they were when it began, clocks included."""
    ended = _runner(given).stop(keep=keep)
    kept = "Both apps stay as they are." if keep else "Both apps are as they were before."
    click.echo(as_line({"stopped": ended.id, "kept": keep}) if as_json else f"Stopped {ended.id}. {kept}")


@case.command()
@click.argument("text", nargs=-1)
@JSON
def find(*, text: tuple[str, ...], as_json: bool) -> int:
    """Name the cases that match a pasted error. The check tells them apart; `-` reads standard input."""
    from ..cases.find import find as search

    pasted = sys.stdin.read() if text == ("-",) else " ".join(text)
    if not pasted.strip():
        raise click.UsageError("A text is missing: paste the error message, or give - and send it on standard input.")
    fits = search(pasted)
    if as_json:
        found = [
            {"id": fit.case.id, "title": fit.case.title, "check": fit.case.check, "evidence": fit.case.evidence}
            for fit in fits
        ]
        click.echo(as_line(found))
    for fit in () if as_json else fits:
        click.echo(f"{fit.case.id}: {fit.case.title}")
        click.echo(f"  check     {fit.case.check}\n  finds     {fit.case.evidence}")
    if not fits and not as_json:
        click.echo("No case fits. `ticketlab case list` names them all.")
        click.echo("The instance's page /lab/decisions says why it refused a request, and which record to change.")
    return 0 if fits else FAILED


@case.command()
@click.argument("identity", metavar="ID", required=False)
@click.option("--all", "every", is_flag=True, help="Verify every case.")
@options(*TARGET)
@JSON
def verify(*, identity: str | None, every: bool, as_json: bool, **given: Any) -> int:
    """Break, see, cure and see again. The running pair ends as it began. Exit code 1 on any failure."""
    from ..cases.registry import all_cases, case_named
    from ..cases.verify import verify as run

    if every == bool(identity):
        raise click.UsageError("Name one case, or give --all.")
    chosen = all_cases().values() if every else [case_named(identity or "")]
    _runner(given).check_idle()
    verdicts = run(target_of(given), chosen, _printed(as_json=as_json))
    if as_json:
        click.echo(as_line([vars(each) for each in verdicts]))
    return 0 if all(each.ok for each in verdicts) else FAILED


def _printed(*, as_json: bool) -> "Callable[[Verdict], None]":
    def _print(verdict: "Verdict") -> None:
        if not as_json:
            name = verdict.id if verdict.cure in {"", "cure"} else f"{verdict.id}, {verdict.cure}"
            click.echo(
                f"{'ok' if verdict.ok else 'FAILED':<6} {name} ({verdict.seconds:.1f} s) {verdict.told}".rstrip()
            )

    return _print


def _runner(given: dict[str, Any]) -> "Runner":
    from ..cases.runner import Runner

    return Runner(target_of(given), given["data"])


def _told(seen: "Seen", good: bool, word: str, expected: str, *, as_json: bool) -> int:
    from ..cases.texts import around

    excerpt = around(seen.text, expected, seen.case.symptom, seen.case.cured)
    if as_json:
        click.echo(as_line({"id": seen.case.id, word: good, "seen": excerpt, "found": seen.found}))
    else:
        click.echo(f"Seen:   {excerpt}")
        click.echo(f"Check:  {seen.case.check}\n        {seen.found}")
    if not good and not as_json:
        click.echo(f"That is not what was expected: {expected}")
    return 0 if good else FAILED
