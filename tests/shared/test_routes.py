"""Addresses that ``url_for`` builds."""

import gc
import weakref

from flask import Flask
from ticketlab.shared.web.routes import install_routes
from werkzeug.routing import UnicodeConverter

ROUTES = ("/", "/records/<table>/<int:page>", "/records/<table>", "/fixed", "/<path:rest>/end")


def test_a_route_builds_the_addresses_that_a_rule_of_flask_builds() -> None:
    """Compiling the builder late changes no address, and no route that is matched."""
    plain, own, later = Flask("plain"), Flask("own"), Flask("later")
    install_routes(own)
    install_routes(later)
    for made in (plain, own, later):
        for number, route in enumerate(ROUTES):
            made.add_url_rule(route, endpoint=str(number), view_func=_echo)
        made.add_url_rule("/fixed/<mode>", endpoint="3", defaults={"page": 1}, view_func=_echo)
    for made in (own, own, later):  # the second time with the builders that are kept
        assert _addresses(made) == _addresses(plain)
    for made in (own, later):  # the second is made of what the first was parsed into
        asked = made.test_client().get("/records/task/7")
        assert asked.get_json() == {"table": "task", "page": 7}
        assert made.test_client().get("/records/task/x").status_code == 404
        assert made.test_client().get("/a/b/end").get_json() == {"rest": "a/b"}


def test_an_app_with_a_converter_of_its_own_is_not_given_another_apps_routes() -> None:
    first, other = Flask("first"), Flask("other")
    other.url_map.converters["int"] = UnicodeConverter
    for made in (first, other):
        install_routes(made)
        made.add_url_rule("/of/<int:page>", view_func=_echo)
    assert first.test_client().get("/of/seven").status_code == 404
    assert other.test_client().get("/of/seven").get_json() == {"page": "seven"}


def test_what_is_kept_of_a_route_keeps_no_app_alive() -> None:
    first = Flask("first")
    install_routes(first)
    first.add_url_rule("/kept/<int:page>", view_func=_echo)
    routes = weakref.ref(first.url_map)
    del first
    gc.collect()
    assert routes() is None


def _echo(**values: object) -> dict[str, object]:
    return values


def _addresses(made: Flask) -> list[str]:
    wanted = (
        ("0", {}),
        ("1", {"table": "ä/b", "page": 2}),
        ("2", {"table": "x", "q": "a b"}),
        ("3", {"mode": "m"}),
        ("4", {"rest": "a/b"}),
    )
    with made.test_request_context():
        return [made.url_for(endpoint, **values) for endpoint, values in wanted]
