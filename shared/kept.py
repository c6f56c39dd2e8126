"""What is worked out once and kept for as long as its owner lives, within bounds: keys may hold what clients send."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

Made = TypeVar("Made")


class Keeper:
    """To be inherited from: asking another object would cost a good part of what is saved."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, Any] = {}

    def keep(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What ``make`` makes of the key and of nothing that changes, made once."""
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= self._most:
                self._kept.clear()
            found = self._kept[key] = make()
        return cast("Made", found)
