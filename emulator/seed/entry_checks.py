"""What an entry may say beside the fields of its record, and mistakes in it that no field's type would find."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...shared.ids import RECORD_ID
from ...shared.near import did_you_mean
from ..dictionary.model import Dictionary
from ..dictionary.shapes import is_text, list_of, row_of
from ..records.attachment_rules import TABLE as ATTACHMENTS

ACCESS_RULES = "sys_security_acl"
LINKED = {
    ("sys_user", "_roles"): ("sys_user_has_role", "user", "role"),
    ("sys_user_group", "_roles"): ("sys_group_has_role", "group", "role"),
    ("sys_user_group", "_members"): ("sys_user_grmember", "group", "user"),
    ("sys_user_role", "_contains"): ("sys_user_role_contains", "role", "contains"),
    (ACCESS_RULES, "_roles"): ("sys_security_acl_role", "sys_security_acl", "sys_user_role"),
}
"""Keys that make a record of a linking table for each of their values: table, own side, other side."""

DECLARED = frozenset({"sys_db_object", "sys_dictionary"})
JOURNALS = ("comments", "work_notes")
_ENTRIES_OF_A_JOURNAL = list_of(row_of(is_text, is_text, is_text))


def check_written(dictionary: Dictionary, table: str, entry: Mapping[str, Any]) -> None:
    """Raises ValueError or LookupError for an entry of a person's file that cannot be meant."""
    if table not in dictionary.tables:
        raise LookupError(f"Invalid table {table}.{did_you_mean(table, dictionary.tables)}")
    if table in DECLARED:
        raise ValueError("Tables and fields of your own come from --tables (docs/records.md)")
    if dictionary.table(table).union_of:
        raise ValueError(f"{table} shows the records of other tables and has none of its own")
    if table == ACCESS_RULES and not (is_text(entry.get("operation")) and entry["operation"].strip()):
        raise ValueError("An access rule names its operations in a text")
    if entry.get("sys_class_name", table) != table:
        raise ValueError(f"The entry makes a record of {table}; list a record of another class under its own table")
    if "sys_id" in entry and not RECORD_ID.fullmatch(str(entry["sys_id"])):
        raise ValueError(
            f"{entry['sys_id']!r} is not a sys_id: 32 digits and letters a to f, or a name in lower-case letters"
        )
    known = _known(table)
    for key in entry:
        if key.startswith("_") and key not in known:
            raise LookupError(f"{table} knows no {key}.{did_you_mean(key, known)}")
        if key in JOURNALS:
            raise ValueError(f"{key} is a journal: write _{key} = [[when, by whom, what]]")


def links_of(table: str, entry: Mapping[str, Any]) -> Iterable[tuple[str, str, str, str]]:
    """Linking table, own side, other side, and what stands there. Raises ValueError."""
    for (of, key), (linking, own, other) in LINKED.items():
        if of == table and key in entry:
            for value in _texts(key, entry[key]):
                yield linking, own, other, value


def journal_of(entry: Mapping[str, Any]) -> Iterable[tuple[str, str, str, str]]:
    """Element, moment, author and text. Raises ValueError."""
    for element in JOURNALS:
        given = entry.get(f"_{element}", [])
        if not _ENTRIES_OF_A_JOURNAL(given):
            raise ValueError(f"_{element} is a list of [when, by whom, what]")
        for moment, author, text in given:
            yield element, moment, author, text


def _known(table: str) -> Sequence[str]:
    linked = [key for of, key in LINKED if of == table]
    attached = ["_of", "_content"] if table == ATTACHMENTS else []
    return [*linked, *attached, *(f"_{each}" for each in JOURNALS)]


def _texts(key: str, given: object) -> Sequence[str]:
    if isinstance(given, list | tuple):
        return [str(each) for each in given]
    raise ValueError(f"{key} is a list of names")
