"""What all of the tenant's API has in common: who may call it, what it reads, how it pages.

A package's API is a blueprint under ``/api/v1`` that ``register_api`` puts into the app. Cookies are not looked at;
whoever has no valid token gets 401 before anything else is looked at, unknown paths included.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, g, jsonify, request
from marshmallow import Schema, ValidationError, fields, validate

from ...shared.json_object import read_json_object
from ...shared.strict_schema import StrictSchema
from ...shared.web.parts import part
from ..directory.access_tokens import AccessTokens
from ..directory.web import is_api_request
from ..errors import NotSignedIn, TenantError

PREFIX = "/api/v1"
MOST_ROWS = 500
USUAL_ROWS = 50
COUNT = re.compile(r"[0-9]{1,9}")

Item = TypeVar("Item")
"""What a list is of, before it is JSON."""


class NotJson(TenantError):
    status = 415
    message = "Send JSON"
    kind = "not-json"


class _Count(fields.Integer):
    """Digits of ASCII and nothing else, not too many."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not COUNT.fullmatch(value):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class AfterSchema(StrictSchema):
    """The two parameters of every list, in the query string."""

    limit = _Count(load_default=USUAL_ROWS, validate=validate.Range(1, MOST_ROWS))
    after = fields.String(load_default=None, validate=validate.Length(1, 300))


def register_api(app: Flask, blueprint: Blueprint) -> None:
    """Put a blueprint of the API into the app. It is exempt from CSRF tokens, since it is blind to cookies."""
    app.extensions["csrf"].exempt(blueprint)
    app.register_blueprint(blueprint, url_prefix=f"{PREFIX}{blueprint.url_prefix or ''}")


def require_bearer() -> None:
    """Before each request: at the API, a valid token or 401."""
    if not is_api_request():
        return
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    holder = part(AccessTokens).holder(token.strip()) if scheme.lower() == "bearer" and token else None
    if holder is None:
        raise NotSignedIn(detail="Send a Bearer token of this tenant; cookies are not looked at here.")
    g.bearer = holder


def api_input(schema: type[Schema]) -> dict[str, Any]:
    """Read the request's JSON body. Raises BadInput, NotJson, ValidationError."""
    if request.mimetype != "application/json":
        raise NotJson(detail="The Content-Type has to be application/json.")
    loaded: dict[str, Any] = schema().load(read_json_object(request.get_data()))
    return loaded


def api_arguments(schema: type[Schema] = AfterSchema) -> dict[str, Any]:
    """Read the query string. Raises ValidationError: unknown and repeated parameters are errors."""
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        raise ValidationError({name: ["Send it once."] for name in twice})
    loaded: dict[str, Any] = schema().load(request.args.to_dict())
    return loaded


def page(
    found: Sequence[Item], limit: int, as_json: Callable[[Item], dict[str, Any]], key: Callable[[Item], str]
) -> Response:
    """Answer the first ``limit`` of what was found; one more tells of a next page, which begins after the last key."""
    shown, further = found[:limit], None
    if len(found) > limit:
        further = f"{request.path}?{urlencode({**request.args.to_dict(), 'after': key(shown[-1])})}"
    return jsonify({"value": [as_json(each) for each in shown], "next": further})
