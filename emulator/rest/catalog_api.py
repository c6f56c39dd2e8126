"""The Service Catalog API: ``/api/sn_sc[/v1]/servicecatalog/…`` (rest 10, C)."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from ...shared.web.parts import part
from ..catalog.catalog import Catalog, Wanted
from ..catalog.ordering import Ordering
from ..records.gate import Gate
from ..records.row import Row
from . import assumptions
from .frame import answer, api_caller, speak_rest
from .incoming import asked_parameters, given_object
from .routing import add_routes, same_for_all_versions

blueprint = Blueprint("catalog_api", __name__)
speak_rest(blueprint)
same_for_all_versions(blueprint)


def list_catalogs() -> Response:
    limit, offset = _page()
    return answer({"result": _catalog().catalogs(request.args.get("sysparm_text", ""), limit, offset)})


def get_catalog(sys_id: str) -> Response:
    return answer({"result": _catalog().catalog(sys_id)})


def list_categories(sys_id: str) -> Response:
    limit, offset = _page()
    return answer({"result": _catalog().categories(sys_id, limit, offset)})


def list_items() -> Response:
    limit, offset = _page()
    catalog, category, text = (request.args.get(f"sysparm_{each}", "") for each in ("catalog", "category", "text"))
    return answer({"result": _catalog().items(Wanted(catalog, category, text, limit, offset))})


def get_item(sys_id: str) -> Response:
    return answer({"result": _catalog().item(sys_id)})


def add_to_cart(sys_id: str) -> Response:
    ordering, given = _ordering(), _given()
    return answer({"result": ordering.add(sys_id, _quantity(given), _variables(given))})


def order_now(sys_id: str) -> Response:
    ordering, given = _ordering(), _given()
    wanted_for = str(given.get("sysparm_requested_for") or "")
    row = ordering.order(sys_id, _quantity(given), _variables(given), wanted_for)
    placed = {"sys_id": row.sys_id, "number": row.value("number"), **_placed(row)}
    return answer({"result": {**placed, "parent_id": None, "parent_table": "task", "table": row.table}})


def get_cart() -> Response:
    return answer({"result": _ordering().cart()})


def submit_order() -> Response:
    """A checkout is one step, unless an instance is set up otherwise, which this one is not."""
    return answer({"result": _placed(_ordering().submit())})


add_routes(
    blueprint,
    "servicecatalog",
    (
        ("/catalogs", list_catalogs, "GET"),
        ("/catalogs/<sys_id>", get_catalog, "GET"),
        ("/catalogs/<sys_id>/categories", list_categories, "GET"),
        ("/items", list_items, "GET"),
        ("/items/<sys_id>", get_item, "GET"),
        ("/items/<sys_id>/add_to_cart", add_to_cart, "POST"),
        ("/items/<sys_id>/order_now", order_now, "POST"),
        ("/cart", get_cart, "GET"),
        ("/cart/checkout", submit_order, "POST"),
        ("/cart/submit_order", submit_order, "POST"),
    ),
    space="/api/sn_sc",
)


def _catalog() -> Catalog:
    return Catalog(part(Gate), api_caller())


def _ordering() -> Ordering:
    return Ordering(part(Gate), api_caller())


def _page() -> tuple[int, int]:
    asked = asked_parameters()
    limit = asked.limit if request.args.get("sysparm_limit") else assumptions.CATALOG_LIMIT.value
    return limit, asked.offset


def _given() -> Mapping[str, object]:
    """How many, and the variables; nothing at all is one without any."""
    return given_object() if request.content_length else {}


def _quantity(given: Mapping[str, object]) -> str:
    return str(given.get("sysparm_quantity") or "1")


def _variables(given: Mapping[str, object]) -> Mapping[str, object]:
    variables = given.get("variables")
    return variables if isinstance(variables, dict) else {}


def _placed(row: Row) -> Mapping[str, object]:
    return {"request_number": row.value("number"), "request_id": row.sys_id}
