"""The CMDB instance API: ``/api/now[/v1|/v2]/cmdb/instance/CLASS[/SYS_ID[/relation[/SYS_ID]]]`` (rest 10, C)."""

from flask import Blueprint, Response, request

from ...shared.web.parts import part
from ..records.gate import Gate
from .body import read_object
from .cmdb_instance import Instances
from .filters import query_of
from .frame import answer, check_accept, no_content, rest_caller, speak_rest
from .incoming import body_type, read_body
from .parameters import read_parameters

blueprint = Blueprint("cmdb_api", __name__)
speak_rest(blueprint)

PREFIXES = ("/api/now/cmdb/instance/<table>", "/api/now/<any(v1, v2):version>/cmdb/instance/<table>")


@blueprint.url_value_preprocessor
def _drop_version(_endpoint: str | None, values: dict[str, object] | None) -> None:
    """All versions answer alike."""
    (values or {}).pop("version", None)


def items(table: str) -> Response:
    """List the items of a class, or create one."""
    instances = _instances(table)
    if request.method == "POST":
        created = instances.create(read_object(read_body(), *body_type()))
        return answer({"result": instances.get(created)}, 201)
    asked = read_parameters(list(request.args.items(multi=True)))
    query = query_of(instances.gate.read_dictionary(), table, asked.filters) if asked.filters else asked.query
    return answer({"result": instances.list(query, asked.limit, asked.offset)})


def item(table: str, sys_id: str) -> Response:
    """One item with its relations; PUT and PATCH change the attributes given."""
    instances = _instances(table)
    if request.method in {"PUT", "PATCH"}:
        instances.update(sys_id, read_object(read_body(), *body_type()))
    return answer({"result": instances.get(sys_id)})


def relations(table: str, sys_id: str) -> Response:
    """Add relations to an item, and answer with all of it."""
    instances = _instances(table)
    instances.relate(sys_id, read_object(read_body(), *body_type()))
    return answer({"result": instances.get(sys_id)}, 201)


def relation(table: str, sys_id: str, relation_id: str) -> Response:
    """Show one relation of an item, or take it away."""
    instances = _instances(table)
    if request.method == "DELETE":
        instances.unrelate(sys_id, relation_id)
        return no_content()
    return answer({"result": instances.relation(sys_id, relation_id)})


def _instances(table: str) -> Instances:
    caller = rest_caller()
    check_accept()
    return Instances(part(Gate), caller, table, f"{request.scheme}://{request.host}")


for _prefix in PREFIXES:
    for _rule, _view, _methods in (
        ("", items, ["GET", "POST"]),
        ("/<sys_id>", item, ["GET", "PUT", "PATCH"]),
        ("/<sys_id>/relation", relations, ["POST"]),
        ("/<sys_id>/relation/<relation_id>", relation, ["GET", "DELETE"]),
    ):
        blueprint.add_url_rule(
            f"{_prefix}{_rule}",
            view_func=_view,
            methods=_methods,
            strict_slashes=False,
            provide_automatic_options=False,
        )
