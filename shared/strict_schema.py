"""Schemas that read what a program sends strictly: a wrong word or type changes nothing."""

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from .text import can_be_kept


class StrictSchema(Schema):
    """Unknown names are errors, so that a mistyped option is not silently without effect."""

    class Meta:
        """Marshmallow's options."""

        unknown = RAISE

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        known = ", ".join(self.fields)
        self.error_messages = {**self.error_messages, "unknown": f"Unknown field; the known ones are {known}."}


class Text(fields.String):
    """A text that a database can keep: no NUL, and no lone surrogate."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if not can_be_kept(value):
            raise ValidationError("It contains characters that are not allowed in text.")
        return super()._deserialize(value, attr, data, **kwargs)
