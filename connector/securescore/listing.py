"""The list of improvement actions: what was asked for, and what that leaves."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from .profiles import CATEGORIES
from .score import TenantAction
from .texts import GROUPS, ORDERS, STATUSES


@dataclass(frozen=True)
class ActionFilter:
    """What a reader of the list chose. Anything unknown counts as not chosen: a filter never fails."""

    search: str = ""
    category: str = ""
    status: str = ""
    order: str = "rank"
    group: str = ""

    @classmethod
    def from_arguments(cls, given: Mapping[str, str]) -> "ActionFilter":
        return cls(
            given.get("search", "").strip()[:200],
            _one_of(CATEGORIES, given.get("category")),
            _one_of(STATUSES, given.get("status")),
            _one_of(ORDERS, given.get("order")) or "rank",
            _one_of(GROUPS, given.get("group")),
        )

    @property
    def as_arguments(self) -> dict[str, str]:
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class ActionGroup:
    """Actions under one heading; ``value`` is empty when the list is not grouped."""

    value: str
    actions: Sequence[TenantAction]


ORDER_KEYS: Mapping[str, Callable[[TenantAction], tuple[object, ...]]] = {
    "rank": lambda action: (action.rank,),
    "points": lambda action: (-action.points_left, action.rank),
    "name": lambda action: (action.profile.title.casefold(), action.rank),
}

GROUP_KEYS: Mapping[str, Callable[[TenantAction], str]] = {
    "category": lambda action: action.profile.category,
    "service": lambda action: action.profile.service,
    "status": lambda action: action.status.value,
}


def chosen(actions: Iterable[TenantAction], wanted: ActionFilter) -> list[TenantAction]:
    """The actions that ``wanted`` leaves, in its order."""
    found = [action for action in actions if _fits(action, wanted)]
    return sorted(found, key=ORDER_KEYS[wanted.order])


def grouped(actions: Sequence[TenantAction], group: str) -> list[ActionGroup]:
    if group not in GROUP_KEYS:
        return [ActionGroup("", actions)]
    key = GROUP_KEYS[group]
    values = dict.fromkeys(key(action) for action in actions)
    return [ActionGroup(value, [action for action in actions if key(action) == value]) for value in values]


def _fits(action: TenantAction, wanted: ActionFilter) -> bool:
    words = f"{action.profile.title} {action.id} {action.profile.service}".casefold()
    return (
        all(word in words for word in wanted.search.casefold().split())
        and wanted.category in {"", action.profile.category}
        and wanted.status in {"", action.status.value}
    )


def _one_of(allowed: Iterable[str], given: str | None) -> str:
    return given if given is not None and given in {str(value) for value in allowed} else ""
