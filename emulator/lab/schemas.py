"""What programs may ask the instance's lab to make."""

from marshmallow import fields, validate

from ...shared.strict_schema import StrictSchema, Text

_FILLED = validate.Regexp(r".*\S", error="It must not be empty.")


class OAuthClientSchema(StrictSchema):
    name = Text(required=True, validate=[_FILLED, validate.Length(max=100)])
    redirect_url = Text(required=True, validate=[_FILLED, validate.Length(max=2048)])
    public_client = fields.Boolean(truthy={True}, falsy={False})
    profile = Text(validate=validate.OneOf(["servicenow", "hardened"]))
    user = Text(validate=validate.Length(max=100))
    access_token_lifespan = fields.Integer(strict=True, validate=validate.Range(1, 2_147_483_647))
    refresh_token_lifespan = fields.Integer(strict=True, validate=validate.Range(1, 2_147_483_647))
    auth_code_lifespan = fields.Integer(strict=True, validate=validate.Range(1, 2_147_483_647))


class UserSchema(StrictSchema):
    user_name = Text(
        required=True,
        validate=validate.Regexp(r"[^\s^\x00-\x1f]{1,40}\Z", error="1 to 40 characters, without blanks and ^."),
    )
    password = Text(required=True, validate=validate.Length(1, 1024))
    name = Text(validate=validate.Length(max=100))
    email = Text(validate=validate.Length(max=100))
    roles = fields.List(Text(validate=validate.Length(1, 100)), load_default=list, validate=validate.Length(max=100))
    web_service_access_only = fields.Boolean(truthy={True}, falsy={False})
