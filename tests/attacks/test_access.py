"""Attacks on access control (X03 to X12, R07 to R13), as far as the instance is concerned."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from patience import HANGING
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.errors import AclRefused, NoRecordFound, QueryRefused
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.web.parts import part_of

SYSTEM = Caller.system()
ADMIN = ("admin", "admin")
PASSWORD = "correct horse"


@pytest.fixture
def gate():
    instance = make_instance()
    yield part_of(instance, Gate)
    close(instance)


def person(gate: Gate, name: str, *roles: str) -> Caller:
    user = gate.record("sys_user", SYSTEM).insert({"user_name": name, "active": True}).sys_id
    for role in roles:
        given = {"user": user, "role": gate.record("sys_user_role", SYSTEM).find(f"name={role}").sys_id}
        gate.record("sys_user_has_role", SYSTEM).insert({**given, "state": "active"})
    return Caller(user, name, gate.roles_of(user))


def rule(gate: Gate, role: str = "", **values: object) -> str:
    made = gate.record("sys_security_acl", SYSTEM).insert(values).sys_id
    if role:
        found = gate.record("sys_user_role", SYSTEM).find(f"name={role}").sys_id
        gate.record("sys_security_acl_role", SYSTEM).insert({"sys_security_acl": made, "sys_user_role": found})
    return made


def refusal(gate: Gate, caller: Caller, table: str, sys_id: str) -> str:
    with pytest.raises(NoRecordFound) as refused:
        gate.record(table, caller).get(sys_id)
    return f"{refused.value.status} {refused.value}"


@pytest.mark.attack("X03")
def test_x03_a_hidden_record_and_a_missing_one_are_refused_alike(gate):
    nobody = person(gate, "no.body")
    hidden = gate.record("incident", SYSTEM).find("active=true").sys_id
    assert refusal(gate, nobody, "incident", hidden) == refusal(gate, nobody, "incident", "f" * 32)
    for sys_id in (hidden, "f" * 32):
        with pytest.raises(NoRecordFound):
            gate.record("incident", nobody).update(sys_id, {"state": "2"})
        with pytest.raises(NoRecordFound):
            gate.record("incident", nobody).delete(sys_id)


@pytest.mark.attack("X03")
@pytest.mark.source("platform 4.2 query on unreadable field", "C")
@pytest.mark.parametrize("query", ["work_startISNOTEMPTY", "active=true^ORwork_start>1", "ORDERBYDESCwork_start"])
def test_x03_a_field_that_may_not_be_read_is_no_oracle(gate, query):
    rule(gate, "itil_admin", name="task.work_start", operation="read")
    fulfiller = person(gate, "some.body", "itil")
    with pytest.raises(QueryRefused) as refused:
        gate.record("incident", fulfiller).query(query)
    assert refused.value.message == "Insufficient rights to query records"
    assert refused.value.detail == "Field(s) present in the query do not have permission to be read"
    assert gate.record("incident", fulfiller).query("active=true").rows


@pytest.mark.source("rest 1 error bodies", "doc")
def test_the_property_lets_such_queries_pass(gate):
    rule(gate, "itil_admin", name="task.work_start", operation="read")
    properties = gate.record("sys_properties", SYSTEM)
    properties.update(properties.find("name=glide.export.query.enforce_field_acl").sys_id, {"value": "false"})
    assert gate.record("incident", person(gate, "some.body", "itil")).query("work_startISEMPTY").rows


@pytest.mark.attack("X03")
def test_x03_a_field_rule_with_a_condition_hides_the_field_in_the_other_records_only(gate):
    rule(gate, name="incident.description", operation="read", condition="priority=1", admin_overrides=False)
    incidents = gate.record("incident", person(gate, "some.body", "itil"))
    rows = incidents.query(fields=("priority", "description"), limit=100).rows
    assert {("description" in row.values) for row in rows} == {True, False}
    assert all(("description" in row.values) == (row.value("priority") == "1") for row in rows)
    with pytest.raises(QueryRefused):
        incidents.query("descriptionLIKEsecret")


@pytest.mark.attack("X06")
def test_x06_a_field_that_may_not_be_written_is_left_out_and_the_rest_is_written_at_once(gate):
    rule(gate, name="incident.description", operation="write", condition="priority=1", admin_overrides=False)
    caller = person(gate, "some.body", "itil")
    for urgent, written in (({"impact": "1", "urgency": "1"}, True), ({}, False)):  # priority 1, and 5
        record = gate.record("incident", SYSTEM).insert({**urgent, "description": "old"})
        row = gate.record("incident", caller).update(record.sys_id, {"description": "new", "short_description": "new"})
        assert (row.value("description"), row.value("short_description")) == ("new" if written else "old", "new")


@pytest.mark.attack("X08")
def test_x08_one_users_records_are_not_there_for_another(gate):
    one, other = person(gate, "first.caller"), person(gate, "second.caller")
    own = gate.record("incident", SYSTEM).insert({"caller_id": one.user}).sys_id
    assert gate.record("incident", one).get(own).sys_id == own
    with pytest.raises(NoRecordFound):
        gate.record("incident", other).get(own)
    with pytest.raises(AclRefused):
        gate.record("incident", one).update(own, {"short_description": "mine"})


@pytest.mark.attack("X07")
def test_x07_a_group_taken_away_takes_its_roles_along_at_once(gate):
    caller = person(gate, "some.body")
    role = gate.record("sys_user_role", SYSTEM).find("name=change_manager").sys_id
    group = gate.record("sys_user_group", SYSTEM).insert({"name": "Managers"}).sys_id
    gate.record("sys_group_has_role", SYSTEM).insert({"group": group, "role": role})
    member = gate.record("sys_user_grmember", SYSTEM).insert({"group": group, "user": caller.user}).sys_id
    assert {"change_manager", "itil"} <= gate.roles_of(caller.user)
    gate.record("sys_user_grmember", SYSTEM).delete(member)
    assert gate.roles_of(caller.user) == frozenset()


@pytest.mark.attack("R11")
def test_r11_a_role_taken_away_between_the_check_and_the_write_does_not_count(gate):
    """The caller was built with the role; the write reads it again inside its own transaction (ASVS 15.4.2)."""
    caller = person(gate, "some.body", "itil")
    record = gate.record("incident", SYSTEM).find("active=true").sys_id
    given = gate.record("sys_user_has_role", SYSTEM)
    given.delete(given.find(f"user={caller.user}").sys_id)
    with pytest.raises(NoRecordFound):
        gate.record("incident", caller).update(record, {"short_description": "too late"})


@pytest.fixture
def two_workers(instance_server):
    """An instance of two processes; calls go over new connections, so that both are met."""
    return instance_server(workers=2).url


def call(url: str, method: str, path: str, auth: tuple[str, str] = ADMIN, **arguments: object) -> requests.Response:
    return requests.request(method, f"{url}/api/now/table/{path}", auth=auth, timeout=HANGING, **arguments)


def served_person(url: str, name: str, *roles: str) -> str:
    body = {"user_name": name, "password": PASSWORD, "roles": list(roles)}
    answer = requests.post(f"{url}/lab/users", json=body, timeout=HANGING)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["sys_id"])


def new_incident(url: str) -> str:
    return str(call(url, "POST", "incident", json={"short_description": "0"}).json()["result"]["sys_id"])


@pytest.mark.attack("X07")
def test_x07_a_role_change_bites_on_the_next_request_in_every_process(two_workers):
    """Eight requests after each change: some of them meet the process that did not make it."""
    user = served_person(two_workers, "some.body")
    found = call(two_workers, "GET", "sys_user_role?sysparm_query=name=itil").json()["result"][0]["sys_id"]
    for _ in range(3):
        body = {"user": user, "role": found}
        given = call(two_workers, "POST", "sys_user_has_role", json=body).json()["result"]["sys_id"]
        assert all(rows_seen(two_workers) for _ in range(8))
        call(two_workers, "DELETE", f"sys_user_has_role/{given}")
        assert not any(rows_seen(two_workers) for _ in range(8))
    call(two_workers, "PATCH", f"sys_user/{user}", json={"active": "false"})
    answers = [call(two_workers, "GET", "sys_user?sysparm_limit=1", ("some.body", PASSWORD)) for _ in range(8)]
    assert {answer.status_code for answer in answers} == {401}


def rows_seen(url: str) -> bool:
    answer = call(url, "GET", "incident?sysparm_limit=1", ("some.body", PASSWORD))
    assert answer.status_code == 200
    return bool(answer.json()["result"])


@pytest.mark.attack("R07")
def test_r07_of_parallel_edits_each_counts_once_and_the_last_one_stands(two_workers):
    """The platform's rule is last write wins (documented); sys_mod_count tells that there were others."""
    record, edits = new_incident(two_workers), 16

    def edit(number: int) -> int:
        body = {"short_description": f"edit {number}"}
        return int(call(two_workers, "PATCH", f"incident/{record}", json=body).json()["result"]["sys_mod_count"])

    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(edit, range(edits)))
    assert sorted(counts) == list(range(1, edits + 1))
    after = call(two_workers, "GET", f"incident/{record}").json()["result"]
    assert after["sys_mod_count"] == str(edits)
    assert after["short_description"] == f"edit {counts.index(edits)}"


