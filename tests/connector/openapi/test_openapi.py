"""The tenant's OpenAPI description tells of its API as it is, and the API keeps to it whatever it is sent."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import ticket_flows
from faults.fake_instance import FakeInstance
from faults.ticket_tables import TicketTables
from flask import Flask
from fuzzing import CHECKS, fuzz
from schemathesis.specs.openapi.checks import missing_required_header, negative_data_rejection
from tenant_flows import connect
from ticketlab.connector.testing import bearer, close, make_tenant
from ticketlab.shared.secret import Secret

KEY = "the key of this lab"
LAB = {"X-Ticketlab-Key": KEY}
KEEPER = "globaladmin@contoso.onmicrosoft.com"
STRICT = (*CHECKS, negative_data_rejection, missing_required_header)
"""The tenant's API is ours, and is strict: what its description does not allow is refused."""
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


@pytest.fixture(name="tenant")
def _tenant(instance: FakeInstance) -> Iterator[Flask]:
    made = make_tenant(instances={"dev00001": instance.url}, call_seconds=5.0, lab_key=Secret(KEY))
    yield made
    close(made)


@pytest.fixture(name="description")
def _description(tenant: Flask) -> Any:
    answer = tenant.test_client().get("/lab/openapi.json")
    assert answer.status_code == 200
    return answer.json


def test_the_address_is_one_to_put_a_path_behind(description: Any) -> None:
    assert [server["url"] for server in description["servers"]] == ["http://localhost"]


def test_the_description_names_every_route_of_the_api_and_no_other(tenant: Flask, description: Any) -> None:
    told = {(path, method.upper()) for path, each in description["paths"].items() for method in each}
    there = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method)
        for rule in tenant.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert told == there


def test_what_a_ticket_takes_is_described_from_the_schema_that_reads_it(description: Any) -> None:
    assert all(operation["summary"] for path in description["paths"].values() for operation in path.values())
    create = description["paths"]["/api/v1/tickets"]["post"]
    body = create["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/TicketSchema"}
    given = description["components"]["schemas"]["TicketSchema"]
    assert given["properties"]["name"] == {"type": "string", "maxLength": 160}
    assert given["properties"]["priority"] == {"type": "string", "enum": ["1", "2", "3", "4", "5"]}
    assert given["required"] == ["kind", "name", "description", "priority", "due_date"]


def test_what_a_connected_tenant_answers_has_the_form_described(tenant: Flask, instance: FakeInstance) -> None:
    """The forms of what a fuzzer rarely reaches: tickets, delivered and not, decisions and names of states."""
    TicketTables().install(instance)
    connect(tenant)
    api = bearer(tenant.test_client(), KEEPER)
    ticket = ticket_flows.create(tenant, api)
    schema = schemathesis.openapi.from_wsgi("/lab/openapi.json", tenant, headers=LAB)
    control = tenant.test_client().get("/api/v1/improvement-actions", headers=api).json["value"][0]["id"]
    decision = {"status": "planned", "notes": "In the next window."}
    for method, path, names, body in (
        ("GET", "/api/v1/connection", {}, None),
        ("POST", "/api/v1/tickets", {}, ticket_flows.fields(kind="incident")),
        ("GET", "/api/v1/tickets/{ticket_id}", {"ticket_id": ticket}, None),
        ("POST", "/api/v1/tickets/{ticket_id}/retry", {"ticket_id": ticket}, None),
        ("POST", "/api/v1/sync", {}, None),
        ("GET", "/api/v1/tickets", {}, None),
        ("PUT", "/api/v1/ticket-states", {}, {"change": {"-4": "Being assessed"}}),
        ("PUT", "/api/v1/improvement-actions/{control_id}/status", {"control_id": control}, decision),
        ("DELETE", "/api/v1/connection", {}, None),
    ):
        answer = tenant.test_client().open(path.format(**names), method=method, json=body, headers=api)
        assert answer.status_code < 300, (path, answer.text)
        schema[path][method].validate_response(answer)


@pytest.mark.attack("D21")
def test_d21_the_tenant_s_api_answers_as_described_and_takes_nothing_else(tenant: Flask) -> None:
    fuzz(tenant, LAB, 4, checks=STRICT, modes=MODES, headers=bearer(tenant.test_client(), KEEPER))


@pytest.mark.long
@pytest.mark.attack("D21")
def test_d21_the_tenant_s_api_withstands_many_requests(tenant: Flask) -> None:
    fuzz(tenant, LAB, 60, checks=STRICT, modes=MODES, headers=bearer(tenant.test_client(), KEEPER))
