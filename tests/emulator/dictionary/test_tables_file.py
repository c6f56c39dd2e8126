"""A user's tables from a TOML file: merged with the instance's own, errors with their line."""

import re

import pytest
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.dictionary.declaration import load_schema
from ticketlab.emulator.dictionary.tables_file import with_tables
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.errors import RefusedToStart
from ticketlab.shared.web.parts import part_of

GOOD = """
[u_badge]
label = "Badge"
extends = "task"
numbering = { prefix = "BDG", first = 5001 }
list_columns = ["number", "u_colour"]
indexes = [["u_colour"]]
fields.u_colour = { choices = [["red", "Red"], ["green", "Green"]], default = "red" }
fields.u_visitor = { reference = "sys_user" }

[incident]
fields.u_floor = { type = "integer" }
"""


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "tables.toml"
        path.write_text(text)
        return path

    return write


def test_a_declared_table_is_used_like_any_other(file, tmp_path):
    """It is there at the first start on an old database, and at the next one."""
    path = file(GOOD)
    close(make_instance(tmp_path / "data"))
    for _start in range(2):
        made = make_instance(tmp_path / "data", tables=path)
        gate = part_of(made, Gate)
        records = gate.record("u_badge", Caller.system())
        row = records.insert({"u_visitor": "abel.tuter"})
        assert row.value("number").startswith("BDG0005")
        assert (row.value("u_colour"), row.display("u_visitor")) == ("red", "Abel Tuter")
        assert gate.record("incident", Caller.system()).insert({"u_floor": "3"}).value("u_floor") == "3"
        assert gate.read_dictionary().table("u_badge").list_columns == ("number", "u_colour")
        close(made)


VEHICLES = """
[u_vehicle]
label = "Vehicle"
fields.u_plate = {}
"""
TRUCKS = """
[u_truck]
label = "Truck"
extends = "u_vehicle"
fields.u_load = { type = "integer" }
"""


def test_a_declared_table_is_extended_by_another_that_is_declared_later(file, tmp_path):
    """What it held before is of its own class, and the class is a field of the dictionary."""
    kept: list[str] = []
    for text in (VEHICLES, VEHICLES + TRUCKS, VEHICLES + TRUCKS):
        made = make_instance(tmp_path / "data", tables=file(text))
        gate = part_of(made, Gate)
        kept.append(gate.record("u_vehicle", Caller.system()).insert({"u_plate": "X 1"}).sys_id)
        if TRUCKS in text:
            truck = gate.record("u_truck", Caller.system()).insert({"u_plate": "X 2", "u_load": "7"}).sys_id
            trucks = gate.record("u_truck", Caller.system()).query("u_loadISNOTEMPTY").rows
            assert truck in {row.sys_id for row in trucks}
            vehicles = gate.record("u_vehicle", Caller.system()).query("sys_class_name=u_vehicle").rows
            assert {row.sys_id for row in vehicles} == set(kept)
            entries = gate.record("sys_dictionary", Caller.system()).query("name=u_vehicle^element=sys_class_name").rows
            assert len(entries) == 1
        close(made)


PLATFORM_S = """
[task_sla]
label = "Task SLA"
fields.task = { reference = "task" }
fields.stage = { default = "in_progress" }

[incident]
fields.business_impact = {}
"""


