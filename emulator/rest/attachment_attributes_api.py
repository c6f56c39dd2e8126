"""Attributes of an attachment: ``/api/now[/v1|/v2]/attachment/SYS_ID/attributes[/KEY]`` (platform documentation, D)."""

from collections.abc import Mapping

from flask import Blueprint, Response

from ...shared.web.parts import part
from ..errors import BadParameter
from ..records.attachment_attributes import Attributes
from ..records.gate import Gate
from .frame import answer, api_caller, no_content, speak_rest
from .incoming import given_record
from .routing import add_routes, same_for_all_versions

blueprint = Blueprint("attachment_attributes_api", __name__)
speak_rest(blueprint)
same_for_all_versions(blueprint)


def list_attributes(sys_id: str) -> Response:
    return answer({"result": [_pair(each) for each in _attributes(sys_id).all()]})


def get_attribute(sys_id: str, key: str) -> Response:
    return answer({"result": _pair(_attributes(sys_id).get(key))})


def add_attribute(sys_id: str) -> Response:
    attributes, (key, value) = _attributes(sys_id), _given("key", "value")
    return answer({"result": _pair(attributes.add(key, value))}, 201)


def change_attribute(sys_id: str, key: str) -> Response:
    attributes, (value,) = _attributes(sys_id), _given("value")
    return answer({"result": _pair(attributes.change(key, value))})


def delete_attribute(sys_id: str, key: str) -> Response:
    _attributes(sys_id).remove(key)
    return no_content()


def delete_attributes(sys_id: str) -> Response:
    _attributes(sys_id).remove_all()
    return no_content()


add_routes(
    blueprint,
    "attachment/<sys_id>/attributes",
    (
        ("", list_attributes, "GET"),
        ("", add_attribute, "POST"),
        ("", delete_attributes, "DELETE"),
        ("/<key>", get_attribute, "GET"),
        ("/<key>", change_attribute, "PUT"),
        ("/<key>", delete_attribute, "DELETE"),
    ),
)


def _attributes(sys_id: str) -> Attributes:
    return Attributes(part(Gate), api_caller(), sys_id)


def _given(*names: str) -> tuple[str, ...]:
    """What the body has to give. Raises BadParameter."""
    body = given_record()
    missing = [name for name in names if body.get(name) is None]
    if missing:
        raise BadParameter(detail=f"Missing: {', '.join(missing)}")
    return tuple(_text(body[name]) for name in names)


def _text(given: object) -> str:
    """A native type as the text that every value is (rest 1, wire)."""
    return str(given).lower() if isinstance(given, bool) else str(given)


def _pair(attribute: tuple[str, str]) -> Mapping[str, str]:
    key, value = attribute
    return {"key": key, "value": value}
