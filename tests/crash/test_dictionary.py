"""A real server killed while a field is added: the entry and its column are both there, or neither."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import requests
from patience import HANGING
from ticketlab.emulator.testing import close, make_instance

HOOKS = Path(__file__).parent / "kill_points"
POINTS = (
    "before field written",
    "after field written",
    "before column added",
    "after column added",
    "after version started",
    "before commit",
    "after commit",
)
QUICK = {"after column added"}
FIELD = {"name": "incident", "element": "u_wing", "internal_type": "string", "column_label": "Wing"}


@pytest.mark.attack("S13")
@pytest.mark.parametrize(
    "point", [each if each in QUICK else pytest.param(each, marks=pytest.mark.long) for each in POINTS]
)
def test_s13_killed_while_a_field_is_added_leaves_it_whole_or_absent(instance_server, tmp_path, monkeypatch, point):
    """After the restart it is either used at once, in both processes, or can be added as if nothing had been."""
    close(make_instance(tmp_path / "kept"))
    armed = tmp_path / "armed"
    monkeypatch.setenv("PYTHONPATH", str(HOOKS))
    monkeypatch.setenv("KILL_WHEN", str(armed))
    monkeypatch.setenv("KILL_AT", point)
    url = instance_server(data=tmp_path / "kept").url
    armed.touch()
    with pytest.raises(requests.ConnectionError):
        send(url, "POST", "sys_dictionary", FIELD)
    assert not armed.exists()
    entries, columns = kept(tmp_path / "kept" / "emulator.db")
    assert (entries, columns) == ((1, 1) if point == "after commit" else (0, 0))
    monkeypatch.setenv("KILL_AT", "")
    url = instance_server(data=tmp_path / "kept", workers=2).url
    for _ in range(12):  # both processes know the table as it was
        assert ("u_wing" in send(url, "POST", "incident", {}).json()["result"]) == bool(entries)
    if not entries:
        assert send(url, "POST", "sys_dictionary", FIELD).status_code == 201
    for number in range(12):
        made = send(url, "POST", "incident", {"u_wing": str(number)})
        assert made.json()["result"]["u_wing"] == str(number)


def send(url: str, method: str, table: str, body: dict[str, str]) -> requests.Response:
    address = f"{url}/api/now/table/{table}"
    return requests.request(method, address, json=body, auth=("admin", "admin"), timeout=HANGING)


def kept(database: Path) -> tuple[int, int]:
    """How many dictionary entries and how many columns the dead instance has of the field."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        entries = connection.execute("SELECT count(*) FROM sys_dictionary WHERE element = 'u_wing'").fetchone()[0]
        columns = [column for column in connection.execute("PRAGMA table_info(task)") if column[1] == "u_wing"]
        return entries, len(columns)