def test_a_table_of_the_platform_that_is_not_emulated_is_declared_by_its_name(file, tmp_path):
    """So a client that reads it can be tested; it stays when the file is no longer given."""
    for tables in (file(PLATFORM_S), None):
        made = make_instance(tmp_path / "data", tables=tables)
        client, admin = made.test_client(), {"auth": ("admin", "admin")}
        incident = client.post("/api/now/table/incident", json={"business_impact": "high"}, **admin).json["result"]
        assert incident["business_impact"] == "high"
        sla = client.post("/api/now/table/task_sla", json={"task": incident["sys_id"]}, **admin).json["result"]
        assert (sla["task"]["value"], sla["stage"]) == (incident["sys_id"], "in_progress")
        close(made)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("[u_a]\nlabel = 'x'\nlabel = 'y'\n", 3, "Cannot overwrite a value"),
        ("\n[U_badge]\nlabel = 'x'\n", 2, "'U_badge' cannot be the name of a table"),
        ("\n[incidnt]\nfields.u_floor = {}\n", 2, "is a new table, and has no label. Did you mean incident?"),
        ("[u_a]\nplural = 'x'\n", 1, "has no label"),
        ("[u_a]\nlabel = 'x'\ncolour = 'y'\n", 3, "colour means nothing here"),
        ("[u_a]\nlabel = 'x'\nlist_columns = 'y'\n", 3, "wrong kind"),
        ("[u_a]\nlabel = 'x'\nextends = 'u_none'\n", 1, "u_none, which does not exist"),
        ("[u_a]\nlabel = 'x'\n\nfields.b = { type = 'colour' }\n", 4, "there is no type 'colour'"),
        ("[u_a]\nlabel = 'x'\nfields.b = { reference = 'u_none' }\n", 3, "refers to u_none"),
        ("[u_a]\nlabel = 'x'\nfields.b = { choices = ['one'] }\n", 3, "a pair of texts"),
        ("[u_a]\nlabel = 'x'\nindexes = [['nothing']]\n", 3, "mentions nothing"),
        ("[u_a]\nlabel = 'x'\n[incident]\nlabel = 'y'\n", 3, "exists already"),
        ("[incident]\nfields.Floor = {}\n", 2, "'Floor' cannot be the name of a field of incident"),
        ("[incident]\nfields.priority = {}\n", 2, "incident has a field priority already"),
        ("[u_a]\nlabel = 'x'\nfields.b = { max_length = 'long' }\n", 3, "max_length has a value of the wrong kind"),
        ("[u_a]\nlabel = 'x'\naccess = { colour = true }\n", 3, "colour means nothing here"),
        ("u_a = 3\n", 1, "outside of any table"),
        ("[u_a]\nlabel = 'x'\nnumbering = { digits = 3 }\n", 3, "its numbering has no prefix"),
        ("[u_a]\nlabel = 'x'\nnumbering = { prefix = 'A' }\n", 3, "u_a is numbered and has no field number"),
        ("[u_a]\nlabel = 'x'\nnumbering = { prefix = 'A', digits = -3 }\n", 3, "digits has a value of the wrong kind"),
        ("[u_a]\nlabel = 'x'\nform_sections = [['Notes']]\n", 3, "form_sections has a value of the wrong kind"),
        ("[u_a]\nlabel = 'x'\nlist_columns = [['number']]\n", 3, "list_columns has a value of the wrong kind"),
        ("[u_a]\nlabel = 'x'\nchoices = { b = 1 }\n", 3, "choices has a value of the wrong kind"),
        ("[u_a]\nlabel = 'x'\nindexes = [{ unique = true }]\n", 3, "indexes has a value of the wrong kind"),
        ("[u_a]\nlabel = 'x'\naudit = true\naccess = { read = 1 }\n", 4, "read has a value of the wrong kind"),
    ],
)
def test_an_error_names_its_file_and_line(file, text, line, why):
    with pytest.raises(RefusedToStart) as refusal:
        with_tables(load_schema(), file(text))
    assert re.search(rf"tables\.toml, line {line}\b", str(refusal.value)), str(refusal.value)
    assert why in str(refusal.value)


def test_an_entry_that_adds_nothing_changes_nothing(file):
    assert with_tables(load_schema(), file("[incident]\n")).tables == load_schema().tables


def test_what_is_no_file_is_refused(tmp_path):
    """A start has asked before; the test kit gets here at once."""
    with pytest.raises(RefusedToStart, match=r"There is no file none\.toml: It was looked for in"):
        with_tables(load_schema(), tmp_path / "none.toml")
    with pytest.raises(RefusedToStart, match="is a folder"):
        with_tables(load_schema(), tmp_path)
