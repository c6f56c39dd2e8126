"""The instance's REST APIs as an OpenAPI 3.1 description, made of the dictionary and of ``apis.toml``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ...shared.openapi import Route, ref
from ...shared.toml_files import read_toml
from ..dictionary.model import Dictionary
from .schemas import SCHEMAS, record_schemas

CORE_TABLES = ("incident", "change_request", "problem", "task", "sys_user", "sys_user_group")
JSON = "application/json"
ERROR = {"description": "What the platform says instead", "content": {JSON: {"schema": ref("Error")}}}
UPLOAD = "multipart/form-data"
PATH_PARAMETERS: Mapping[str, Mapping[str, object]] = {
    "version": {"type": "string", "enum": ["v1", "v2"]},
    "table": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
    "staging": {"type": "string", "pattern": "^imp_[a-z]+$"},
    "sys_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
}
SECURITY = {
    "basic": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "api_key": {"type": "apiKey", "in": "header", "name": "x-sn-apikey"},
}

Operation = Mapping[str, Any]


@cache
def load_apis() -> Mapping[str, Any]:
    return read_toml(files(__package__) / "apis.toml")


@dataclass(frozen=True, slots=True)
class Instance:
    """What is described: its dictionary, the routes of its app, its name, release and address."""

    dictionary: Dictionary
    routes: Sequence[Route]
    title: str
    version: str
    address: str


def describe(instance: Instance, tables: Sequence[str]) -> Operation:
    """The whole description, with a table's own fields for each of ``tables``. Raises InvalidTable."""
    schemas = dict(SCHEMAS)
    for table in tables:
        schemas |= record_schemas(instance.dictionary, table)
    paths: dict[str, dict[str, Any]] = {}
    for path, method, operation in _operations(tables):
        paths.setdefault(path, {})[method] = operation
    known = frozenset(paths)
    for route in instance.routes:
        if route.path not in known:
            paths.setdefault(route.path, {})[route.method] = _bare_operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": instance.title, "version": instance.version},
        "servers": [{"url": instance.address.rstrip("/")}],  # a client puts a path behind it, which has a slash
        "security": [{name: []} for name in SECURITY],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": SECURITY},
    }


def _operations(tables: Sequence[str]) -> Iterator[tuple[str, str, Operation]]:
    for api in load_apis()["api"]:
        for each in api["operations"]:
            path, method = each["path"], each["method"]
            yield path, method, _operation(api, each, path)
            if api["versions"]:
                versioned = path.replace("/api/now/", "/api/now/{version}/", 1)
                yield versioned, method, _operation(api, each, versioned)
            if "{table}" in path and api["name"] == "Table API":
                for table in tables:
                    own = path.replace("{table}", table)
                    yield own, method, _operation(api, each, own, table)


def _operation(api: Mapping[str, Any], given: Operation, path: str, table: str = "") -> Operation:
    status = str(given.get("status", 200))
    operation: dict[str, Any] = {
        "tags": [api["name"]],
        "summary": given["summary"],
        "parameters": [*_path_parameters(path), *_query_parameters(api.get(given.get("parameters", ""), ()))],
        "responses": {status: _response(given, table), "default": ERROR},
    }
    if "body" in given:
        operation["requestBody"] = {"required": True, "content": _body(given["body"], table)}
    if given.get("public"):
        operation["security"] = []
    return operation


def _bare_operation(route: Route) -> Operation:
    """What the route itself tells: its variables, and that answers are objects."""
    operation: dict[str, Any] = {
        "summary": route.summary,
        "parameters": [_variable(name, route.words.get(name, ())) for name in route.variables],
        "responses": {
            "204": {"description": "Done"},
            "2XX": {"description": "Done", "content": {JSON: {"schema": ref("Object")}}},
            "default": ERROR,
        },
    }
    if route.method in {"post", "put", "patch"}:
        operation["requestBody"] = {"required": True, "content": _body("Record", "")}
    return operation


def _variable(name: str, words: Sequence[str]) -> Operation:
    schema = {"type": "string", "enum": list(words)} if words else PATH_PARAMETERS.get(name, PATH_PARAMETERS["sys_id"])
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _path_parameters(path: str) -> Iterator[Operation]:
    for name, schema in PATH_PARAMETERS.items():
        if f"{{{name}}}" in path:
            yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(names: Sequence[str]) -> Iterator[Operation]:
    known = load_apis()["parameters"]
    for name in names:
        schema = {"type": "string", **known[name]}
        yield {"name": name, "in": "query", "description": schema.pop("description"), "schema": schema}


def _response(given: Operation, table: str) -> Operation:
    if "media" in given:
        return {"description": given["summary"], "content": {given["media"]: {}}}
    if "response" not in given:
        return {"description": given["summary"]}
    return {"description": given["summary"], "content": {JSON: {"schema": ref(_of_table(given["response"], table))}}}


def _body(name: str, table: str) -> Operation:
    if name == UPLOAD:
        return {UPLOAD: {"schema": ref("Upload")}}
    if "/" in name:
        return {name: {"schema": {"type": "string", "format": "binary"}}}
    return {JSON: {"schema": ref(f"Given_{table}" if table else name)}}


def _of_table(name: str, table: str) -> str:
    return f"{name}_{table}" if table else name
