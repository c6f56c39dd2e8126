"""The Link header of a list, letter for letter as recorded (rest 2, F)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

_UNSAFE = re.compile(r"[^!-~]|[<>\"]")
_REPLACED = ("sysparm_offset", "sysparm_limit")


@dataclass(frozen=True, slots=True)
class PageOfTotal:
    limit: int
    offset: int
    total: int | None
    """None where nobody counted: then nobody knows which page is the last (rest 2, C)."""
    full: bool = False
    """Whether the page has as many rows as it may have, which alone tells that there may be more."""

    @property
    def is_all(self) -> bool:
        return self.offset == 0 and not self.full if self.total is None else self.total <= self.limit

    @property
    def has_next(self) -> bool:
        return self.full if self.total is None else self.offset + self.limit < self.total


def pagination_header(address: str, query_string: str, page: PageOfTotal) -> str:
    """``first``, ``prev``, ``next``, ``last`` as they apply; empty when everything fits one page.

    The query string is kept as it was sent, with offset and limit moved to its end.
    """
    if page.limit < 1 or page.is_all:
        return ""
    kept = [pair for pair in query_string.split("&") if pair and unquote(pair.partition("=")[0]) not in _REPLACED]
    start = f"{address}?{''.join(f'{_safe(pair)}&' for pair in kept)}"
    return ",".join(
        f'<{start}sysparm_offset={offset}&sysparm_limit={page.limit}>;rel="{relation}"'
        for relation, offset in _targets(page)
    )


def _targets(page: PageOfTotal) -> Iterator[tuple[str, int]]:
    yield "first", 0
    if page.offset > 0:
        yield "prev", max(0, page.offset - page.limit)
    if page.has_next:
        yield "next", page.offset + page.limit
    if page.total is not None:
        yield "last", (page.total - 1) // page.limit * page.limit


def _safe(text: str) -> str:
    """Keep the text out of the header's own syntax: what a URL may not hold is escaped."""
    return _UNSAFE.sub(lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("latin-1", "replace"))
