"""Keys that seal and keys that are stolen or changed (L02, L04), and the tokens of a connection that is gone (B18)."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from faults.fake_instance import FakeInstance, fake_instance
from flask import Flask
from oauth_flows import ClientBrowser, is_opaque, make_client, make_user, refresh
from oauth_records import by_password, records
from sqlalchemy import select, text
from tenant_flows import connect, row_of, status_of
from ticketlab.connector import create_app
from ticketlab.connector.connection.models import PendingRevocation
from ticketlab.connector.connection.service import Connections
from ticketlab.connector.connection.status import State
from ticketlab.connector.connection.vault import SEALED
from ticketlab.connector.database import reading_session, writing_session
from ticketlab.connector.settings import Settings
from ticketlab.connector.testing import engine_of, make_tenant, set_clock
from ticketlab.emulator import create_app as create_instance
from ticketlab.emulator.settings import Settings as InstanceSettings
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.clock import ClockSetting
from ticketlab.shared.errors import RefusedToStart
from ticketlab.shared.place import Server
from ticketlab.shared.sealing import KeyRing
from ticketlab.shared.secret import Secret
from ticketlab.shared.web.parts import part_of

OLD, NEW = bytes(range(32)).hex(), bytes(range(32, 64)).hex()
REVOKE = "/oauth_revoke_token.do"
COLUMNS = ("client_secret", "access_token", "refresh_token")


def name_of(key: str) -> str:
    return KeyRing([bytes.fromhex(key)]).names[0]


def start(folder: Path, instance: FakeInstance, *keys: str, **settings: Server) -> Flask:
    instances = {"dev00001": instance.url}
    return make_tenant(folder, instances=instances, keys=tuple(Secret(each) for each in keys), **settings)


def stop(tenant: Flask) -> None:
    engine_of(tenant).dispose()


def secrets_of(tenant: Flask) -> list[str]:
    vault = part_of(tenant, Connections)._vault
    return [vault.take(row_of(tenant), column).reveal() for column in COLUMNS]


@pytest.fixture
def connected(tmp_path: Path, instance: FakeInstance) -> Iterator[list[str]]:
    """A stopped tenant that was connected under the old key: its secrets. One of them stands in its seed, too."""
    tenant = start(tmp_path, instance, OLD)
    connect(tenant)
    tenant.test_client().post("/lab/seed", json={})
    yield secrets_of(tenant)
    stop(tenant)


@pytest.fixture
def instance() -> Iterator[FakeInstance]:
    with fake_instance() as running:
        yield running


@pytest.mark.attack("L04")
def test_l04_a_ring_with_the_new_key_before_the_old_one_reads_everything(tmp_path, instance, connected):
    """Nothing needs to be done at once: what is there stays readable, what is written carries the new key's name."""
    tenant = start(tmp_path, instance, NEW, OLD)
    assert secrets_of(tenant) == connected
    told = tenant.test_client().get("/lab/sealing-keys").get_json()["keys"]
    assert {key["name"]: (key["writes"], key["sealed"] > 0) for key in told} == {
        name_of(NEW): (True, False),
        name_of(OLD): (False, True),
    }
    stop(tenant)


@pytest.mark.attack("L04")
def test_l04_after_rotating_the_old_key_is_needed_no_more(tmp_path, instance, connected):
    """Not in the database, and not in the state that a reset returns to."""
    tenant = start(tmp_path, instance, NEW, OLD)
    told = tenant.test_client().post("/lab/sealing-keys", json={}).get_json()
    assert told["sealed_again"] >= len(COLUMNS)
    assert next(key for key in told["keys"] if key["name"] == name_of(OLD))["sealed"] == 0
    stop(tenant)
    tenant = start(tmp_path, instance, NEW)
    assert secrets_of(tenant) == connected
    tenant.test_client().post("/lab/reset", json={})
    assert secrets_of(tenant) == connected
    stop(tenant)


