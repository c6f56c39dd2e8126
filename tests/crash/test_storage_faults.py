"""A disk that is full, read-only or gone: said at once, and nothing is written in part."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
import requests
from command_line import run
from patience import HANGING
from served_tenant import wait_until
from sqlalchemy import event
from ticketlab.connector.database import db as connector_database
from ticketlab.connector.settings import Settings as TenantSettings
from ticketlab.connector.testing import PASSWORD, bearer, engine_of, make_tenant
from ticketlab.connector.testing import close as close_tenant
from ticketlab.emulator.database import db as emulator_database
from ticketlab.emulator.settings import Settings
from ticketlab.emulator.testing import close, make_instance

AUTH = ("admin", "admin")
TABLE = "/api/now/table/incident"


def create(url: str, text: str = "x" * 20_000) -> requests.Response:
    return requests.post(f"{url}{TABLE}", json={"description": text}, auth=AUTH, timeout=HANGING)


def total(url: str) -> int:
    answer = requests.get(f"{url}{TABLE}", params={"sysparm_limit": 1}, auth=AUTH, timeout=HANGING)
    assert answer.status_code == 200, answer.text
    return int(answer.headers["X-Total-Count"])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 12 MB."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    as_root = [] if os.getuid() == 0 else ["sudo", "--non-interactive"]
    mounting = [*as_root, "mount", "-t", "tmpfs", "-o", "size=12m,mode=777", "tmpfs", mounted]
    assert subprocess.run(mounting, check=False).returncode == 0, "mounting a small disk needs root or sudo"
    yield mounted
    subprocess.run([*as_root, "umount", "--lazy", mounted], check=True)


def fill_up(disk: Path) -> Path:
    """Leave no room; the file that takes it is returned."""
    filler = disk / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass
    return filler


@pytest.mark.attack("S07")
def test_s07_full_disk_is_503_with_a_log_line_no_partial_row_and_recovery(instance_server, small_disk, folder):
    """Reading goes on meanwhile; once there is room again, so does writing, without a restart."""
    data = Path(shutil.copytree(folder, small_disk / "data"))
    server = instance_server(data=data)
    before = total(server.url)
    filler = fill_up(small_disk)
    statuses = [create(server.url).status_code for _ in range(30)]
    made = statuses.count(201)
    assert set(statuses) <= {201, 503}
    assert statuses[-1] == 503
    assert total(server.url) == before + made
    wait_until(lambda: any("database.unavailable" in line and "full" in line for line in server.last_lines))
    filler.unlink()
    assert create(server.url).status_code == 201
    assert total(server.url) == before + made + 1
    with closing(sqlite3.connect(data / "emulator.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.attack("S07")
def test_s07_a_file_that_finds_no_room_is_503_and_leaves_nothing(instance_server, small_disk, folder):
    """What is attached lies beside the database; the next one that fits is taken."""
    data = Path(shutil.copytree(folder, small_disk / "data"))
    server = instance_server(data=data)

    def attach(size: int) -> requests.Response:
        of = {"table_name": "incident", "table_sys_id": "9c573169c611228700193229fff72400", "file_name": "a.bin"}
        address = f"{server.url}/api/now/attachment/file"
        return requests.post(address, params=of, data=bytes(size), auth=AUTH, timeout=HANGING)

    before = sorted(data.glob("attachments/*/*"))
    refused = attach(12_000_000)
    assert (refused.status_code, refused.json()["error"]["message"]) == (
        503,
        "The database cannot be used at the moment",
    )
    assert sorted(data.glob("attachments/*/*")) == before
    wait_until(lambda: any("database.unavailable" in line and "No space" in line for line in server.last_lines))
    assert attach(100).status_code == 201


USERS = "/api/v1/users"
KEEPER = "globaladmin@contoso.onmicrosoft.com"


def new_user(number: int = 0) -> dict[str, object]:
    """Two rows: the user, and that they have a role."""
    upn = f"someone{number}@contoso.onmicrosoft.com"
    return {"name": f"Someone {number}", "upn": upn, "password": "Quiet-Otter-42", "roles": ["Security Reader"]}


@pytest.mark.attack("S07")
def test_s07_tenant_on_a_full_disk_is_503_with_a_log_line_no_partial_row_and_recovery(
    tenant_server, small_disk, tmp_path
):
    close_tenant(make_tenant(tmp_path / "whole"))
    data = Path(shutil.copytree(tmp_path / "whole", small_disk / "data"))
    server = tenant_server(data=data)
    form = {"grant_type": "password", "username": KEEPER, "password": PASSWORD}
    token = requests.post(f"{server.url}/contoso/oauth2/v2.0/token", data=form, timeout=HANGING).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}

    def make(number: int) -> int:
        return requests.post(server.url + USERS, json=new_user(number), headers=headers, timeout=HANGING).status_code

    def users() -> list[dict[str, object]]:
        answer = requests.get(f"{server.url}{USERS}?limit=500", headers=headers, timeout=HANGING)
        assert answer.status_code == 200, answer.text
        return [user for user in answer.json()["value"] if str(user["upn"]).startswith("someone")]

    filler = fill_up(small_disk)
    statuses = [make(number) for number in range(60)]
    made = statuses.count(201)
    assert set(statuses) <= {201, 503}
    assert statuses[-1] == 503
    assert len(users()) == made
    wait_until(lambda: any("database.unavailable" in line and "full" in line for line in server.last_lines))
    filler.unlink()
    assert make(60) == 201
    assert [user["roles"] for user in users()] == [["Security Reader"]] * (made + 1)
    with closing(sqlite3.connect(next(data.rglob("connector.db")))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.attack("S07")
def test_s07_tenant_without_its_folder_is_503_and_then_follows_it(tmp_path):
    tenant = make_tenant(tmp_path)
    client = tenant.test_client()
    headers = bearer(client, KEEPER)
    folder = tmp_path / "tenant"
    folder.rename(tmp_path / "elsewhere")
    for answer in (client.post(USERS, json=new_user(), headers=headers), client.get(USERS, headers=headers)):
        assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert client.get("/lab/health").status_code == 503
    assert not folder.exists()
    (tmp_path / "elsewhere").rename(folder)
    assert new_user()["upn"] not in client.get(USERS, headers=headers).text
    assert client.post(USERS, json=new_user(), headers=headers).status_code == 201
    engine_of(tenant).dispose()


@pytest.mark.attack("S07")
def test_s07_missing_and_replaced_files_are_503_and_then_followed(folder):
    """A write never goes to a file that nobody can find any more, and no empty one is made in its place."""
    instance = make_instance(folder)
    client = instance.test_client()

    def create_one() -> int:
        return client.post(TABLE, json={"short_description": "x"}, auth=AUTH).status_code

    assert create_one() == 201
    folder.rename(folder.with_name("elsewhere"))
    assert create_one() == 503
    page = client.get("/login.do")
    assert page.status_code == 503
    assert "cannot be used at the moment" in page.text
    assert client.get("/lab/health").status_code == 503
    assert client.post("/oauth_token.do", data={"grant_type": "password"}).status_code == 503
    folder.with_name("elsewhere").rename(folder)
    assert create_one() == 201
    (folder / "emulator.db").unlink()
    assert create_one() == 503
    assert not (folder / "emulator.db").exists()
    close(instance)


@pytest.mark.attack("S07")
def test_s07_read_only_database_is_503_for_writers_only(folder):
    """As a disk that the system has remounted: SQLite says so, and nothing is half done."""
    instance = make_instance(folder)
    client = instance.test_client()
    before = client.get(TABLE, auth=AUTH).headers["X-Total-Count"]
    with instance.app_context():
        engine = emulator_database.engine
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("PRAGMA query_only=ON"))
    refused = client.post(TABLE, json={"short_description": "x"}, auth=AUTH)
    assert refused.status_code == 503
    assert set(refused.json) == {"error", "status"}
    assert client.get(TABLE, auth=AUTH).headers["X-Total-Count"] == before
    close(instance)


@pytest.mark.attack("S08")
def test_s08_an_acknowledged_write_has_reached_the_disk(folder, tmp_path, monkeypatch):
    """synchronous=FULL (2) by default in both apps: the log is on the disk before the answer is."""
    monkeypatch.delenv("TICKETLAB_DURABLE")
    tenant = make_tenant(tmp_path, durable=TenantSettings.from_environment().durable)
    instance = make_instance(folder, durable=Settings.from_environment().durable)
    for made, database in ((instance, emulator_database), (tenant, connector_database)):
        with made.app_context(), database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine_of(tenant).dispose()
    close(instance)


@pytest.mark.long
@pytest.mark.attack("S07")
def test_s07_a_first_start_on_a_full_disk_says_so(small_disk):
    """In one line, whatever comes to its end first, for there is nobody else to tell, nor room for a log."""
    filler = fill_up(small_disk)
    os.truncate(filler, filler.stat().st_size - 1_000_000)
    data = small_disk / "data"
    refused = run("up", "--emulator-port", "0", "--connector-port", "0", "--data", data, cwd=small_disk)
    assert refused.returncode == 2
    assert re.fullmatch(r"ticketlab: .+(disk is full|No space left on device).*\n", refused.stderr), refused.stderr
    assert refused.stderr.lower().endswith("give another folder with --data.\n")
