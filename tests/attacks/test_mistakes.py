"""A mistake of ours (C23): whoever meets it learns a number to tell and nothing else, at every address of both apps."""

import json
import re
from pathlib import Path

import pytest
from app_routes import readable
from ticketlab.connector import create_app as create_tenant
from ticketlab.connector.settings import Settings as TenantSettings
from ticketlab.connector.testing import bearer
from ticketlab.emulator import create_app as create_instance
from ticketlab.emulator.settings import Settings as InstanceSettings
from ticketlab.shared.errors import RefusedToStart

HEADERS = ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy")
CANARY = "SELECT secret FROM /srv/canary.py"
TELLTALE = ("canary", "SELECT", "ZeroDivision", "Traceback", "File &#34;", ".py", "Werkzeug", "Flask", "SQLAlchemy")
ANSWERED_BEFORE = ("/static/", "/lab/static/")


def fail(**_arguments: object) -> str:
    raise ZeroDivisionError(CANARY)


@pytest.fixture
def broken(site, monkeypatch):
    """Every view of the app fails. Somebody is signed in."""
    app, client = site
    headers = {"Authorization": "Basic YWRtaW46YWRtaW4="} if "pages" in app.blueprints else bearer(client)
    for endpoint in app.view_functions:
        monkeypatch.setitem(app.view_functions, endpoint, fail)
    return app, client, headers


@pytest.mark.attack("C23")
@pytest.mark.attack("C10")
def test_c23_a_mistake_of_ours_tells_nothing_at_any_address(broken):
    """Neither page nor JSON has a word of the error; the headers are those of every answer."""
    app, client, headers = broken
    seen = set()
    for path in readable(app):
        if not path.startswith(ANSWERED_BEFORE):
            answer = client.get(path, headers=headers if path.startswith("/api/") else None)
            assert answer.status_code == 500, path
            seen.add(answer.mimetype)
            assert not [word for word in TELLTALE if word in answer.text], path
            assert not [word for word in TELLTALE if word in str(answer.headers)], path
            assert not [name for name in HEADERS if name not in answer.headers], path
    assert "text/html" in seen
    assert len(seen) > 1


@pytest.mark.attack("C23")
def test_c23_the_number_on_the_page_is_the_one_in_the_log(broken):
    """So whoever keeps the app finds the whole of what a person met."""
    app, client, _headers = broken
    answer = client.get("/home.do" if "pages" in app.blueprints else "/tickets")
    number = re.search(r"\b[0-9a-f]{12}\b", answer.text)
    assert number
    log = "".join(path.read_text() for path in (Path(app.instance_path) / "logs").glob("*.jsonl"))
    line = next(line for line in log.splitlines() if number[0] in line)
    assert CANARY in json.loads(line)["exception"]


@pytest.mark.attack("C22")
@pytest.mark.parametrize(("create", "settings"), [(create_instance, InstanceSettings), (create_tenant, TenantSettings)])
def test_c22_a_debugging_server_does_not_start_beyond_this_machine(create, settings, tmp_path: Path, monkeypatch):
    """FLASK_DEBUG in the environment would show stacks to strangers."""
    monkeypatch.setenv("FLASK_DEBUG", "1")
    beyond = settings(data=tmp_path, seed="empty", host="0.0.0.0", **_strong(settings))  # noqa: S104 - what is refused
    with pytest.raises(RefusedToStart, match="FLASK_DEBUG"):
        create(beyond)


def _strong(settings: type) -> dict[str, int]:
    return {"password_memory_kib": 19 * 1024} if settings is InstanceSettings else {}
