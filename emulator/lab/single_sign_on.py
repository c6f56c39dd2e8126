"""Switching single sign-on in one request, where an administrator would edit a record and three properties."""

from flask import Response, jsonify
from marshmallow import fields, validate

from ...shared.strict_schema import StrictSchema, Text
from ...shared.web.lab import lab_load
from ...shared.web.parts import part
from ..identity.keys import InstanceKey
from ..records.gate import Gate
from ..settings import Settings
from ..sso.providers import MATCH_FIELDS
from ..sso.registration import switch


class SingleSignOnSchema(StrictSchema):
    enabled = fields.Boolean(required=True, truthy={True}, falsy={False})
    redirect = fields.Boolean(truthy={True}, falsy={False}, load_default=False)
    match_field = Text(validate=validate.OneOf(MATCH_FIELDS), load_default=MATCH_FIELDS[0])


def switch_single_sign_on() -> Response:
    """``{"enabled": true, "redirect": true, "match_field": "email"}``; what is not said is off, or ``user_name``."""
    asked = lab_load(SingleSignOnSchema)
    sys_id = switch(part(Gate), part(InstanceKey), part(Settings), **asked)  # type: ignore[arg-type]  # as the schema says
    return jsonify({"sys_id": sys_id, **asked})
