"""Changing and deleting the records that a query matches: only by a query that is understood as a whole.

A read drops a term that it does not know, and shows too much. A write that did so would hit every record of the table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import QueryNotUnderstood, QueryTooComplex
from ..query import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .glide_record import GlideRecord
    from .row import Page

MOST_RECORDS = 10_000


def matching(records: GlideRecord, query: str) -> Sequence[str]:
    """The sys_ids of the records that the query matches and the caller may read.

    Raises QueryNotUnderstood for a query without a condition or with a term that says nothing of the table,
    QueryTooComplex for over 10,000 records.
    """
    page = meant(records, query, limit=MOST_RECORDS, count=True)
    if (page.total or 0) > MOST_RECORDS:
        raise QueryTooComplex(detail=f"The query matches {page.total} records; {MOST_RECORDS} at a time are changed.")
    return [row.sys_id for row in page.rows]


def meant(records: GlideRecord, query: str, *, limit: int, offset: int = 0, count: bool = False) -> Page:
    """The keys of those that are to be changed. Raises QueryNotUnderstood as ``matching`` does."""
    if not parse(query).groups:
        raise QueryNotUnderstood(
            detail="The query has no condition, so it would hit every record. Say which ones are meant."
        )
    page = records.query(query, fields=("sys_id",), limit=limit, offset=offset, count=count)
    if page.dropped:
        raise QueryNotUnderstood(
            detail=f"{page.dropped[0]} means nothing for {records.table}, so more records would be hit than intended. "
            "Nothing was changed. Correct the query."
        )
    return page
