"""What a write answers with: the record as its writer may read it.

Most of the time that is known without asking: what was written is what the database would give back.
"""

from collections.abc import Mapping

from ..access.operations import Operation
from ..dictionary.model import Field
from ..errors import PlatformError
from ..store.columns import EXACT, comes_back
from . import attachment_rules
from .draft import Draft
from .field_reading import readable_paths
from .reading import ReadRequest, build_row, read_page
from .row import Columns, Row
from .work import Work


def as_written(draft: Draft, *, named: bool) -> Row:
    """The record after the write; what may be written and not read comes back with its sys_id alone.

    The writer did not ask to read, so a no is neither kept nor tracked. ``named``: whether the row also tells what its
    references point to is called, which only the database knows.
    """
    aside = draft.work.aside()
    try:
        known = None if named else _known(aside, draft)
        return known or _read(aside, draft, named=named)
    except PlatformError:
        return _unreadable(draft)


def _known(work: Work, draft: Draft) -> Row | None:
    """The record as the draft has it; None where a rule asks the database, or the draft may not be all there is."""
    if work.wrote_others or attachment_rules.bound(work, work.table):
        return None
    work.enter(Operation.READ)
    verdict = work.judge_record(Operation.READ)
    if not verdict.allowed:
        return _unreadable(draft)
    paths, by_row = readable_paths(work, None)
    if verdict.conditions or by_row or not _comes_back(work, draft):
        return None
    return build_row(work, paths, draft.values, named=False)


def _comes_back(work: Work, draft: Draft) -> bool:
    kinds = work.snapshot.tables.keep(("exact", draft.table), lambda: _kinds(work.dictionary.fields(draft.table)))
    return all(value is None or comes_back(kinds[element], value) for element, value in draft.values.items())


def _kinds(fields: Mapping[str, Field]) -> Mapping[str, type | None]:
    return {element: EXACT.get(field.type.storage) for element, field in fields.items()}


def _read(work: Work, draft: Draft, *, named: bool) -> Row:
    rows = read_page(work, ReadRequest("", None, 1, named=named, sys_id=draft.sys_id)).rows
    return rows[0] if rows else _unreadable(draft)


def _unreadable(draft: Draft) -> Row:
    return Row(draft.table, draft.sys_id, Columns({}), {})
