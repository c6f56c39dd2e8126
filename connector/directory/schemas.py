"""What may be said of a person of the directory, by a form or a program."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_load, validate, validates

from ...shared.strict_schema import StrictSchema, Text
from ...shared.web.parts import part
from ..errors import N_
from ..settings import Settings
from .models import Role

LOCAL_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._'-]{0,63}")
MAIL = re.compile(r"[^\s@^<>\"]{1,64}@[A-Za-z0-9.-]{1,185}")
SHORTEST_PASSWORD = 8


def _name() -> Text:
    return Text(
        validate=[
            validate.Length(1, 120, error=N_("Enter a name of at most 120 characters.")),
            validate.Predicate("isprintable", error=N_("It holds characters that no name may have.")),
        ]
    )


def _mail() -> Text:
    return Text(validate=validate.Regexp(MAIL.pattern + r"\Z", error=N_("Enter an e-mail address.")))


def _password() -> Text:
    return Text(validate=validate.Length(SHORTEST_PASSWORD, 256, error=N_("Use 8 to 256 characters.")))


class _PersonSchema(StrictSchema):
    name = _name()
    mail = _mail()
    password = _password()
    roles = fields.List(fields.Enum(Role, by_value=True), validate=validate.Length(max=len(Role)))

    @pre_load
    def strip(self, given: Any, **_options: Any) -> Any:
        """Blanks around a value that was typed or pasted are no part of it; those of a password are."""
        if not isinstance(given, Mapping):
            return given
        kept = given.items()
        return {key: each.strip() if isinstance(each, str) and key != "password" else each for key, each in kept}


class NewPersonSchema(_PersonSchema):
    upn = Text(required=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for name in ("name", "password"):
            self.fields[name].required = True

    @validates("upn")
    def check_upn(self, value: str, **_options: Any) -> None:
        """A user principal name is in one of the tenant's domains, as Azure Active Directory wants it."""
        local_part, _at, domain = value.partition("@")
        if not LOCAL_PART.fullmatch(local_part) or domain.lower() not in domains():
            raise ValidationError(N_("Enter a name in a domain of this tenant, with letters, digits, . _ ' and -."))

    @post_load
    def complete(self, given: dict[str, Any], **_options: Any) -> dict[str, Any]:
        return {"mail": given["upn"].lower(), **given}


class PersonChangesSchema(_PersonSchema):
    enabled = fields.Boolean(truthy={True}, falsy={False})


def domains() -> tuple[str, str]:
    """The tenant's domains: its own and the one it was born with."""
    settings = part(Settings)
    return settings.domain.lower(), f"{settings.tenant}.com".lower()