@pytest.mark.attack("R08")
def test_r08_of_two_state_changes_at_once_one_wins_and_both_can_be_read(two_workers):
    """Assessed and then canceled, or canceled at once: then the other is refused, which the decisions tell."""
    record = call(two_workers, "POST", "change_request", json={"short_description": "race"}).json()["result"]["sys_id"]
    bodies = ({"state": "-4"}, {"state": "4", "work_notes": "Not needed"})
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda body: call(two_workers, "PATCH", f"change_request/{record}", json=body), bodies))
    query = f"sys_audit?sysparm_query=documentkey={record}^fieldname=state"
    steps = {(row["oldvalue"], row["newvalue"]) for row in call(two_workers, "GET", query).json()["result"]}
    assert call(two_workers, "GET", f"change_request/{record}").json()["result"]["state"] == "4"
    assert answers[1].status_code == 200
    if answers[0].status_code == 200:
        assert steps == {("-5", "-4"), ("-4", "4")}
    else:
        assert (answers[0].status_code, steps) == (403, {("-5", "4")})
        told = requests.get(f"{two_workers}/lab/decisions", timeout=HANGING).text
        assert answers[0].headers["X-Transaction-ID"] in told


@pytest.mark.attack("R06")
def test_r06_parallel_creates_get_unique_numbers_without_a_gap(two_workers):
    """A number is drawn in the record's own transaction, so a refused create takes none with it (docs/records.md)."""
    creates = 24

    def create(number: int) -> dict[str, str] | None:
        body = {"state": "6"} if number % 4 == 0 else {"short_description": str(number)}
        answer = call(two_workers, "POST", "incident", json=body)
        assert answer.status_code in {201, 403}
        return answer.json()["result"] if answer.status_code == 201 else None

    with ThreadPoolExecutor(8) as pool:
        made = [each for each in pool.map(create, range(creates)) if each]
    assert len(made) == creates * 3 // 4
    assert len({each["sys_id"] for each in made}) == len(made)
    numbers = sorted(int(each["number"].removeprefix("INC")) for each in made)
    assert numbers == list(range(numbers[0], numbers[0] + len(made)))


