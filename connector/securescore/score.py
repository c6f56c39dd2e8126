"""The tenant's Secure Score: what each improvement action has earned, and what is left to earn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import Engine, select

from ...shared.clock import Clock
from ..database import reading_session, writing_session
from ..directory import User
from ..errors import Conflict, NotFound
from .models import EARNING, ActionDecision, ActionStatus
from .profiles import CATEGORIES, DEVICE, Comparison, ControlProfile, ControlScore, DayScore, catalogue, demo_scores

EFFORT = {"low": 1.0, "moderate": 0.8, "high": 0.6}
"""How much of an action's points its cost and its impact on users leave over when ranking (A)."""


@dataclass(frozen=True)
class TenantAction:
    """An improvement action as it stands in this tenant."""

    profile: ControlProfile
    earned: ControlScore
    decision: ActionDecision | None
    rank: int = 0

    @property
    def id(self) -> str:
        return self.profile.id

    @cached_property
    def score(self) -> float:
        if self.decision is not None and self.decision.status in EARNING:
            return self.profile.max_score
        return min(self.earned.score, self.profile.max_score)

    @property
    def points_left(self) -> float:
        return self.profile.max_score - self.score

    @property
    def status(self) -> ActionStatus:
        if self.earned.score >= self.profile.max_score:
            return ActionStatus.COMPLETED
        return ActionStatus(self.decision.status) if self.decision is not None else ActionStatus.TO_ADDRESS

    @property
    def takes_status(self) -> bool:
        """Device actions point to the recommendation in Defender instead, and the system alone completes (D)."""
        return self.profile.category != DEVICE and self.status is not ActionStatus.COMPLETED

    @property
    def weight(self) -> float:
        profile = self.profile
        return self.points_left * EFFORT.get(profile.implementation_cost, 1) * EFFORT.get(profile.user_impact, 1)


@dataclass(frozen=True)
class CategoryScore:
    category: str
    current: float
    maximum: float

    @property
    def percent(self) -> float:
        return 100 * self.current / self.maximum if self.maximum else 0.0


@dataclass(frozen=True)
class Overview:
    """Everything on the first tab of Secure Score."""

    current: float
    maximum: float
    categories: Sequence[CategoryScore]
    comparisons: Sequence[Comparison]
    history: Sequence[tuple[date, float]]

    @property
    def percent(self) -> float:
        return 100 * self.current / self.maximum if self.maximum else 0.0


class SecureScore:
    """The improvement actions of one tenant."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        profiles: Mapping[str, ControlProfile] | None = None,
        scores: Sequence[DayScore] | None = None,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._profiles = catalogue() if profiles is None else profiles
        self._scores = demo_scores() if scores is None else scores

    def actions(self) -> list[TenantAction]:
        """All improvement actions in the order of their rank, what earns most for least first."""
        with reading_session(self._engine) as session:
            decisions = {row.control_id: row for row in session.scalars(select(ActionDecision))}
        found = [self._action(profile, decisions.get(profile.id)) for profile in self._profiles.values()]
        found.sort(key=lambda action: (-action.weight, action.profile.rank, action.id))
        return [
            TenantAction(action.profile, action.earned, action.decision, number)
            for number, action in enumerate(found, start=1)
        ]

    def action(self, control_id: str) -> TenantAction:
        """Raises NotFound."""
        for action in self.actions():
            if action.id == control_id:
                return action
        raise NotFound(detail="There is no improvement action of this name.")

    def has(self, control_id: str) -> bool:
        return control_id in self._profiles

    def overview(self, actions: Iterable[TenantAction] | None = None) -> Overview:
        every = list(actions if actions is not None else self.actions())
        current = sum(action.score for action in every)
        return Overview(
            current,
            sum(action.profile.max_score for action in every),
            [_category(name, every) for name in CATEGORIES],
            self._scores[0].comparisons if self._scores else (),
            self._history(current),
        )

    def decide(self, control_id: str, status: ActionStatus, notes: str, user: User) -> None:
        """Set an action's status and notes. Raises NotFound; Conflict for an action that takes none."""
        action = self.action(control_id)
        if not action.takes_status:
            raise Conflict(detail="The status of this action is set by the system.")
        with writing_session(self._engine) as session:
            session.merge(
                ActionDecision(
                    control_id=control_id,
                    status=status,
                    notes=notes,
                    decided_by=user.upn,
                    decided_at=self._clock.now(),
                )
            )

    def _action(self, profile: ControlProfile, decision: ActionDecision | None) -> TenantAction:
        controls = self._scores[0].controls if self._scores else {}
        return TenantAction(profile, controls.get(profile.id) or ControlScore(profile.id, 0, None, None), decision)

    def _history(self, current: float) -> list[tuple[date, float]]:
        """The score by day, oldest first, ending today with the score of now.

        Stored days are moved so that the newest is today: a quarter of 2020 would look like a standstill since.
        """
        if not self._scores:
            return [(self._clock.now().date(), current)]
        today = datetime.combine(self._clock.now().date(), self._scores[0].day.timetz())
        moved = today - self._scores[0].day
        days = [((score.day + moved).date(), score.current) for score in self._scores[1:]]
        return [*reversed(days), (today.date(), current)]


def _category(name: str, actions: Iterable[TenantAction]) -> CategoryScore:
    own = [action for action in actions if action.profile.category == name]
    return CategoryScore(name, sum(a.score for a in own), sum(a.profile.max_score for a in own))
