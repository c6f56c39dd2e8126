"""Worlds in memory: an app goes from test to test, and nothing else does."""

import gc
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from faults.fake_instance import fake_instance
from memory_of import memory_of
from oauth_flows import ClientBrowser, code_for, exchange, log_in, make_client, make_user
from set_clock import SetClock
from tenant_flows import PAGE, connect, signed_in
from ticketlab.connector.testing import close as close_tenant
from ticketlab.connector.testing import make_tenant
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.clock import Clock
from ticketlab.shared.ids import Ids
from ticketlab.shared.web.parts import part_of

ADMIN = ("admin", "admin")


def live_in(instance):
    """Use what an instance remembers things about: passwords, sessions, tokens, refusals, rules, clock, files."""
    client, browser = instance.test_client(), ClientBrowser(instance.test_client())
    log_in(ClientBrowser(instance.test_client()), "admin", "admin")
    make_user(instance)
    registered = make_client(instance)
    token = json.loads(exchange(browser, registered, code_for(browser, registered)).text)["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/now/table/incident", headers=bearer).status_code == 200
    assert client.post("/api/now/table/sys_properties", json={"name": "x"}, headers=bearer).status_code == 403
    made = client.post("/api/now/table/sys_properties", json={"name": "own.rule", "value": "1"}, auth=ADMIN)
    assert made.status_code == 201
    sys_id = client.get("/api/now/table/incident?sysparm_limit=1", auth=ADMIN).json["result"][0]["sys_id"]
    where = {"table_name": "incident", "table_sys_id": sys_id, "file_name": "left.txt"}
    attached = client.post("/api/now/attachment/file", query_string=where, data=b"left", auth=ADMIN)
    assert attached.status_code == 201
    client.post("/lab/clock", json={"advance": 86400})
    client.post("/lab/seed", json={})
    client.post("/lab/snapshots/left", json={})


def contents(instance):
    """What a client sees of the instance's data, and what lies in its folder."""
    client = instance.test_client()
    tables = ("sys_user", "sys_properties", "oauth_entity", "oauth_credential", "syslog", "sysevent", "sys_audit")
    rows = {table: len(client.get(f"/api/now/table/{table}", auth=ADMIN).json["result"]) for table in tables}
    decisions = client.get("/lab/decisions", headers={"Accept": "application/json"}).text
    folder = Path(instance.instance_path)
    files = {str(path.relative_to(folder)) for path in folder.rglob("*")}
    return rows, decisions, client.get("/lab/clock").json["offset_seconds"], files - {"logs/emulator.jsonl"}


def test_a_renewed_instance_is_one_that_nobody_has_used():
    """Neither its data nor its files, nor anything that its parts remember, tell of the test before."""
    first = make_instance()
    close(first)
    first = make_instance()
    memory, content = memory_of(first), contents(first)
    close(first)
    used = make_instance(real_clock=SetClock(datetime(2031, 1, 1, tzinfo=UTC)), ids=Ids.seeded(3))
    live_in(used)
    close(used)
    again = make_instance()
    remembered = memory_of(again)
    assert contents(again) == content
    assert again is used is first
    assert {path: value for path, value in remembered.items() if memory.get(path) != value} == {}
    close(again)


def test_a_renewed_tenant_is_one_that_nobody_has_used():
    """Its connection, tokens, cookies and lines to an instance are gone."""
    with fake_instance() as instance:
        settings = {"instances": {"dev00001": instance.url}}
        first = make_tenant(**settings)
        close_tenant(first)
        first = make_tenant(**settings)
        memory = memory_of(first)
        close_tenant(first)
        used = make_tenant(real_clock=SetClock(datetime(2031, 1, 1, tzinfo=UTC)), **settings)
        connect(used)
        used.test_client().post("/lab/clock", json={"advance": 86400})
        close_tenant(used)
        again = make_tenant(**settings)
        assert again is used is first
        remembered = memory_of(again)
        assert {path: value for path, value in remembered.items() if memory.get(path) != value} == {}
        assert "Not configured" in signed_in(again).get(PAGE).text
        close_tenant(again)


def test_a_world_has_the_clock_it_was_given_and_no_other():
    moment = datetime(2019, 5, 1, 12, tzinfo=UTC)
    made = make_instance(real_clock=SetClock(moment))
    assert part_of(made, Clock).now() == moment
    close(made)
    made = make_instance()
    assert abs(part_of(made, Clock).now() - datetime.now(UTC)) < timedelta(minutes=1)
    close(made)


def test_worlds_of_one_seed_give_the_same_ids_and_numbers():
    """Whatever other tests have drawn before them."""
    seen = []
    for seed in (7, None, 7):
        made = make_instance(ids=Ids.seeded(seed) if seed else None)
        answer = made.test_client().post("/api/now/table/incident", json={"short_description": "x"}, auth=ADMIN)
        seen.append((answer.json["result"]["sys_id"], answer.json["result"]["number"]))
        close(made)
    assert seen[0] == seen[2]
    assert seen[0][0] != seen[1][0]
    assert seen[0][1] == seen[1][1]


def test_worlds_at_the_same_time_are_apart():
    """Also when threads take them at once."""
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _number: make_instance(), range(4)))
    assert len({id(each) for each in made}) == 4
    made[0].test_client().post("/api/now/table/incident", json={}, auth=ADMIN)
    totals = [each.test_client().get("/api/now/table/incident", auth=ADMIN).headers["X-Total-Count"] for each in made]
    assert int(totals[0]) == int(totals[1]) + 1 == int(totals[2]) + 1 == int(totals[3]) + 1
    for each in made:
        close(each)


@pytest.mark.parametrize("change", ["config", "hook", "open connection"])
def test_an_app_that_a_test_has_changed_is_not_used_again(change):
    """Its routes, its configuration, or a connection that nobody has given back."""
    made = make_instance(name="dev77777")
    if change == "config":
        made.config["MAX_CONTENT_LENGTH"] = 1
    elif change == "hook":
        made.before_request(lambda: None)
    else:
        connection = part_of(made, Gate).store.engine.connect()
    close(made)
    again = make_instance(name="dev77777")
    assert again is not made
    close(again)
    if change == "open connection":
        connection.close()


def test_a_world_whose_database_somebody_still_reads_is_fresh_all_the_same():
    """Its file cannot be replaced then: the reader would take the new one's pages for the old one's."""
    made = make_instance()
    made.test_client().post("/api/now/table/incident", json={"short_description": "left"}, auth=ADMIN)
    with closing(sqlite3.connect(Path(made.instance_path) / "emulator.db")) as reader:
        left = "SELECT count(*) FROM task WHERE short_description = 'left'"
        assert reader.execute(left).fetchone() == (1,)
        close(made)
        again = make_instance()
        assert again is made
        query = {"sysparm_query": "short_description=left"}
        assert again.test_client().get("/api/now/table/incident", query_string=query, auth=ADMIN).json["result"] == []
        assert reader.execute(left).fetchone() == (0,)
        assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    close(again)


@pytest.mark.parametrize("looks", [True, False])
def test_making_an_instance_leaves_pythons_look_for_garbage_as_it_was(tmp_path, looks):
    if not looks:
        gc.disable()
    try:
        close(make_instance(tmp_path / "data"))
        assert gc.isenabled() == looks
    finally:
        gc.enable()


def test_an_instance_that_is_closed_twice_is_given_to_one_test_only():
    made = make_instance()
    close(made)
    again = make_instance()
    close(again)
    close(made)
    one, two = make_instance(), make_instance()
    assert one is not two
    close(one)
    close(two)
