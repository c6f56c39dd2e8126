"""Attack C09: the keys that sessions and forms hang on are missing, short, out of an example, or replaced."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from people import Person
from ticketlab.connector.settings import Settings as TenantSettings
from ticketlab.connector.testing import csrf_token, engine_of, make_tenant, sign_in
from ticketlab.emulator import create_app
from ticketlab.emulator.settings import Settings as InstanceSettings
from ticketlab.emulator.testing import DEFAULTS, close, make_instance
from ticketlab.shared.errors import RefusedToStart
from ticketlab.shared.secret import Secret


def start_instance(folder: Path) -> Flask:
    """Start on a folder as it lies; ``make_instance`` alone would copy its image over the key."""
    if (folder / "emulator.db").exists():
        return create_app(InstanceSettings(data=folder, **DEFAULTS))
    return make_instance(folder)


FILES = {"instance": "keys/instance", "tenant": "tenant/keys/connector-session"}
START: dict[str, Callable[[Path], Flask]] = {"instance": start_instance, "tenant": make_tenant}
STOP: dict[str, Callable[[Flask], None]] = {"instance": close, "tenant": lambda app: engine_of(app).dispose()}
POOR = ("0123456789abcdef", "change-me", "00" * 32, "deadbeef" * 8)
"""Short, no hex, a default, an example."""


@pytest.fixture(params=["instance", "tenant"])
def kind(request) -> str:
    return str(request.param)


@pytest.mark.attack("C09")
def test_c09_a_missing_key_is_made_at_random_for_its_owner_alone(kind: str, tmp_path: Path) -> None:
    """No two installations share a key, and no app has one in its code."""
    keys = set()
    for folder in (tmp_path / "one", tmp_path / "other"):
        folder.mkdir()
        path = folder / FILES[kind]
        STOP[kind](START[kind](folder))
        path.unlink()
        STOP[kind](START[kind](folder))
        keys.add(path.read_text())
        assert path.stat().st_mode & 0o077 == 0
    assert len(keys) == 2


@pytest.mark.attack("C09")
def test_c09_a_poor_key_is_refused_by_its_place(kind: str, tmp_path: Path) -> None:
    """The app does not start; the message names the file and keeps the key to itself."""
    STOP[kind](START[kind](tmp_path))
    path = tmp_path / FILES[kind]
    for poor in POOR:
        path.write_text(poor)
        with pytest.raises(RefusedToStart) as refused:
            START[kind](tmp_path)
        assert str(path) in str(refused.value)
        assert poor not in str(refused.value)


@pytest.mark.attack("C09")
@pytest.mark.parametrize("poor", POOR)
def test_c09_a_poor_key_of_the_environment_is_refused(poor: str, tmp_path: Path) -> None:
    with pytest.raises(RefusedToStart, match="TICKETLAB_KEYS") as refused:
        make_tenant(tmp_path, keys=(Secret(poor),))
    assert poor not in str(refused.value)


@pytest.mark.attack("C09")
@pytest.mark.parametrize("settings", [InstanceSettings, TenantSettings])
def test_c09_a_lab_key_that_can_be_guessed_is_refused_beyond_this_machine(settings, tmp_path: Path) -> None:
    """On loopback it guards nothing; without any, other machines are not let in at all."""
    beyond = {"data": tmp_path, "host": "0.0.0.0", "seed": "empty"}  # noqa: S104 - what is refused
    if settings is InstanceSettings:
        beyond["password_memory_kib"] = 19 * 1024
    with pytest.raises(RefusedToStart, match="short lab key"):
        settings(**beyond, lab_key=Secret("changeme"))
    for good in ("", "0123456789abcdef"):
        settings(**beyond, lab_key=Secret(good))
    settings(data=tmp_path, lab_key=Secret("x"))


@pytest.mark.attack("C09")
def test_c09_another_key_signs_nobody_out_of_the_instance(tmp_path: Path) -> None:
    """The session lives on; a form that was open is refused once, and works when it is loaded again."""
    instance = start_instance(tmp_path)
    person = Person(instance).log_in()
    form = person.get("/incident.do?sys_id=-1").form("sysparm_referring_url")
    close(instance)
    (tmp_path / FILES["instance"]).unlink()
    instance = start_instance(tmp_path)
    person.client = _same_cookies(person.client, instance)
    assert "System Administrator" in person.get("/home.do").text
    assert person.send(form, "sysverb_insert", incident__short_description="x").status == 403
    again = person.get("/incident.do?sys_id=-1").form("sysparm_referring_url")
    assert person.send(again, "sysverb_insert", incident__short_description="x").status == 302
    close(instance)


@pytest.mark.attack("C09")
def test_c09_another_key_signs_nobody_out_of_the_tenant(tmp_path: Path) -> None:
    tenant = make_tenant(tmp_path)
    client = tenant.test_client()
    sign_in(client)
    open_form = csrf_token(client, "/ticketConfiguration")
    engine_of(tenant).dispose()
    (tmp_path / FILES["tenant"]).unlink()
    tenant = make_tenant(tmp_path)
    client = _same_cookies(client, tenant)
    assert "Sasha Ouellet" in client.get("/ticketConfiguration").text
    assert client.post("/ticketConfiguration", data={"csrf_token": open_form}).status_code == 400
    again = csrf_token(client, "/ticketConfiguration")
    assert client.post("/ticketConfiguration", data={"csrf_token": again}).status_code == 303
    engine_of(tenant).dispose()


def _same_cookies(client: FlaskClient, app: Flask) -> FlaskClient:
    """The same browser in front of the app that was started anew."""
    other = app.test_client()
    for cookie in client._cookies.values():
        other.set_cookie(cookie.key, cookie.value, domain=cookie.domain)
    return other
