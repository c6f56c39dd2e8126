"""What the rules say of callers who are alike in everything the rules look at, worked out once and kept.

A list of a hundred fields asks a hundred times, and the next request asks the same again.
"""

from collections.abc import Hashable

from ...shared.kept import Keeper
from ..dictionary.model import Dictionary
from .acl import Verdict, judge_field, judge_record
from .caller import Caller
from .operations import Operation
from .policy import Policy

MOST_KEPT = 5000


def kind_of(caller: Caller) -> Hashable:
    """All of a caller that an access rule or its predicate may look at (acl.py, predicates.py)."""
    return caller.user, caller.user_name, caller.roles, caller.elevated, caller.channel


class Rights(Keeper):
    """The verdicts of one dictionary and policy on one kind of caller, and whatever else follows from these alone."""

    def __init__(self, dictionary: Dictionary, policy: Policy, caller: Caller) -> None:
        super().__init__(MOST_KEPT)
        self._dictionary = dictionary
        self._policy = policy
        self._caller = caller

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
