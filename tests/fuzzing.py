"""Sends an app what its OpenAPI description allows, and some that it does not, and judges the answers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

CHECKS = (
    *(not_a_server_error, response_schema_conformance, status_code_conformance, content_type_conformance),
    *(response_headers_conformance, ignored_auth, unsupported_method),
)
"""All but those that hold a lenient platform to rejecting what it takes, and those of whole sequences."""
PHASES = [Phase.explicit, Phase.generate]


def fuzz(
    app: Flask,
    lab: Mapping[str, str],
    examples: int,
    chosen: Callable[[Any], bool] = lambda _operation: True,
    checks: Sequence[Any] = CHECKS,
    modes: Sequence[Any] = (schemathesis.GenerationMode.POSITIVE,),
    **sent: Any,
) -> None:
    """Send each chosen operation ``examples`` requests; every answer is no fault and has the form described.

    ``lab`` is the header that opens the lab; ``sent`` goes with each request, as its credentials.
    """
    schema = schemathesis.openapi.from_wsgi("/lab/openapi.json", app, headers=dict(lab))
    count = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if not chosen(operation):
            continue
        for mode in modes:
            count += 1
            _send(operation.as_strategy(generation_mode=mode), examples, checks, sent)
    assert count


def _send(strategy: Any, examples: int, checks: Sequence[Any], sent: Mapping[str, Any]) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def send(case: Any) -> None:
        case.call_and_validate(checks=list(checks), **sent)

    send()
