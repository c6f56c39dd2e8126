"""The CMDB instance API: ``/api/now[/v1|/v2]/cmdb/instance/CLASS[/SYS_ID[/relation[/SYS_ID]]]`` (rest 10, C)."""

from flask import Blueprint, Response

from ...shared.web.parts import part
from ..records.gate import Gate
from .cmdb_instance import Instances
from .filters import asked_query
from .frame import answer, api_caller, no_content, speak_rest
from .incoming import asked_parameters, given_object
from .routing import add_routes, own_address, same_for_all_versions

blueprint = Blueprint("cmdb_api", __name__)
speak_rest(blueprint)
same_for_all_versions(blueprint)


def list_items(table: str) -> Response:
    """The items of a class, by name."""
    instances, asked = _instances(table), asked_parameters()
    query = asked_query(instances.gate.read_dictionary(), table, asked)
    return answer({"result": instances.list(query, asked.limit, asked.offset)})


def create_item(table: str) -> Response:
    """Make an item with its relations."""
    instances = _instances(table)
    created = instances.create(given_object())
    return answer({"result": instances.get(created)}, 201)


def get_item(table: str, sys_id: str) -> Response:
    """One item with its relations."""
    return answer({"result": _instances(table).get(sys_id)})


def update_item(table: str, sys_id: str) -> Response:
    """PUT and PATCH change the attributes given."""
    instances = _instances(table)
    instances.update(sys_id, given_object())
    return answer({"result": instances.get(sys_id)})


def add_relations(table: str, sys_id: str) -> Response:
    """Add relations to an item, and answer with all of it."""
    instances = _instances(table)
    instances.relate(sys_id, given_object())
    return answer({"result": instances.get(sys_id)}, 201)


def get_relation(table: str, sys_id: str, relation_id: str) -> Response:
    """One relation of an item."""
    return answer({"result": _instances(table).relation(sys_id, relation_id)})


def delete_relation(table: str, sys_id: str, relation_id: str) -> Response:
    """Take one relation of an item away."""
    _instances(table).unrelate(sys_id, relation_id)
    return no_content()


add_routes(
    blueprint,
    "cmdb/instance/<table>",
    (
        ("", list_items, "GET"),
        ("", create_item, "POST"),
        ("/<sys_id>", get_item, "GET"),
        ("/<sys_id>", update_item, "PUT"),
        ("/<sys_id>", update_item, "PATCH"),
        ("/<sys_id>/relation", add_relations, "POST"),
        ("/<sys_id>/relation/<relation_id>", get_relation, "GET"),
        ("/<sys_id>/relation/<relation_id>", delete_relation, "DELETE"),
    ),
)


def _instances(table: str) -> Instances:
    return Instances(part(Gate), api_caller(), table, own_address())
