"""What programs may send to the lab, read strictly: a wrong word or type changes nothing."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Request
from marshmallow import ValidationError, fields, validate

from ..clock import LONGEST_LEAP, ClockSetting, parse_moment
from ..errors import BadInput
from ..json_object import read_json_object
from ..strict_schema import StrictSchema, Text

ClockChange = Callable[[ClockSetting, datetime], ClockSetting]


class _True(fields.Boolean):
    """The word ``true`` of JSON, nothing that merely looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:  # noqa: ARG002
        if value is not True:
            raise ValidationError("Only true is allowed here.")
        return True


class _Seconds(fields.Float):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class ClockSchema(StrictSchema):
    set = Text()
    advance = _Seconds(validate=validate.Range(-LONGEST_LEAP.total_seconds(), LONGEST_LEAP.total_seconds()))
    freeze = _True()
    run = _True()


def lab_input(request: Request) -> dict[str, Any]:
    """The body as a JSON object; the start page's form and an absent body are empty objects. Raises BadInput."""
    if request.mimetype == "application/x-www-form-urlencoded":
        return {}
    body = request.get_data(cache=False)
    if not body.strip():
        return {}
    return read_json_object(body)


def nothing(body: Mapping[str, Any]) -> None:
    """Refuse a body where none means anything."""
    if body:
        raise BadInput("This accepts no input", "Send {}.")


def clock_change(body: Mapping[str, Any]) -> ClockChange:
    """The change of the clock that a body asks for. Raises BadInput or ValidationError."""
    asked = ClockSchema().load(dict(body))
    if len(asked) != 1:
        raise BadInput("One change at a time", "Send exactly one of set, advance, freeze and run.")
    if "set" in asked:
        moment = parse_moment(asked["set"])
        return lambda setting, real: setting.set_to(moment, real)
    if "advance" in asked:
        return lambda setting, real: _within_reach(setting.advance(timedelta(seconds=asked["advance"])), real)
    if "freeze" in asked:
        return lambda setting, real: setting.freeze(real)
    return lambda setting, real: setting.run(real)


def _within_reach(setting: ClockSetting, real: datetime) -> ClockSetting:
    """Many leaps together go no further than one: arithmetic on the times must not overflow."""
    if abs(setting.offset) > LONGEST_LEAP or abs(setting.at(real) - real) > LONGEST_LEAP:
        raise BadInput("Too far away", "The clock can be set at most 50 years from today.")
    return setting
