"""The lab's web side, alike in both apps: start page, health, clock, reset and the seed a reset returns to.

An app says what its lab is in a ``Lab`` and installs it with ``install_lab``; further routes of its own go on the
blueprint that ``lab_blueprint`` gives, under the same guard and with the same errors.
"""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, Flask, Response, current_app, jsonify, redirect, render_template, request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response as AnyResponse

from ..clock import Clock, LabClock, SystemClock
from ..errors import TicketlabError
from ..logs import log
from .lab_cases import add_cases
from .lab_errors import add_errors, check_route, lab_error, unreadable, wants_page
from .lab_guard import check_lab_request
from .lab_input import clock_change, lab_input, nothing
from .lab_interface import Account, Lab, Link, Pair, Reset, StartPage, Step, this_lab
from .lab_path import LAB_PATH, is_for_lab
from .lab_snapshots import add_snapshots
from .parts import forget, part, provide

BODY_LIMIT = 1_000_000


__all__ = [
    "Account",
    "Lab",
    "Link",
    "Pair",
    "Reset",
    "StartPage",
    "Step",
    "install_lab",
    "lab_blueprint",
    "lab_load",
    "this_lab",
    "unreadable",
    "wants_page",
]


def install_lab(app: Flask, lab: Lab, blueprint: Blueprint | None = None) -> None:
    """Provide ``lab`` and register its pages under ``/lab``; ``blueprint`` comes from ``lab_blueprint``.

    Moves of the clock are told to the one that ``install_date`` has been given.
    """
    provide(app, lab, Lab)
    provide(app, _Uptime(SystemClock()))
    app.jinja_env.globals.setdefault("_", _untranslated)
    app.before_request(_guard)
    app.register_blueprint(blueprint or lab_blueprint())


def lab_blueprint() -> Blueprint:
    """The pages both labs have, ready for further ones."""
    blueprint = Blueprint(
        "lab",
        __name__,
        url_prefix=LAB_PATH,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static",
    )
    blueprint.add_url_rule("", view_func=start)
    blueprint.add_url_rule("/health", view_func=health)
    blueprint.add_url_rule("/clock", view_func=show_clock)
    blueprint.add_url_rule("/clock", view_func=set_clock, methods=["POST"])
    blueprint.add_url_rule("/reset", view_func=reset, methods=["POST"])
    blueprint.add_url_rule("/seed", view_func=keep_seed, methods=["POST"])
    add_snapshots(blueprint)
    add_cases(blueprint)
    add_errors(blueprint)
    return blueprint


def start() -> str:
    """The start page: the story's steps, links to both apps, accounts, the clock, a reset button."""
    page = this_lab().start_page()
    return render_template("lab/start.html", page=page, clock=_clock_answer(), done=request.args.get("done"))


def health() -> Response:
    """Whether the app and its database answer, and which app it is."""
    lab = this_lab()
    return jsonify(
        {
            **lab.facts(),
            "database": "ok",
            "uptime_seconds": part(_Uptime).seconds(),
            "now": _moment(_now()),
        }
    )


def show_clock() -> Response:
    return jsonify(_clock_answer())


def set_clock() -> Response:
    """Move, freeze or run the clock: exactly one of ``set``, ``advance``, ``freeze`` and ``run``."""
    change = clock_change(lab_input(request))
    setting = this_lab().change_clock(lambda before: change(before, SystemClock().now()))
    part(LabClock).learn(setting)
    log().info("lab.clock", offset_seconds=setting.offset.total_seconds(), frozen=setting.frozen_at is not None)
    return jsonify(_clock_answer())


def reset() -> AnyResponse:
    """Put the app back to its seed, keys and addresses kept."""
    nothing(lab_input(request))
    done = this_lab().reset()
    forget(current_app)
    part(LabClock).learn(done.clock)
    log().info("lab.reset", seed=done.seed)
    return _done("reset", {"reset": True, "seed": done.seed})


def keep_seed() -> AnyResponse:
    """Keep the present state as the one a reset returns to."""
    nothing(lab_input(request))
    this_lab().keep()
    log().info("lab.seed")
    return _done("seed", {"kept": True})


def lab_load(schema: type[Schema]) -> dict[str, object]:
    """The request's JSON body as ``schema`` reads it; a bad one raises and nothing has changed."""
    loaded: dict[str, object] = schema().load(lab_input(request))
    return loaded


def _done(what: str, answer: Mapping[str, object]) -> AnyResponse:
    """A program gets JSON; the start page's form gets the start page back."""
    if request.mimetype == "application/x-www-form-urlencoded":
        return redirect(url_for("lab.start", done=what), 303)
    return jsonify(answer)


def _guard() -> AnyResponse | None:
    """Guard every address under ``/lab``, unknown ones included, before anything else looks at the request."""
    if not is_for_lab(request):
        return None
    lab = this_lab()
    request.max_content_length = BODY_LIMIT
    try:
        check_lab_request(request, lab.key, lab.own_url)
        check_route(request)
    except TicketlabError as error:
        return lab_error(error)
    return None


def _clock_answer() -> dict[str, object]:
    setting = this_lab().read_clock()
    real = SystemClock().now()
    return {
        "now": _moment(setting.at(real)),
        "offset_seconds": round((setting.at(real) - real).total_seconds(), 3),
        "frozen": setting.frozen_at is not None,
    }


def _now() -> datetime:
    return this_lab().read_clock().at(SystemClock().now())


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _untranslated(text: str, **values: object) -> str:
    """Stands for gettext in an app without translations, so that one template serves both."""
    return text % values if values else text


class _Uptime:
    """How long this process has been serving, by the machine's own time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started = clock.now()

    def seconds(self) -> float:
        return round((self._clock.now() - self._started).total_seconds(), 3)
