"""Improvement actions and scores in the shape of Microsoft Graph, so that a tenant's export loads as it is.

``secureScoreControlProfile`` and ``secureScore`` (security-center, *Improvement actions*, D). The texts of the
catalogue that comes along are our own.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load

CATEGORIES = ("Identity", "Data", "Device", "Apps", "Infrastructure")
"""Graph's control categories; Infrastructure has no action of Microsoft's own (D)."""

DEVICE = "Device"


@dataclass(frozen=True)
class ControlProfile:
    """One improvement action, as it is for every tenant."""

    id: str
    title: str
    category: str
    action_type: str
    action_url: str
    service: str
    tier: str
    max_score: float
    rank: int
    implementation_cost: str
    user_impact: str
    threats: tuple[str, ...]
    remediation: str
    remediation_impact: str
    prerequisites: str
    last_modified: str
    deprecated: bool

    @property
    def next_steps(self) -> list[str]:
        return [line for line in self.remediation.split("\n") if line]


@dataclass(frozen=True)
class ControlScore:
    """What a tenant has earned with one action: its points, and the share of users or devices covered."""

    control: str
    score: float
    covered: int | None
    total: int | None


@dataclass(frozen=True)
class Comparison:
    """The average score of others: of all tenants, of tenants of this size, of this industry."""

    basis: str
    average: float


@dataclass(frozen=True)
class DayScore:
    """A tenant's score on one day."""

    day: datetime
    current: float
    maximum: float
    comparisons: tuple[Comparison, ...]
    controls: Mapping[str, ControlScore]


class _Graph(Schema):
    class Meta:
        unknown = EXCLUDE


class _ProfileSchema(_Graph):
    id = fields.String(required=True)
    title = fields.String(required=True)
    category = fields.String(data_key="controlCategory", required=True)
    action_type = fields.String(data_key="actionType", load_default="Config", allow_none=True)
    action_url = fields.String(data_key="actionUrl", load_default="", allow_none=True)
    service = fields.String(load_default="", allow_none=True)
    tier = fields.String(load_default="", allow_none=True)
    max_score = fields.Float(data_key="maxScore", required=True)
    rank = fields.Integer(load_default=0, allow_none=True)
    implementation_cost = fields.String(data_key="implementationCost", load_default="")
    user_impact = fields.String(data_key="userImpact", load_default="")
    threats = fields.List(fields.String(), load_default=list)
    remediation = fields.String(load_default="", allow_none=True)
    remediation_impact = fields.String(data_key="remediationImpact", load_default="", allow_none=True)
    prerequisites = fields.String(load_default="")
    last_modified = fields.String(data_key="lastModifiedDateTime", load_default="", allow_none=True)
    deprecated = fields.Boolean(load_default=False, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> ControlProfile:
        absent: dict[str, Any] = {"rank": 0, "deprecated": False}
        given = {name: absent.get(name, "") if value is None else value for name, value in data.items()}
        return ControlProfile(**{**given, "threats": tuple(given["threats"])})


class _ControlScoreSchema(_Graph):
    control = fields.String(data_key="controlName", required=True)
    score = fields.Float(required=True)
    covered = fields.Integer(data_key="count", load_default=None, allow_none=True)
    total = fields.Integer(load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> ControlScore:
        return ControlScore(**data)


class _ComparisonSchema(_Graph):
    basis = fields.String(required=True)
    average = fields.Float(data_key="averageScore", required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Comparison:
        return Comparison(**data)


class _DayScoreSchema(_Graph):
    day = fields.AwareDateTime(data_key="createdDateTime", required=True)
    current = fields.Float(data_key="currentScore", required=True)
    maximum = fields.Float(data_key="maxScore", required=True)
    comparisons = fields.List(fields.Nested(_ComparisonSchema), data_key="averageComparativeScores", load_default=list)
    controls = fields.List(fields.Nested(_ControlScoreSchema), data_key="controlScores", load_default=list)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> DayScore:
        controls = {score.control: score for score in data.pop("controls")}
        return DayScore(**{**data, "comparisons": tuple(data["comparisons"])}, controls=controls)


def profiles_from(export: Mapping[str, Any]) -> dict[str, ControlProfile]:
    """Read ``GET /security/secureScoreControlProfiles``. Raises marshmallow's ValidationError."""
    found: Sequence[ControlProfile] = _ProfileSchema(many=True).load(export["value"])
    return {profile.id: profile for profile in found}


def scores_from(export: Mapping[str, Any]) -> list[DayScore]:
    """Read ``GET /security/secureScores``, newest first. Raises marshmallow's ValidationError."""
    found: list[DayScore] = _DayScoreSchema(many=True).load(export["value"])
    return sorted(found, key=lambda score: score.day, reverse=True)


@cache
def catalogue() -> Mapping[str, ControlProfile]:
    """The improvement actions that come along."""
    return profiles_from(_read("catalogue.json"))


@cache
def demo_scores() -> Sequence[DayScore]:
    """The scores of the demo tenant over a quarter."""
    return tuple(scores_from(_read("scores.json")))


def _read(name: str) -> Any:
    return json.loads(files(__package__ or __name__).joinpath(name).read_text(encoding="utf-8"))
