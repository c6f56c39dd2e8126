"""An instance's database that an earlier version has filled, opened by this one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from engines import BACKENDS
from flask import Flask
from sqlalchemy import Engine, column, delete, event, inspect, table, text
from ticketlab.emulator import create_app
from ticketlab.emulator.dictionary.declaration import load_schema
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.seed import fit, seed_image
from ticketlab.emulator.settings import Settings
from ticketlab.emulator.store.store import Store
from ticketlab.emulator.testing import DEFAULTS, close
from ticketlab.shared.place import Server
from ticketlab.shared.secret import Secret
from ticketlab.shared.web.parts import part_of

ADMIN = ("admin", "admin")
LATER_TABLES = ("sttrm_state", "sysrule_quota", "x_mioms_m365ticket_setup")
LATER_FIELD = {"name": "incident", "element": "hold_reason"}
REMOVED_CHOICE = {"name": "incident", "element": "category", "value": "database"}
DESCRIBING = ("sys_dictionary", "sys_documentation", "sys_choice")


@pytest.fixture(name="settings", params=BACKENDS)
def _settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    address = request.getfixturevalue("postgresql").database() if request.param == "postgresql" else ""
    return Settings(**{**DEFAULTS, "data": tmp_path, "database": Server(Secret(address))})


@pytest.fixture(name="older")
def _older(settings: Settings) -> Iterator[Store]:
    """The data as an earlier version has left them, and the image of its seed."""
    with opened(settings) as instance:
        store = part_of(instance, Gate).store
        make_older(store.engine)
        seed_image(settings, store.engine).save()
        yield store


@contextmanager
def opened(settings: Settings) -> Iterator[Flask]:
    instance = create_app(settings)
    try:
        yield instance
    finally:
        close(instance)


def make_older(engine: Engine) -> None:
    """Take away what a later version has brought, and a choice as an administrator would."""
    with engine.begin() as connection:
        for name in LATER_TABLES:
            connection.execute(text(f"DROP TABLE {name}"))
            for rows in ("sys_db_object", "sys_security_acl", *DESCRIBING):
                connection.execute(delete(table(rows)).where(column("name") == name))
        connection.execute(text("ALTER TABLE task DROP COLUMN hold_reason"))
        for rows in DESCRIBING:
            connection.execute(delete(table(rows)).where(*(column(key) == each for key, each in LATER_FIELD.items())))
        removed = delete(table("sys_choice")).where(*(column(key) == each for key, each in REMOVED_CHOICE.items()))
        assert connection.execute(removed).rowcount == 1
        connection.execute(text("UPDATE ticketlab_version SET structure = 'older', version = 'older'"))


def listed(instance: Flask, path: str) -> list[dict[str, Any]]:
    answer = instance.test_client().get(f"/api/now/table/{path}", auth=ADMIN)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json["result"]
    return rows


def check_upgraded(instance: Flask) -> None:
    for name in LATER_TABLES:
        assert listed(instance, f"sys_db_object?sysparm_query=name={name}")
        assert listed(instance, f"sys_security_acl?sysparm_query=name={name}") or name == "sysrule_quota"
    assert listed(instance, "sttrm_state")
    assert [row["max_duration"] for row in listed(instance, "sysrule_quota?sysparm_query=name=UI Transactions")] == [
        "298"
    ]
    held = {"short_description": "Held", "state": "3", "hold_reason": "4", "comments": "Wait"}
    made = instance.test_client().post("/api/now/table/incident", json=held, auth=ADMIN).json["result"]
    assert made["hold_reason"] == "4"
    removed = "^".join(f"{name}={value}" for name, value in REMOVED_CHOICE.items())
    assert not listed(instance, f"sys_choice?sysparm_query={removed}")


@pytest.mark.attack("S10")
def test_s10_what_a_later_version_declares_is_brought_into_an_earlier_database(settings, older):
    """Tables with what they are born with and their access rules, and fields. What somebody has removed stays away."""
    assert "sttrm_state" not in inspect(older.engine).get_table_names()
    with opened(settings) as instance:
        check_upgraded(instance)
        assert instance.test_client().post("/lab/reset", json={}).status_code == 200
        check_upgraded(instance)


@pytest.mark.attack("S10")
def test_s10_an_upgrade_that_fails_leaves_the_database_as_it_was(settings, older):
    """Structure and rows come in one transaction; the next start does it all."""

    def fail(*given: Any) -> None:
        if given[2].startswith("INSERT INTO sys_choice"):
            raise ConnectionAbortedError

    event.listen(older.engine, "before_cursor_execute", fail)
    with pytest.raises(ConnectionAbortedError):
        fit(older, load_schema())
    event.remove(older.engine, "before_cursor_execute", fail)
    assert not set(LATER_TABLES) & set(inspect(older.engine).get_table_names())
    with opened(settings) as instance:
        check_upgraded(instance)
