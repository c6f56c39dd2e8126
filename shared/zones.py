"""Time zones by the names that records give them."""

from datetime import UTC, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones


@lru_cache(maxsize=256)
def zone_named(name: str) -> tzinfo:
    """The zone of this name. Any text can be written into a user's record: an unknown one is UTC, as in Java (G)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def known_zone(name: str) -> str:
    """The name, if every database knows it as well; else UTC."""
    return name if name in _names() else "UTC"


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones())
