"""Many sys_ids as values of IN."""

from collections.abc import Iterator, Sequence

MOST_IDS = 500
"""In one query; an encoded query may list a thousand values."""


def id_lists(sys_ids: Sequence[str]) -> Iterator[str]:
    """The sys_ids, comma-separated, in lists that one query may hold."""
    for start in range(0, len(sys_ids), MOST_IDS):
        yield ",".join(sys_ids[start : start + MOST_IDS])
