"""A person's own records: loaded beside the demo's, or refused with the line that is wrong."""

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
        ("a.toml", "incident = [\n  { state = 1 },\n  { state = 77 },\n]\n", "a.toml, line 3: '77' is no choice"),
        ("a.toml", "[[incidents]]\n", "a.toml, line 1: Invalid table incidents"),
        ("a.toml", '[[sys_user]]\nfirst_name = "Ann"\n', "a.toml, line 1: A record of sys_user needs a user_name"),
        ("a.toml", '[[sys_user]]\nuser_name = "b"\nsys_id = "6816f79cc0a8016401c5a33be04be441"', "Another record of"),
        ("a.toml", "[[sys_attachment]]\n_of = 1\n", "a.toml, line 1: _of of an attachment is a table and"),
        ("a.toml", '[[sys_attachment]]\n_of = ["incident", "INC1"]\n', "The seed has no incident called 'INC1'"),
        ("a.toml", "[[incident]]\nstate = 1 2\n", "line 2"),
        ("a.json", "{", "line 1"),
        ("a.json", "[]", "holds no tables"),
        ("a.json", '{"incident": {}}', "incident is not a list of records"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(tmp_path, name, text, told):
    assert told in refusal(tmp_path, name, text)


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
    with pytest.raises(RefusedToStart, match=f"looked for in {tmp_path}/none, and there is no such folder"):
        make_instance(tmp_path / "data", seed=str(tmp_path / "none" / "records.toml"))


def test_lines_of_entries_are_found_in_both_languages():
    """Brackets in texts and comments open nothing."""
    toml = '# [[no]]\nincident = [\n  { a = "}]", b = [{ c = 1 }] },\n  { a = """\n{\n""" },\n]\n[[task]]\n[[task]]\n'
    assert toml_lines(toml) == {"incident": [3, 4], "task": [8, 9]}
    assert json_lines('{"a": [\n{"b": [{"c": "]"}]},\n{}], "d":\n[{}]}') == {"a": [2, 3], "d": [4]}
