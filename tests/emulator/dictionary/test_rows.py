"""The dictionary as records: written down and read back, nothing is lost, and an edit takes effect."""

from dataclasses import replace

import pytest
from ticketlab.emulator.dictionary.declaration import load_schema
from ticketlab.emulator.dictionary.rows import DICTIONARY_TABLES, DictionaryRows, compile_rows, rows_of


@pytest.fixture(name="rows")
def _rows() -> DictionaryRows:
    return rows_of(load_schema())


def _edited(rows: DictionaryRows, table: str, wanted: dict[str, object], **changes: object) -> DictionaryRows:
    """The rows with one of them changed, or left out when there are no changes."""
    edited = []
    for row in rows.tables[table]:
        if wanted.items() <= row.items():
            if changes:
                edited.append({**row, **changes})
        else:
            edited.append(row)
    return DictionaryRows({**rows.tables, table: edited})


def test_rows_compile_to_the_dictionary_they_were_made_of(rows):
    """compile ∘ rows = identity."""
    assert compile_rows(rows.read) == load_schema()


def test_rows_of_a_compiled_dictionary_are_the_same_rows(rows):
    """rows ∘ compile = identity, sys_ids included: a second start changes nothing."""
    assert rows_of(compile_rows(rows.read)) == rows


def test_every_row_has_a_sys_id_of_its_own(rows):
    """Deterministic and distinct."""
    sys_ids = [row["sys_id"] for table in rows.tables.values() for row in table]
    assert len(sys_ids) == len(set(sys_ids))
    assert all(len(sys_id) == 32 for sys_id in sys_ids)


def test_every_column_of_the_rows_is_declared(rows):
    """The dictionary describes its own tables."""
    schema = load_schema()
    for table, found in rows.tables.items():
        assert {column for row in found for column in row} <= schema.fields(table).keys(), table


def test_rows_are_written_to_the_tables_they_are_read_from(rows):
    """The gate watches exactly these for changes."""
    assert rows.tables.keys() == DICTIONARY_TABLES


@pytest.mark.source("platform 2.3", "F")
def test_an_unticked_can_read_closes_the_table_to_other_scopes(rows):
    """Application Access is read from the sys_db_object record."""
    edited = _edited(rows, "sys_db_object", {"name": "oauth_entity"}, read_access=False)
    access = compile_rows(edited.read).table("oauth_entity").access
    assert access == replace(load_schema().table("oauth_entity").access, read=False)


@pytest.mark.parametrize("value", ["package_private", None, ""])
@pytest.mark.source("platform 2.3", "F")
def test_accessible_from_anything_but_public_means_this_scope_only(rows, value):
    """``package_private`` or empty."""
    edited = _edited(rows, "sys_db_object", {"name": "oauth_entity"}, access=value)
    assert not compile_rows(edited.read).table("oauth_entity").access.all_scopes


def test_a_relabelled_field_bears_its_new_label(rows):
    """Labels come from the rows."""
    edited = _edited(rows, "sys_dictionary", {"name": "task", "element": "number"}, column_label="No.")
    assert compile_rows(edited.read).fields("incident")["number"].label == "No."


def test_an_inactive_dictionary_entry_is_no_field(rows):
    """Untick Active and the field is gone."""
    edited = _edited(rows, "sys_dictionary", {"name": "task", "element": "skills"}, active=False)
    assert compile_rows(edited.read).field("incident", "skills") is None


def test_an_unknown_type_is_told_by_name(rows):
    """The gate refuses the edit with this sentence."""
    edited = _edited(rows, "sys_dictionary", {"name": "task", "element": "skills"}, internal_type="colour")
    with pytest.raises(ValueError, match=r"task\.skills has the unknown type 'colour'"):
        compile_rows(edited.read)


def test_a_deleted_table_that_others_refer_to_is_told_by_name(rows):
    """A dictionary with holes never comes into force."""
    edited = _edited(rows, "sys_db_object", {"name": "core_company"})
    with pytest.raises(ValueError, match="refers to core_company, which does not exist"):
        compile_rows(edited.read)


def test_a_table_added_by_hand_has_the_platforms_own_fields(rows):
    """Its sys_db_object record alone makes a table."""
    added = {"sys_id": "1" * 32, "name": "u_thing", "label": "Thing", "access": "public", "read_access": True}
    edited = DictionaryRows({**rows.tables, "sys_db_object": [*rows.tables["sys_db_object"], added]})
    assert "sys_created_on" in compile_rows(edited.read).fields("u_thing")


def test_what_is_said_of_a_field_that_is_gone_does_no_harm(rows):
    """A list column, a form's field, an index or a choice without its field is left out."""
    edited = _edited(rows, "sys_dictionary", {"name": "task", "element": "state"}, active=False)
    dictionary = compile_rows(edited.read)
    assert "state" not in dictionary.table("task").list_columns
    assert "state" not in dictionary.table("incident").choices
    assert all("state" not in index.elements for index in dictionary.table("task").indexes)
