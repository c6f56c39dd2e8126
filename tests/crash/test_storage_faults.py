"""A disk that is full, read-only or gone, and files that are damaged: said at once, never served as if nothing were."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace

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
from ticketlab.emulator import create_app
from ticketlab.emulator.database import db as emulator_database
from ticketlab.emulator.settings import Settings
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared import soundness
from ticketlab.shared.errors import RefusedToStart
from ticketlab.shared.soundness import MANY_ROWS, check_soundness

AUTH = ("admin", "admin")
TABLE = "/api/now/table/incident"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("seeded")
    close(make_instance(folder))
    return folder


@pytest.fixture
def folder(seeded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(soundness, "SECONDS", HANGING)
    return Path(shutil.copytree(seeded, tmp_path / "data"))


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


def damage_page(folder: Path) -> None:
    """Overwrite a page in the middle, as a failing disk does."""
    path = folder / "emulator.db"
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(os.urandom(4096))


def damage_header(folder: Path) -> None:
    with (folder / "emulator.db").open("r+b") as file:
        file.write(b"not a database at all")


def cut_short(folder: Path) -> None:
    path = folder / "emulator.db"
    os.truncate(path, path.stat().st_size // 2)


def damage_log(folder: Path) -> None:
    """What was committed last stands in the log only."""
    (folder / "emulator.db-wal").write_bytes(b"\0" * 32 + os.urandom(4096))


def stub_log(folder: Path) -> None:
    (folder / "emulator.db-wal").write_bytes(b"\x37\x7f\x06\x82")


@pytest.mark.attack("S09")
@pytest.mark.parametrize("damage", [damage_page, damage_header, cut_short, damage_log, stub_log])
def test_s09_damaged_files_are_found_at_the_start(folder, damage):
    """The start is refused with a sentence that names the file and says what to do."""
    damage(folder)
    with pytest.raises(RefusedToStart, match=r"emulator\.db.* is damaged.*Put a backup in its place.*--fresh"):
        make_instance_on(folder)


def make_instance_on(folder: Path) -> None:
    close(create_app(Settings(data=folder, log_to_terminal=False)))


def unclean(folder: Path) -> int:
    """Leave a log that was not taken over into the file, as a kill does; returns how many rows were committed."""
    script = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('CREATE TABLE kept (n)'); [c.execute('INSERT INTO kept VALUES (?)', (n,)) for n in range(50)];"
        "os._exit(0)"
    )
    subprocess.run(["python3", "-c", script, folder / "emulator.db"], check=True)
    return 50


def kept(folder: Path) -> list[int]:
    with closing(sqlite3.connect(folder / "emulator.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return [n for (n,) in connection.execute("SELECT n FROM kept ORDER BY n")]


@pytest.mark.attack("S09")
def test_s09_without_its_shm_file_everything_committed_is_there(folder):
    """SQLite makes it again from the log."""
    rows = unclean(folder)
    (folder / "emulator.db-shm").unlink()
    make_instance_on(folder)
    assert kept(folder) == list(range(rows))


@pytest.mark.attack("S09")
def test_s09_a_log_cut_in_the_middle_of_a_page_gives_what_was_committed_before(folder):
    """What a crash may leave is no damage: a whole, older state, nothing in between."""
    unclean(folder)
    log = folder / "emulator.db-wal"
    os.truncate(log, log.stat().st_size - 3000)
    make_instance_on(folder)
    rows = kept(folder)
    assert rows == list(range(len(rows)))
    assert 40 < len(rows) < 50


@pytest.mark.attack("S09")
def test_s09_a_sound_database_is_looked_at_within_a_moment(folder, monkeypatch):
    """The start has one second in all: the time is asked for once in 100,000 steps, and few of them are taken."""
    asked = []
    monkeypatch.setattr(soundness, "time", SimpleNamespace(monotonic=lambda: asked.append("") or 0.0))
    check_soundness(folder / "emulator.db")
    assert 1 <= len(asked) < 10


@pytest.mark.attack("S09")
def test_s09_a_large_database_is_looked_at_in_part_and_what_is_damaged_there_is_found(folder):
    """Reading all of it would take the start a minute, from a disk; the table of many rows is passed over."""
    path = folder / "emulator.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE many (content)")
        connection.executemany("INSERT INTO many VALUES (zeroblob(?))", [(7000,)] * (MANY_ROWS + 1000))
        connection.commit()
        (last,) = connection.execute("PRAGMA page_count").fetchone()
        (users,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'sys_user'").fetchone()
    damage_page_number(path, last)
    check_soundness(path)
    damage_page_number(path, users)
    with pytest.raises(RefusedToStart, match=r"emulator\.db is damaged"):
        check_soundness(path)


def damage_page_number(path: Path, number: int) -> None:
    with path.open("r+b") as file:
        file.seek((number - 1) * 4096)
        file.write(os.urandom(4096))


@pytest.mark.attack("S09")
def test_s09_a_damaged_database_is_replaced_by_a_backup_as_documented(folder):
    """Remove the file and its companions, put the copy in place, start; the image of the seed is such a copy, too."""
    backup = folder.with_name("backup.db")
    with (
        closing(sqlite3.connect(folder / "emulator.db")) as source,
        closing(sqlite3.connect(backup)) as target,
    ):
        source.execute("CREATE TABLE mine (x)")
        source.backup(target)
    damage_page(folder)
    with pytest.raises(RefusedToStart):
        make_instance_on(folder)
    for name in ("emulator.db", "emulator.db-wal", "emulator.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(backup, folder / "emulator.db")
    make_instance_on(folder)
    with closing(sqlite3.connect(folder / "emulator.db")) as connection:
        assert connection.execute("SELECT count(*) FROM mine").fetchone() == (0,)


@pytest.mark.attack("S09")
def test_s09_a_database_that_was_removed_comes_back_as_the_seed(folder):
    """Never as an empty one beside the seed's image."""
    for name in ("emulator.db", "emulator.db-wal", "emulator.db-shm"):
        (folder / name).unlink(missing_ok=True)
    make_instance_on(folder)
    with closing(sqlite3.connect(folder / "emulator.db")) as connection:
        assert connection.execute("SELECT count(*) FROM task").fetchone()[0] > 10


@pytest.mark.attack("S09")
def test_s09_a_damaged_tenant_is_refused_too(tmp_path):
    engine_of(make_tenant(tmp_path)).dispose()
    with (tmp_path / "tenant" / "connector.db").open("r+b") as file:
        file.write(b"not a database at all")
    with pytest.raises(RefusedToStart, match=r"connector\.db is damaged"):
        make_tenant(tmp_path)


@pytest.mark.long
@pytest.mark.attack("S09")
def test_s09_the_command_refuses_a_damaged_tenant_in_one_line(data):
    path = data / "connector.db"
    with path.open("r+b") as file:
        file.write(b"not a database at all")
    refused = run("up", "--emulator-port", "0", "--connector-port", "0", "--data", data, cwd=data.parent)
    assert refused.returncode == 2
    (told,) = refused.stderr.strip().splitlines()
    assert str(path) in told
    assert "--fresh" in told


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
