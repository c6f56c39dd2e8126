"""What a query means depends on who asks and when: whose groups, which day, which fields may be searched."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime


def _none() -> Sequence[str]:
    return ()


def _any(_table: str, _element: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class QueryContext:
    """The asking user, and the moment, of a query."""

    user: str = ""
    """sys_id of the user's record."""
    user_name: str = ""
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    time_zone: str = "UTC"
    groups: Callable[[], Sequence[str]] = _none
    """The sys_ids of the user's groups; asked only by a query that speaks of them."""
    dynamic_filters: Mapping[str, str] = field(default_factory=dict)
    """Scripts of sys_filter_option_dynamic by sys_id."""
    is_searchable: Callable[[str, str], bool] = _any
    """May a text search look into this element of this table?"""
    invalid_returns_nothing: bool = False
    """Whether a query with a term that says nothing selects no record, instead of all that the others allow."""
