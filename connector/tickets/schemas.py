"""What a person or a program may say when creating a ticket, checked with marshmallow."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString
from marshmallow import Schema, ValidationError, fields, validate

from ...shared.strict_schema import StrictSchema
from ...shared.ticket import Priority, RecommendationCategory, RecommendationSource, TicketKind
from ..securescore import SecureScore

NAME_LENGTH = 160
"""ServiceNow's short_description holds no more."""
DESCRIPTION_LENGTH = 4000
FURTHEST_DUE = timedelta(days=366 * 10)


@dataclass(frozen=True)
class TicketDraft:
    """A ticket that somebody wants to be created."""

    kind: TicketKind
    name: str
    description: str
    priority: Priority
    due_date: date
    source: RecommendationSource
    category: RecommendationCategory
    control_id: str | None = None

    @property
    def digest(self) -> str:
        """The same for the same content."""
        return hashlib.sha256(json.dumps(asdict(self), default=str, sort_keys=True).encode()).hexdigest()


def _later(message: str) -> Any:
    """A sentence that is translated when it is shown, where marshmallow's types ask for a text."""
    return lazy_gettext(message)


def keepable(text: str) -> None:
    """Refuse what neither database nor instance keeps: control characters, and half a surrogate pair."""
    if any((ord(char) < 32 and char not in "\t\n\r") or 0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise ValidationError(gettext("This contains characters that cannot be stored."))


class _Translating(fields.Field[Any]):
    """Translates its messages when it complains: marshmallow takes a lazy text for a list of texts."""

    def make_error(self, key: str, **kwargs: Any) -> ValidationError:
        error = super().make_error(key, **kwargs)
        return ValidationError([str(error.messages)]) if isinstance(error.messages, LazyString) else error


class _Text(_Translating, fields.String):
    """A text without the blanks around it; nothing but blanks counts as missing."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if not text:
            raise self.make_error("required")
        return text


class _Date(_Translating, fields.Date):
    pass


class _Choice(_Translating, fields.Enum[Any]):
    pass


def _text(missing: Any, longest: int) -> _Text:
    length = validate.Length(max=longest, error=_later("Use at most {max} characters."))
    messages = {"required": missing, "null": missing, "invalid": _later("Enter a text.")}
    return _Text(required=True, validate=[length, keepable], error_messages=messages)


def _choice(kind: type[Any], missing: Any, *, required: bool = True) -> _Choice:
    messages = {"required": missing, "null": missing, "unknown": missing}
    more: dict[str, Any] = {"required": True} if required else {"load_default": None}
    return _Choice(kind, by_value=True, error_messages=messages, **more)


class TicketSchema(StrictSchema):
    """A ticket's fields, each by itself. ``load_draft`` checks them against each other as well."""

    kind = _choice(TicketKind, _later("Choose change or incident."))
    name = _text(_later("Enter a name."), NAME_LENGTH)
    description = _text(_later("Enter a description."), DESCRIPTION_LENGTH)
    priority = _choice(Priority, _later("Choose a priority."))
    due_date = _Date(
        format="%Y-%m-%d",
        required=True,
        error_messages={
            "required": _later("Enter a due date."),
            "null": _later("Enter a due date."),
            "invalid": _later("Enter a due date, as year-month-day."),
        },
    )
    recommendation_source = _choice(RecommendationSource, _later("Choose user or microsoft."), required=False)
    recommendation_category = _choice(
        RecommendationCategory, _later("Choose one of the five categories."), required=False
    )
    control_id = fields.String(load_default=None, validate=validate.Length(1, 120))


def load_draft(schema: Schema, given: Mapping[str, Any], score: SecureScore, today: date) -> TicketDraft:
    """Read a ticket. Raises ValidationError with everything that is wrong, so that a form shows it all at once."""
    errors: dict[str, Any] = {}
    try:
        data = schema.load(given)
    except ValidationError as error:
        data, errors = _valid_part(error), error.messages_dict
    errors = {**_due_date_errors(data.get("due_date"), today), **_origin_errors(data, score, errors), **errors}
    if errors:
        raise ValidationError(errors)
    del data["recommendation_source"]
    category, control = data.pop("recommendation_category"), data["control_id"]
    if control is None:
        return TicketDraft(**data, source=RecommendationSource.USER, category=category)
    return TicketDraft(**data, source=RecommendationSource.MICROSOFT, category=category_of(score, control))


def _valid_part(error: ValidationError) -> dict[str, Any]:
    return dict(error.valid_data) if isinstance(error.valid_data, dict) else {}


def category_of(score: SecureScore, control_id: str) -> RecommendationCategory:
    return RecommendationCategory.from_graph(score.action(control_id).profile.category)


def _due_date_errors(due: date | None, today: date) -> dict[str, list[str]]:
    if due is not None and due < today:
        return {"due_date": [gettext("The due date must not be in the past.")]}
    if due is not None and due > today + FURTHEST_DUE:
        return {"due_date": [gettext("The due date is too far away.")]}
    return {}


def _origin_errors(data: Mapping[str, Any], score: SecureScore, errors: Mapping[str, Any]) -> dict[str, list[str]]:
    """The source and the category follow from the improvement action, when there is one."""
    if errors.keys() & {"control_id", "recommendation_category", "recommendation_source"}:
        return {}
    control = data.get("control_id")
    source, category = data.get("recommendation_source"), data.get("recommendation_category")
    if control is None:
        return _user_recommendation_errors(source, category)
    if not score.has(control):
        return {"control_id": [gettext("There is no such improvement action.")]}
    if source is RecommendationSource.USER:
        return {"recommendation_source": [gettext("An improvement action is a Microsoft recommendation.")]}
    if category not in {None, category_of(score, control)}:
        return {"recommendation_category": [gettext("The improvement action has another category.")]}
    return {}


def _user_recommendation_errors(source: object, category: object) -> dict[str, list[str]]:
    if source is RecommendationSource.MICROSOFT:
        return {"control_id": [gettext("A Microsoft recommendation needs its improvement action.")]}
    return {} if category else {"recommendation_category": [gettext("Choose one of the five categories.")]}
