"""What a write to the dictionary's own tables brings along: a new table its sys_ fields, a deleted one what it had.

On the platform System Definition > Tables does this; here it also happens to a plain POST to sys_db_object or
sys_dictionary, so that what was made is usable at once (ours; names as platform 2.3 has them).
"""

import re
from collections.abc import Iterator, Mapping
from typing import NoReturn

from ..access.operations import Operation
from ..dictionary.declaration import CLASS, GLOBAL_SCOPE, class_field, system_fields
from ..dictionary.model import Table
from ..dictionary.rows import DICTIONARY_TABLES, describing_rows, dictionary_entry
from ..dictionary.tables_file import OWN_NAME
from ..errors import OperationFailed
from ..query import literal
from ..store.store import Native
from .draft import Draft

TABLES, FIELDS = "sys_db_object", "sys_dictionary"
STEP = "dictionary"
NAMED_BY = {"sys_number": "table"}
LASTING = {TABLES: ("name", "super_class"), FIELDS: ("name", "element")}
"""What records and values are found by (ours: on the platform's forms these are read-only)."""
RIGHTS = ("read", "write", "create", "delete")


def prepare(draft: Draft) -> None:
    """Name a new table or field, from its label where nothing else is given. Raises OperationFailed."""
    if draft.table == TABLES:
        _name(draft, "name", "label")
        draft.set("label", draft.values.get("label") or draft.raw("name"))
    elif draft.table == FIELDS and (draft.raw("element") or draft.raw("column_label")):
        if draft.raw("name") not in draft.work.dictionary.tables:
            _refuse(draft, f"{draft.raw('name')[:80] or 'no name'} is no table that a field could belong to")
        own_table = OWN_NAME.fullmatch(draft.raw("name")) is not None
        _name(draft, "element", "column_label", own=not own_table)
        _check_new(draft, draft.raw("name"), draft.raw("element"))


def check_change(draft: Draft) -> None:
    """A table keeps its name and the table it extends, a field its name; the platform's fields stay active.

    Raises OperationFailed.
    """
    for element in LASTING.get(draft.table, ()):
        if draft.changes(element):
            _refuse(draft, f"the {element} of {draft.was('name')} cannot be changed")
    if draft.table == FIELDS and draft.changes("active") and draft.raw("active") != "true":
        _check_own_field(draft)


def follow(draft: Draft, operation: Operation) -> None:
    """Bring a new table's fields, labels and access rules; take a deleted one's along, with its records."""
    if draft.table == FIELDS and operation is Operation.DELETE:
        _delete_field(draft)
    elif draft.table == TABLES and operation is Operation.CREATE:
        _create(draft)
    elif draft.table == TABLES and operation is Operation.DELETE:
        _delete(draft)


def _name(draft: Draft, element: str, label: str, *, own: bool = True) -> None:
    name = draft.raw(element)
    if not name:
        words = re.sub(r"[^a-z0-9]+", "_", draft.raw(label).lower()).strip("_")
        if not words:
            _refuse(draft, f"{draft.table} needs a {element} or a {label}")
        draft.set(element, name := f"u_{words}"[:80])
    if own and not OWN_NAME.fullmatch(name):
        _refuse(draft, f"{name[:80]!r} does not begin with u_ or with an application scope")


def _check_new(draft: Draft, table: str, element: str) -> None:
    """Of two entries for one field, which held would be left to chance."""
    if any(draft.work.read(FIELDS, f"name={literal(table)}^element={literal(element)}", ("sys_id",))):
        _refuse(draft, f"{table} has a field {element} already")


def _refuse(draft: Draft, why: str) -> NoReturn:
    draft.work.trail.refuse(OperationFailed(detail=f"{why}."), STEP, "names of your own", why)


def _create(draft: Draft) -> None:
    name, work = draft.raw("name"), draft.work
    if name in work.dictionary.tables:
        _refuse(draft, f"a table is called {name} already")
    scopes = [
        str(row["scope"]) for row in work.read("sys_scope", f"sys_id={literal(draft.raw('sys_scope'))}", ("scope",))
    ]
    scope = scopes[0] if scopes else GLOBAL_SCOPE
    fields = {} if draft.raw("super_class") else system_fields(name)
    table = Table(name, draft.raw("label"), scope=scope, fields=fields)
    for kind, rows in describing_rows(table).items():
        for row in rows:
            _insert(draft, kind, row)
    _give_class(draft)
    if draft.raw("create_access_controls") == "true":
        _create_access(draft, name)


def _give_class(draft: Draft) -> None:
    """The first table that extends another gives its root the field that tells their records apart."""
    dictionary = draft.work.dictionary
    above = [each.name for each in dictionary.tables.values() if each.sys_id == draft.raw("super_class")]
    for root in map(dictionary.base, above):
        if dictionary.field(root, CLASS) is None:
            _insert(draft, FIELDS, dictionary_entry(class_field(root), draft.raw("sys_scope")))


def _create_access(draft: Draft, name: str) -> None:
    """A role, and rules that ask for it, as the box *Create access controls* does (G)."""
    role = draft.work.record("sys_user_role").insert({"name": f"{name}_user", "sys_scope": draft.raw("sys_scope")})
    for right in RIGHTS:
        rule = draft.work.record("sys_security_acl").insert({"name": name, "operation": right, "type": "record"})
        pair = {"sys_security_acl": rule.sys_id, "sys_user_role": role.sys_id}
        draft.work.record("sys_security_acl_role").insert(pair)


def _check_own_field(draft: Draft) -> None:
    """Base system fields cannot be deleted (platform documentation, t_DeleteFields), nor, here, be switched off."""
    table, element = draft.raw("name"), draft.raw("element")
    if element and not OWN_NAME.fullmatch(element) and not OWN_NAME.fullmatch(table):
        _refuse(draft, f"{table}.{element} belongs to the platform")


def _delete_field(draft: Draft) -> None:
    """With its values."""
    _check_own_field(draft)
    name, element, work = draft.raw("name"), draft.raw("element"), draft.work
    table = work.dictionary.tables.get(name)
    if table and element in table.fields and not (table.extends and work.dictionary.field(table.extends, element)):
        work.store.clear(work.connection, work.snapshot.tables, name, element)


def _delete(draft: Draft) -> None:
    name, work = draft.raw("name"), draft.work
    below = work.dictionary.descendants(name) - {name} if name in work.dictionary.tables else ()
    if below:
        _refuse(draft, f"{name} is extended by {', '.join(sorted(below))}")
    if not OWN_NAME.fullmatch(name):
        _refuse(draft, f"{name} belongs to the platform")
    for table in sorted(DICTIONARY_TABLES - {TABLES}):
        work.store.delete_where(work.connection, work.snapshot.tables, table, NAMED_BY.get(table, "name"), name)
    work.store.delete_all(work.connection, work.snapshot.tables, name)


def _insert(draft: Draft, table: str, row: Mapping[str, Native]) -> None:
    work = draft.work
    stamps = dict(_stamps(draft))
    work.store.insert(work.connection, work.snapshot.tables, table, {**stamps, **row, "sys_id": work.ids.sys_id()})


def _stamps(draft: Draft) -> Iterator[tuple[str, Native]]:
    for moment, person in (("sys_created_on", "sys_created_by"), ("sys_updated_on", "sys_updated_by")):
        yield moment, draft.work.now
        yield person, draft.work.caller.user_name
    yield "sys_mod_count", 0
