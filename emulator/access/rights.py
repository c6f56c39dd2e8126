"""What the rules say of callers who are alike in everything the rules look at, worked out once and kept.

A list of a hundred fields asks a hundred times, and the next request asks the same again.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from ..dictionary.model import Dictionary
from .acl import Verdict, judge_field, judge_record
from .caller import Caller
from .operations import Operation
from .policy import Policy

MOST_KEPT = 5000

Made = TypeVar("Made")


def kind_of(caller: Caller) -> Hashable:
    """All of a caller that an access rule or its predicate may look at (acl.py, predicates.py)."""
    return caller.user, caller.user_name, caller.roles, caller.elevated, caller.channel


class Rights:
    """The verdicts of one dictionary and policy on one kind of caller."""

    def __init__(self, dictionary: Dictionary, policy: Policy, caller: Caller) -> None:
        self._dictionary = dictionary
        self._policy = policy
        self._caller = caller
        self._kept: dict[Hashable, Any] = {}

    def on_records(self, table: str, operation: Operation) -> Verdict:
        """See ``acl.judge_record``."""
        return self.keep(
            (table, operation),
            lambda: judge_record(self._dictionary, self._policy, self._caller, table, operation),
        )

    def on_field(self, table: str, element: str, operation: Operation) -> Verdict:
        """See ``acl.judge_field``."""
        return self.keep(
            (table, element, operation),
            lambda: judge_field(self._dictionary, self._policy, self._caller, table, element, operation),
        )

    def keep(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What ``make`` makes of nothing but these rules and this kind of caller, made once."""
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= MOST_KEPT:  # keys hold what clients send
                self._kept.clear()
            found = self._kept[key] = make()
        return cast("Made", found)
