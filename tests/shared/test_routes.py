"""Addresses that ``url_for`` builds."""

from flask import Flask
from ticketlab.shared.web.routes import install_routes

ROUTES = ("/", "/records/<table>/<int:page>", "/records/<table>", "/fixed", "/<path:rest>/end")


def test_a_route_builds_the_addresses_that_a_rule_of_flask_builds() -> None:
    """Compiling the builder late changes no address, and no route that is matched."""
    plain, own = Flask("plain"), Flask("own")
    install_routes(own)
    for made in (plain, own):
        for number, route in enumerate(ROUTES):
            made.add_url_rule(route, endpoint=str(number), view_func=_echo)
        made.add_url_rule("/fixed/<mode>", endpoint="3", defaults={"page": 1}, view_func=_echo)
    for made in (own, own):  # the second time with the builders that are kept
        assert _addresses(made) == _addresses(plain)
    asked = own.test_client().get("/records/task/7")
    assert asked.get_json() == {"table": "task", "page": 7}


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