@pytest.mark.attack("L04")
def test_l04_rotating_on_postgresql_takes_its_images_along_and_leaves_files_alone(tmp_path, instance, postgresql):
    """What a reset or a snapshot returns to lies in the same database there; files of another start are not its own."""
    server = Server(Secret(postgresql.database()))
    tenant = start(tmp_path, instance, OLD, database=server)
    connect(tenant)
    secrets = secrets_of(tenant)
    for path in ("/lab/seed", "/lab/snapshots/connected"):
        assert tenant.test_client().post(path, json={}).status_code == 200
    stop(tenant)
    (file := tmp_path / "connector-seed.db").write_bytes(b"of another start")
    tenant = start(tmp_path, instance, NEW, OLD, database=server)
    assert tenant.test_client().post("/lab/sealing-keys", json={}).get_json()["sealed_again"] >= len(COLUMNS)
    assert file.read_bytes() == b"of another start"
    stop(tenant)
    tenant = start(tmp_path, instance, NEW, database=server)
    for path in ("/lab/reset", "/lab/snapshots/connected/restore"):
        assert tenant.test_client().post(path, json={}).status_code == 200
        assert secrets_of(tenant) == secrets
    stop(tenant)


@pytest.mark.attack("L04")
def test_l04_without_a_key_that_is_needed_the_tenant_does_not_start_and_names_it(tmp_path, instance, connected):
    """By its name alone: neither the key nor what it sealed."""
    with pytest.raises(RefusedToStart) as refused:
        start(tmp_path, instance, NEW)
    told = str(refused.value)
    assert name_of(OLD) in told
    assert not [secret for secret in (OLD, NEW, *connected) if secret in told]
    settings = Settings(data=tmp_path / "tenant", keys=(Secret(NEW),), durable=False, log_to_terminal=False)
    with pytest.raises(RefusedToStart):
        create_app(settings)


@pytest.mark.attack("L04")
def test_l04_rotating_leaves_no_column_behind(tmp_path, instance, connected):
    """Whatever column holds a sealed value is named in one list, which the rotation goes through."""
    tenant = start(tmp_path, instance, NEW, OLD)
    sealed = {(table, column) for table, column in _columns_holding(tenant, name_of(OLD))}
    assert sealed <= {(model.__tablename__, column) for model, columns in SEALED.items() for column in columns}
    tenant.test_client().post("/lab/sealing-keys", json={})
    assert sealed
    assert not _columns_holding(tenant, name_of(OLD))
    stop(tenant)


def _columns_holding(tenant: Flask, name: str) -> set[tuple[str, str]]:
    found = set()
    with reading_session(engine_of(tenant)) as session:
        tables = session.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        for table in tables:
            for row in session.execute(text(f'SELECT * FROM "{table}"')).mappings():  # noqa: S608 - its own tables
                found |= {(table, column) for column, value in row.items() if str(value).startswith(name)}
    return found


@pytest.mark.attack("S02")
def test_s02_a_rotation_that_breaks_off_has_changed_nothing(tmp_path, instance, connected, monkeypatch):
    """All values or none: the third one fails, and the first two are as before."""
    tenant = start(tmp_path, instance, NEW, OLD)
    tenant.testing = False
    done = []
    rotate = KeyRing.rotate

    def breaks_off(ring: KeyRing, sealed: str) -> str:
        done.append(sealed)
        if len(done) == 3:
            raise OSError("the power went")
        return rotate(ring, sealed)

    with monkeypatch.context() as patch:
        patch.setattr(KeyRing, "rotate", breaks_off)
        assert tenant.test_client().post("/lab/sealing-keys", json={}).status_code == 500
    assert _columns_holding(tenant, name_of(NEW)) == set()
    assert secrets_of(tenant) == connected
    stop(tenant)


@pytest.mark.attack("L02")
def test_l02_a_stolen_tenant_database_opens_nothing_without_its_key(tmp_path, instance):
    """The thief has the database and a tenant of his own; its key opens none of it, and it does not even start."""
    tenant = make_tenant(tmp_path, instances={"dev00001": instance.url})
    connect(tenant)
    secrets = secrets_of(tenant)
    stop(tenant)
    loot = tmp_path / "thief" / "tenant"
    loot.mkdir(parents=True)
    for path in (tmp_path / "tenant").glob("connector*.db*"):
        shutil.copy(path, loot / path.name)
    dump = b"".join(path.read_bytes() for path in loot.iterdir())
    assert not [secret for secret in secrets if secret.encode() in dump]
    with pytest.raises(RefusedToStart):
        make_tenant(tmp_path / "thief", instances={"dev00001": instance.url})


