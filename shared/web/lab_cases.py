"""The troubleshooting cases as pages of the lab: the same modules as ``ticketlab case``, with forms for buttons."""

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..cases.find import find
from ..cases.registry import all_cases, case_named
from ..cases.tell import in_groups
from ..cases.texts import around
from ..errors import TicketlabError
from .lab_interface import this_lab

if TYPE_CHECKING:
    from ..cases.runner import Runner, Seen

LONGEST_TEXT = 20_000
DECISIONS_PATH = "/lab/decisions"
"""Of the instance: its refusals, with the rule that decided each."""


def add_cases(blueprint: Blueprint) -> None:
    """Put the pages on the lab's blueprint itself, whose guard, errors and exemptions hold here too."""
    for path, view, method in (
        ("/cases", cases, "GET"),
        ("/cases/stop", stop_case, "POST"),
        ("/cases/<identity>", case_page, "GET"),
        ("/cases/<identity>/start", start_case, "POST"),
        ("/cases/<identity>/symptom", see_symptom, "POST"),
        ("/cases/<identity>/cure", cure_case, "POST"),
    ):
        blueprint.add_url_rule(path, view_func=view, methods=[method])


def cases() -> str:
    """The catalogue, which case is started, and a box for a pasted error."""
    text = request.args.get("text", "")[:LONGEST_TEXT]
    fits = find(text) if text.strip() else None
    return render_template(
        "lab/cases.html",
        groups=in_groups(all_cases().values()),
        started=_runner().started,
        text=text,
        fits=fits,
        decisions=f"{this_lab().pair().emulator}{DECISIONS_PATH}",
        done=request.args.get("done"),
    )


def case_page(identity: str) -> str:
    """One case: what differs, the steps, the symptom, the check, the cures, and the buttons."""
    return _page(identity)


def start_case(identity: str) -> Response | tuple[str, int]:
    try:
        _runner().start(identity)
    except TicketlabError as error:
        return _page(identity, trouble=error), error.status
    return redirect(url_for("lab.case_page", identity=identity), 303)


def see_symptom(identity: str) -> str | tuple[str, int]:
    """Do the steps as the customer; the answer shows what was seen."""
    try:
        seen = _runner().symptom(identity)
    except TicketlabError as error:
        return _page(identity, trouble=error), error.status
    return _page(identity, seen=seen, good=seen.broken)


def cure_case(identity: str) -> str | tuple[str, int]:
    """Do the cure of the button pressed, and the steps once more."""
    try:
        seen = _runner().cure(identity, request.form.get("way", ""))
    except TicketlabError as error:
        return _page(identity, trouble=error), error.status
    return _page(identity, seen=seen, good=seen.well, after_cure=True)


def stop_case() -> Response:
    """Put both apps back. Pressed twice, the second finds nothing to do."""
    runner = _runner()
    keep = request.form.get("keep") == "yes"
    if runner.started is not None:
        runner.stop(keep=keep)
    return redirect(url_for("lab.cases", done="kept" if keep else "stopped"), 303)


def _page(
    identity: str,
    *,
    seen: "Seen | None" = None,
    good: bool = False,
    after_cure: bool = False,
    trouble: TicketlabError | None = None,
) -> str:
    case = case_named(identity)
    telling = (case.cured, case.symptom) if after_cure else (case.symptom, case.cured)
    return render_template(
        "lab/case.html",
        case=case,
        started=_runner().started,
        accounts=_accounts(),
        pair=this_lab().pair(),
        decisions=DECISIONS_PATH,
        seen=seen,
        excerpt=around(seen.text, *telling) if seen else "",
        good=good,
        after_cure=after_cure,
        trouble=trouble,
    )


def _accounts() -> tuple[str, str]:
    from ..cases.pair import INTEGRATION_PASSWORD, INTEGRATION_USER

    return INTEGRATION_USER, INTEGRATION_PASSWORD


def _runner() -> "Runner":
    from ..cases.runner import Runner  # an HTTP client, which the app's start can do without
    from ..clients.target import Target

    lab = this_lab()
    pair = lab.pair()
    return Runner(Target(pair.emulator, pair.connector, lab.key.reveal()), pair.data)
