"""A person's own records: loaded beside the demo's, or refused with the line that is wrong."""

from pathlib import Path

import pytest
from sqlalchemy import select
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.seed.entry_lines import json_lines, toml_lines
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.errors import RefusedToStart
from ticketlab.shared.web.parts import part_of

RECORDS = """
# people first, though order does not matter
[[sys_user]]
user_name = "ann"
first_name = "Ann"
last_name = "Lee"
user_password = "an open secret"
_roles = ["itil"]

[[incident]]
short_description = "Numbered by the instance"
caller_id = "ann"

[[incident]]
number = "INC0010001"
short_description = "Numbered by its author"
opened_at = 2024-01-01 10:00:00
_work_notes = [["2024-01-01 11:00:00", "ann", "Looked at it."]]

[[oauth_entity]]
name = "Test client"
client_id = "0123456789abcdef0123456789abcdef"
client_secret = "another open secret"
redirect_url = "http://localhost/callback"
type = "client"

[[sys_attachment]]
file_name = "notes.txt"
content_type = "text/plain"
_of = ["incident", "INC0010001"]
_content = "über alles"
"""


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    file = folder / "records.toml"
    file.write_text(RECORDS)
    made = make_instance(folder / "data", seed=str(file))
    yield made
    close(made)


def refusal(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(RefusedToStart) as refused:
        make_instance(tmp_path / "data", seed=str(tmp_path / name))
    return str(refused.value)


def test_own_records_stand_beside_the_demo_s_and_point_to_them(instance):
    incidents = part_of(instance, Gate).record("incident", Caller.system())
    own = incidents.query("numberININC0010001,INC0010002^ORDERBYnumber", fields=["short_description", "opened_at"])
    assert [row.value("short_description") for row in own.rows] == [
        "Numbered by its author",
        "Numbered by the instance",
    ]
    assert own.rows[0].value("opened_at") == "2024-01-01 10:00:00"
    assert incidents.query("number=INC0000001").rows


def test_the_instance_numbers_on_after_own_records(instance):
    incidents = part_of(instance, Gate).record("incident", Caller.system())
    assert incidents.insert({"short_description": "Next"}).value("number") == "INC0010003"


def test_own_passwords_and_secrets_work_and_are_kept_as_the_instance_keeps_its_own(instance):
    client = {"client_id": "0123456789abcdef0123456789abcdef", "client_secret": "another open secret"}
    person = {"username": "ann", "password": "an open secret"}
    answer = instance.test_client().post("/oauth_token.do", data={"grant_type": "password", **client, **person})
    assert answer.status_code == 200, answer.text
    table = part_of(instance, Gate).store.tables(part_of(instance, Gate).read_dictionary()).sql_table("oauth_entity")
    with part_of(instance, Gate).store.reading() as connection:
        assert "another open secret" not in connection.scalars(select(table.c.client_secret)).all()


def test_an_own_file_is_attached_to_its_record(instance):
    client = instance.test_client()
    (file,) = client.get("/api/now/attachment?file_name=notes.txt", auth=("admin", "admin")).json["result"]
    answer = client.get(f"/api/now/attachment/{file['sys_id']}/file", auth=("admin", "admin"))
    assert (file["table_name"], file["size_bytes"], answer.text) == ("incident", "11", "über alles")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.json", '{\n "incident": [\n  {"state": 1},\n  {"stat": 1}\n ]\n}', "a.json, line 4: incident has no field"),
        (
            "a.toml",
            '\n[[incident]]\ncaller_id = "nobody"\n',
            "line 2: The seed has no sys_user called 'nobody'",
        ),
        ("a.toml", "incident = [\n  { state = 1 },\n  { state = 77 },\n]\n", "a.toml, line 3: '77' is not a choice"),
        ("a.toml", "[[incidents]]\n", "a.toml, line 1: Invalid table incidents"),
        ("a.toml", '[[sys_user]]\nfirst_name = "Ann"\n', "a.toml, line 1: A record of sys_user needs a user_name"),
        ("a.toml", '[[sys_user]]\nuser_name = "b"\nsys_id = "6816f79cc0a8016401c5a33be04be441"', "Another record of"),
        ("a.toml", "[[sys_attachment]]\n_of = 1\n", "a.toml, line 1: an attachment's _of is a table and"),
        ("a.toml", '[[sys_attachment]]\n_of = ["incident", "INC1"]\n', "The seed has no incident called 'INC1'"),
        ("a.toml", "[[incident]]\nstate = 1 2\n", "line 2"),
        ("a.json", "{", "line 1"),
        ("a.json", '{"incident": [{}], "incident": [{}]}', "incident stands twice in one object."),
        ("a.json", "[]", "holds no tables"),
        ("a.json", '{"incident": {}}', 'incident is not a list of records: write "incident": [{…}].'),
        ("a.toml", "[incident]\n", "incident is not a list of records: write [[incident]]."),
        ("a.toml", "[[incidnt]]\n", "line 1: Invalid table incidnt. Did you mean incident?"),
        ("a.toml", "[[incident]]\nurgncy = 1\n", "line 1: incident has no field urgncy. Did you mean urgency?"),
        ("a.toml", "[[incident]]\n_work_note = []\n", "incident knows no _work_note. Did you mean _work_notes?"),
        ("a.toml", '[[incident]]\nwork_notes = "x"\n', "work_notes is a journal: write _work_notes = [[when,"),
        ("a.toml", '[[incident]]\n_work_notes = ["x"]\n', "_work_notes is a list of [when, by whom, what]."),
        ("a.toml", "[[incident]]\n_comments = 5\n", "line 1: _comments is a list of [when, by whom, what]."),
        ("a.toml", "[[sys_security_acl]]\noperation = 1\n", "line 1: An access rule names its operations in a text."),
        ("a.toml", "[[sys_metadata]]\n", "line 1: sys_metadata shows the records of other tables and has none"),
        ("a.toml", '[[incident]]\n_comments = [["now", "ann", "x"]]\n', "line 1: 'now' is not a date and time."),
        ("a.toml", '[[incident]]\ncaller_id = "Abel Tuter"\n', "its user_name counts. Did you mean abel.tuter?"),
        (
            "a.toml",
            '[[incident]]\nstate = "New"\n',
            "'New' is not a choice of state: it takes 1 (New), 2 (In Progress),",
        ),
        ("a.toml", '[[incident]]\nactive = "perhaps"\n', "line 1: 'perhaps' is neither true nor false."),
        ("a.toml", '[[incident]]\nshort_description = ["a"]\n', "line 1: short_description is one value."),
        ("a.toml", '[[incident]]\nsys_class_name = "problem"\n', "list a record of another class under its own table."),
        ("a.toml", '[[incident]]\nsys_id = "NOT ONE"\n', "line 1: 'NOT ONE' is not a sys_id"),
        ("a.toml", '[[sys_user]]\nuser_name = "a"\n_roles = "itil"\n', "line 1: _roles is a list of names."),
        (
            "a.toml",
            '[[sys_user]]\nuser_name = "a"\n_roles = ["itl"]\n',
            "sys_user_role called 'itl'. Did you mean itil?",
        ),
        (
            "a.toml",
            '[[sys_user]]\nuser_name = "a"\n[[sys_user]]\nuser_name = "A"\n',
            "line 3: Another record of sys_user",
        ),
        ("a.toml", '[[problem]]\nnumber = "INC0000001"\n', "Another record of incident is called INC0000001."),
        ("a.toml", '[[sys_user]]\nuser_name = "admin"\nsys_id = "b"\n', "called admin has the sys_id 6816f79c"),
        ("a.toml", '[[sys_db_object]]\nname = "u_x"\n', "Tables and fields of your own come from --tables"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(tmp_path, name, text, told):
    assert told in refusal(tmp_path, name, text)


def open_databases():
    """Those that this process has open, where the system tells."""
    descriptors = Path("/proc/self/fd")
    opened = descriptors.iterdir() if descriptors.is_dir() else ()
    return {str(each.readlink()) for each in opened if each.is_symlink() and ".db" in str(each.readlink())}


def test_a_refused_start_leaves_no_database_open(tmp_path):
    """The process may go on, as one that runs tests does."""
    before = open_databases()
    refusal(tmp_path, "a.toml", "[[incidents]]\n")
    assert open_databases() <= before


def test_a_file_that_is_no_text_is_refused_in_a_line(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RefusedToStart, match=r"a\.toml cannot be read: 'utf-8' codec"):
        make_instance(tmp_path / "data", seed=str(tmp_path / "a.toml"))


CHANGES = """
[[sys_user]]
user_name = "Abel.Tuter"
user_password = "an open secret"
_roles = ["itil", "itil"]

[[sys_properties]]
name = "glide.sys.default.tz"
value = "Europe/Paris"

[[incident]]
number = "INC0000001"
short_description = "Changed by a file"
_work_notes = [["2024-01-01 11:00:00", "admin", "Looked at it."]]
"""


def test_an_entry_under_the_key_of_a_record_of_the_demo_changes_that_record(tmp_path):
    """No second user who could not log in, no property with two values; what the entry leaves out stays."""
    (tmp_path / "a.toml").write_text(CHANGES)
    instance = make_instance(tmp_path / "data", seed=str(tmp_path / "a.toml"))
    gate, system = part_of(instance, Gate), Caller.system()
    (person,) = gate.record("sys_user", system).query("user_name=abel.tuter", fields=["name"]).rows
    assert person.value("name") == "Abel Tuter"
    (zone,) = gate.record("sys_properties", system).query("name=glide.sys.default.tz", fields=["value"]).rows
    assert zone.value("value") == "Europe/Paris"
    (incident,) = gate.record("incident", system).query("number=INC0000001", fields=["short_description", "state"]).rows
    assert (incident.value("short_description"), incident.value("state")) == ("Changed by a file", "7")
    assert gate.record("sys_journal_field", system).query("value=Looked at it.").rows
    answer = instance.test_client().get(
        "/api/now/table/incident?sysparm_limit=1", auth=("abel.tuter", "an open secret")
    )
    assert len(answer.json["result"]) == 1
    close(instance)


LEFT_OUT = """
[[incident]]
short_description = "urgent"
impact = 1
urgency = 1

[[incident]]
short_description = "done"
state = 7
opened_at = 2024-01-01 10:00:00

[[change_request]]
short_description = "done"
state = 3

[[incident]]
short_description = "said otherwise"
state = 7
active = true
priority = 2
"""


@pytest.mark.source("platform 5.2", "D")
def test_what_an_entry_leaves_out_follows_from_what_it_says(tmp_path):
    """The priority from impact and urgency, and from a closed state that the record is not active; as at an insert."""
    (tmp_path / "a.toml").write_text(LEFT_OUT)
    instance = make_instance(tmp_path / "data", seed=str(tmp_path / "a.toml"))
    client = instance.test_client()

    def rows(table, text, fields):
        query = {"short_description": text, "sysparm_fields": fields, "sysparm_exclude_reference_link": "true"}
        return client.get(f"/api/now/table/{table}", query_string=query, auth=("admin", "admin")).json["result"]

    assert rows("incident", "urgent", "priority,active,closed_at") == [
        {"priority": "1", "active": "true", "closed_at": ""}
    ]
    (done,) = rows("incident", "done", "priority,active,closed_at,closed_by.user_name")
    assert done == {
        "priority": "5",
        "active": "false",
        "closed_at": "2024-01-01 10:00:00",
        "closed_by.user_name": "admin",
    }
    assert rows("change_request", "done", "active") == [{"active": "false"}]
    assert rows("incident", "said otherwise", "priority,active") == [{"priority": "2", "active": "true"}]
    close(instance)


def test_a_seed_that_is_none_is_refused_with_what_there_is(tmp_path):
    with pytest.raises(RefusedToStart, match="demo, connected, empty, bulk:N"):
        make_instance(tmp_path, seed="dmeo")


def test_a_seed_s_file_that_is_not_there_is_told_with_where_it_was_looked_for(tmp_path):
    (tmp_path / "records.toml").touch()
    with pytest.raises(RefusedToStart) as refused:
        make_instance(tmp_path / "data", seed=str(tmp_path / "recods.toml"))
    told = f"There is no file recods.toml: It was looked for in {tmp_path}. Did you mean records.toml?"
    assert str(refused.value) == told
    (tmp_path / "ruff.toml").touch()
    with pytest.raises(RefusedToStart) as refused:
        make_instance(tmp_path / "data", seed=str(tmp_path / "fuel.toml"))
    assert str(refused.value) == f"There is no file fuel.toml: It was looked for in {tmp_path}."
    with pytest.raises(RefusedToStart, match=f"looked for in {tmp_path}/none, which does not exist"):
        make_instance(tmp_path / "data", seed=str(tmp_path / "none" / "records.toml"))


def test_lines_of_entries_are_found_in_both_languages():
    """Brackets in texts and comments open nothing."""
    toml = '# [[no]]\nincident = [\n  { a = "}]", b = [{ c = 1 }] },\n  { a = """\n{\n""" },\n]\n[[task]]\n[[task]]\n'
    assert toml_lines(toml) == {"incident": [3, 4], "task": [8, 9]}
    assert json_lines('{"a": [\n{"b": [{"c": "]"}]},\n{}], "d":\n[{}]}') == {"a": [2, 3], "d": [4]}