@pytest.mark.long
@pytest.mark.attack("R12")
def test_r12_a_record_deleted_while_it_is_read_and_written_is_there_or_not(two_workers):
    """Every answer is the record's or a 404; what pointed to it dot-walks to nothing."""
    people = [served_person(two_workers, f"caller.{number}") for number in range(4)]
    records = [
        call(two_workers, "POST", "incident", json={"caller_id": each}).json()["result"]["sys_id"] for each in people
    ]
    fields = "sysparm_fields=number,caller_id.user_name,caller_id&sysparm_display_value=all"

    def work(number: int) -> list[int]:
        record, person = records[number % 4], people[number % 4]
        calls = [
            ("GET", f"incident?sysparm_query=sys_idIN{','.join(records)}&{fields}", None),
            ("PATCH", f"incident/{record}", {"short_description": str(number)}),
            ("DELETE", f"sys_user/{person}" if number % 3 == 0 else f"incident/{record}", None),
            ("GET", f"incident/{record}?{fields}", None),
        ]
        return [call(two_workers, method, path, json=body).status_code for method, path, body in calls]

    with ThreadPoolExecutor(8) as pool:
        statuses = {status for each in pool.map(work, range(16)) for status in each}
    assert statuses <= {200, 204, 404}


@pytest.mark.long
@pytest.mark.attack("R11")
def test_r11_no_write_is_accepted_after_its_role_was_taken_away(two_workers):
    """The role goes while writes are under way: what is written is older than that, by the record's own count."""
    user = served_person(two_workers, "some.body")
    role = call(two_workers, "GET", "sys_user_role?sysparm_query=name=itil").json()["result"][0]["sys_id"]
    for _ in range(10):
        record = new_incident(two_workers)
        given = call(two_workers, "POST", "sys_user_has_role", json={"user": user, "role": role}).json()["result"]
        gone = threading.Event()

        def write(number: int, record: str = record, gone: threading.Event = gone) -> bool:
            late = gone.is_set()
            body = {"short_description": str(number)}
            answer = call(two_workers, "PATCH", f"incident/{record}", ("some.body", PASSWORD), json=body)
            return late and answer.status_code == 200

        with ThreadPoolExecutor(5) as pool:
            late_writes = [pool.submit(write, number) for number in range(24)]
            call(two_workers, "DELETE", f"sys_user_has_role/{given['sys_id']}")
            gone.set()
        assert not any(each.result() for each in late_writes)


