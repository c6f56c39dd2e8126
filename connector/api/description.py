"""The tenant's API as an OpenAPI 3.1 description, made of its routes and of what their views say of themselves."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...shared.openapi import STRING, Route, Schema, array, ref
from .described import INTEGER, Shape, contract_of
from .json_schema import fields_of, schema_of

JSON = "application/json"
PROBLEM: Schema = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("type", "title", "detail", "instance"), STRING),
        "status": INTEGER,
        "errors": {"type": "object", "additionalProperties": array(STRING)},
    },
    "required": ["type", "title", "status", "instance"],
    "additionalProperties": False,
}
REFUSAL = {"description": "Why not (RFC 9457)", "content": {"application/problem+json": {"schema": ref("Problem")}}}

Operation = Mapping[str, Any]


def describe(title: str, address: str, token_address: str, routes: Sequence[Route]) -> Operation:
    paths: dict[str, dict[str, Operation]] = {}
    schemas: dict[str, Schema] = {"Problem": PROBLEM}
    for route in routes:
        paths.setdefault(route.path, {})[route.method] = _operation(route)
        schemas.update(_schemas(route))
    advice = f"From POST {token_address}, with grant_type=password or grant_type=client_credentials."
    bearer = {"type": "http", "scheme": "bearer", "description": advice}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "v1"},
        "servers": [{"url": address.rstrip("/")}],  # a client puts a path behind it, which has a slash
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"bearer": bearer}},
    }


def _operation(route: Route) -> Operation:
    contract = contract_of(route.view)
    done: dict[str, Any] = {"description": "Done"}
    if contract.answer:
        done["content"] = {JSON: {"schema": ref(contract.answer.name)}}
    operation: dict[str, Any] = {
        "summary": route.summary,
        "parameters": list(_parameters(route)),
        "responses": {**{str(status): done for status in contract.statuses}, "default": REFUSAL},
    }
    if contract.body:
        schema = ref(contract.body.__name__)
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    return operation


def _parameters(route: Route) -> Iterator[Operation]:
    contract = contract_of(route.view)
    for name in route.variables:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    for name, schema in (contract.headers or {}).items():
        yield {"name": name, "in": "header", "schema": schema}
    if contract.query:
        for name, schema in fields_of(contract.query(), null=False):
            yield {"name": name, "in": "query", "schema": schema}


def _schemas(route: Route) -> Iterator[tuple[str, Schema]]:
    contract = contract_of(route.view)
    if contract.body:
        yield contract.body.__name__, schema_of(contract.body())
    if contract.answer:
        yield from _shapes(contract.answer)


def _shapes(shape: Shape) -> Iterator[tuple[str, Schema]]:
    yield shape.name, shape.schema
    for each in shape.parts:
        yield from _shapes(each)
