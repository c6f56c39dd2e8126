"""The addresses of an API: unversioned, and under each version (rest 1, D)."""

from collections.abc import Iterable

from flask import Blueprint, request
from flask.typing import RouteCallable

from .slashes import as_sent

PLATFORM = "/api/now"


def in_versions(space: str) -> tuple[str, str]:
    """The beginnings of the addresses of the APIs in a name space, such as ``/api/now``."""
    return space, f"{space}/<any(v1, v2):version>"


def add_routes(
    blueprint: Blueprint, api: str, routes: Iterable[tuple[str, RouteCallable, str]], *, space: str = PLATFORM
) -> None:
    """``routes`` are the rest of an address, the view behind it, and the one method that leads there."""
    for prefix in in_versions(space):
        for rest, view, method in routes:
            blueprint.add_url_rule(
                f"{prefix}/{api}{rest}",
                view_func=view,
                methods=[method],
                strict_slashes=False,
                provide_automatic_options=False,
            )


def same_for_all_versions(blueprint: Blueprint) -> None:
    """Every version of the API answers alike, so its views are not told which it is."""
    blueprint.url_value_preprocessor(_drop_version)


def _drop_version(_endpoint: str | None, values: dict[str, object] | None) -> None:
    (values or {}).pop("version", None)


def own_address() -> str:
    """The instance as this client calls it, which links echo (rest 1, meas)."""
    return f"{request.scheme}://{request.host}"


def api_address(version: str) -> str:
    """Where the platform's APIs are for this client: its host, its version (rest 1, meas), its slashes."""
    return f"{own_address()}{as_sent(f'{PLATFORM}/{version}' if version else PLATFORM)}"