@pytest.mark.long
@pytest.mark.attack("R13")
def test_r13_under_changing_rules_each_request_sees_the_old_or_the_new_never_a_mixture(two_workers):
    """Table access and web services are switched together in one record; answers are all 200 or all 403."""
    tables = call(two_workers, "GET", "sys_db_object?sysparm_query=name=incident").json()["result"][0]["sys_id"]
    stop, seen = threading.Event(), []

    def look() -> None:
        while not stop.is_set():
            answer = call(two_workers, "GET", "incident?sysparm_limit=3&sysparm_fields=number")
            seen.append((answer.status_code, len(answer.json().get("result", ()))))

    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            pool.submit(look)
        for number in range(30):
            call(two_workers, "PATCH", f"sys_db_object/{tables}", json={"ws_access": str(bool(number % 2)).lower()})
        stop.set()
    assert set(seen) <= {(200, 3), (403, 0)}
    assert len(set(seen)) == 2


@pytest.mark.long
@pytest.mark.attack("R13")
def test_r13_a_field_that_comes_and_goes_is_in_every_row_of_an_answer_or_in_none(two_workers):
    """Two processes are read while the dictionary changes: each answer is of the old one or of the new one."""
    over = threading.Event()

    def read(_number: int) -> list[frozenset[bool]]:
        seen = []
        while not over.is_set():
            answer = call(two_workers, "GET", "incident?sysparm_limit=10")
            assert answer.status_code == 200
            seen.append(frozenset("u_coming" in row for row in answer.json()["result"]))
        return seen

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read, number) for number in range(4)]
        try:
            for _ in range(5):
                field = {"name": "incident", "element": "u_coming", "internal_type": "string"}
                made = call(two_workers, "POST", "sys_dictionary", json=field).json()["result"]["sys_id"]
                assert call(two_workers, "POST", "incident", json={"u_coming": "x"}).json()["result"]["u_coming"] == "x"
                assert call(two_workers, "DELETE", f"sys_dictionary/{made}").status_code == 204
        finally:
            over.set()
        seen = {each for reader in readers for each in reader.result()}
    assert seen == {frozenset({True}), frozenset({False})}
