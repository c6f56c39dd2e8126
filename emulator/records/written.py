"""What a write answers with: the record as its writer may read it.

Most of the time that is known without asking: what was written is what the database would give back.
"""

from collections.abc import Mapping

from ..access.operations import Operation
from ..dictionary.model import Field
from ..errors import PlatformError
from ..store.columns import comes_back_as_it_went
from ..store.store import Native
from . import attachment_rules
from .draft import Draft
from .field_reading import readable_paths
from .reading import Request, build_row, read_page
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
    if verdict.conditions or by_row or not _comes_back(draft.values, work.dictionary.fields(draft.table)):
        return None
    return build_row(work, paths, draft.values, named=False)


def _comes_back(values: Mapping[str, Native], fields: Mapping[str, Field]) -> bool:
    return all(comes_back_as_it_went(fields[element].type.storage, value) for element, value in values.items())


def _read(work: Work, draft: Draft, *, named: bool) -> Row:
    rows = read_page(work, Request("", None, 1, named=named, sys_id=draft.sys_id)).rows
    return rows[0] if rows else _unreadable(draft)


def _unreadable(draft: Draft) -> Row:
    return Row(draft.table, draft.sys_id, Columns({}), {})