@pytest.mark.attack("L02")
def test_l02_a_hash_out_of_a_stolen_instance_database_is_no_token(tmp_path):
    """Neither as a bearer token nor for a new one; and the tokens themselves mean nothing under another key."""
    original = make_instance(tmp_path / "original")
    make_user(original)
    client, browser = make_client(original), ClientBrowser(original.test_client())
    issued = json.loads(by_password(browser, client).text)
    kept = [row.value("token") for row in records(original, "oauth_credential").query().rows]
    assert len(kept) == 2
    for stolen in kept:
        assert stolen not in issued.values()
        assert bearer_status(original, stolen) == 401
        assert is_opaque(refresh(browser, client, stolen))
    assert bearer_status(original, issued["access_token"]) == 200
    close(original)
    shutil.copytree(tmp_path / "original", tmp_path / "thief", ignore=shutil.ignore_patterns("keys", "*.lock"))
    (tmp_path / "thief" / "keys").mkdir(mode=0o700)
    (tmp_path / "thief" / "keys" / "instance").write_text(NEW)
    thief = create_instance(InstanceSettings(data=tmp_path / "thief", durable=False, log_to_terminal=False))
    assert bearer_status(thief, issued["access_token"]) == 401
    assert is_opaque(refresh(ClientBrowser(thief.test_client()), client, issued["refresh_token"]))
    close(thief)


def bearer_status(instance: Flask, token: str) -> int:
    header = {"Authorization": f"Bearer {token}"}
    return instance.test_client().get("/api/now/table/sys_user?sysparm_limit=1", headers=header).status_code


def pending(tenant: Flask) -> list[PendingRevocation]:
    with reading_session(engine_of(tenant)) as session:
        return list(session.scalars(select(PendingRevocation)))


@pytest.fixture
def unheard(tmp_path: Path, instance: FakeInstance) -> Iterator[Flask]:
    """A tenant that removed its connection while the instance answered everything with 503."""
    tenant = make_tenant(tmp_path, instances={"dev00001": instance.url})
    connect(tenant)
    from faults.fault_server import answering

    instance.overrides[REVOKE] = answering(503, {})
    assert part_of(tenant, Connections).remove()
    instance.overrides.clear()
    yield tenant
    stop(tenant)


@pytest.mark.attack("B18")
def test_b18_a_revocation_that_was_not_heard_is_tried_again_later(unheard, instance):
    """Not at once, but when its time has come; then nothing of it is kept."""
    revocations = part_of(unheard, Connections).revocations
    assert len(instance.heard_at(REVOKE)) == 1
    assert revocations.try_due() == 0
    assert len(instance.heard_at(REVOKE)) == 1
    set_clock(unheard, ClockSetting(offset=timedelta(minutes=1)))
    assert revocations.try_due() == 1
    first, second = instance.heard_at(REVOKE)
    assert first.form["token"] == second.form["token"] == "refresh-1"
    assert pending(unheard) == []
    assert revocations.try_due() == 0


@pytest.mark.attack("B18")
def test_b18_what_waits_to_be_revoked_is_sealed(unheard):
    row = pending(unheard)[0]
    assert "refresh-1" not in row.token
    assert status_of(unheard).state is State.NOT_CONFIGURED


@pytest.mark.attack("B18")
def test_b18_trying_ends_when_the_token_would_have_ended_by_itself(unheard, instance):
    set_clock(unheard, ClockSetting(offset=timedelta(days=101)))
    assert part_of(unheard, Connections).revocations.try_due() == 0
    assert pending(unheard) == []
    assert len(instance.heard_at(REVOKE)) == 1


@pytest.mark.attack("B18")
def test_b18_of_two_processes_one_tries(unheard, instance):
    """The row is taken by putting its next try off."""
    set_clock(unheard, ClockSetting(offset=timedelta(minutes=1)))
    row = pending(unheard)[0]
    revocations = part_of(unheard, Connections).revocations
    assert revocations._claim(row.id) is not None
    assert revocations.attempt(row.id) is False
    assert len(instance.heard_at(REVOKE)) == 1


def test_an_unreadable_row_is_forgotten(unheard):
    """Nothing can be done with a token that does not open."""
    set_clock(unheard, ClockSetting(offset=timedelta(minutes=1)))
    with writing_session(engine_of(unheard)) as session:
        row = session.scalars(select(PendingRevocation)).one()
        row.token = row.client_secret
    assert part_of(unheard, Connections).revocations.try_due() == 0
    assert pending(unheard) == []
