"""What all of the tenant's API has in common."""

from datetime import timedelta

import pytest
from flask import Flask
from ticketlab.connector.testing import ADMIN, READER, bearer, set_clock, sign_in
from ticketlab.shared.clock import ClockSetting

PROBLEM = "application/problem+json"
TOKEN = "/contoso/oauth2/v2.0/token"
CONNECTION = "/api/v1/connection"
GOOD = {"instance": "dev00001", "client_id": "id", "client_secret": "secret"}


@pytest.mark.attack("C03")
def test_c03_a_session_cookie_alone_is_refused(tenant: Flask) -> None:
    """The API is blind to cookies: signed in or not, without a token it is 401."""
    client = tenant.test_client()
    sign_in(client)
    for method, path in (("GET", CONNECTION), ("PUT", CONNECTION), ("DELETE", CONNECTION), ("GET", "/api/v1/users")):
        answer = client.open(path, method=method, json=GOOD)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="ticketlab"'


@pytest.mark.parametrize("header", ["Bearer", "Bearer  ", "Bearer x", "Basic eDp5", "bearer é", "Bearer " + "x" * 9000])
def test_a_bad_authorization_header_is_401(tenant: Flask, header: str) -> None:
    answer = tenant.test_client().get(CONNECTION, headers={"Authorization": header.encode().decode("latin-1")})
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/", "/api/v2/connection", "/api/v1/connection/"])
def test_unknown_paths_are_401_without_a_token_and_404_with_one(tenant: Flask, path: str) -> None:
    client = tenant.test_client()
    assert client.get(path).status_code == 401
    answer = client.get(path, headers=bearer(client))
    assert (answer.status_code, answer.mimetype) == (404, PROBLEM)
    assert answer.get_json()["status"] == 404


def test_a_wrong_method_is_a_problem_that_names_the_right_ones(tenant: Flask) -> None:
    client = tenant.test_client()
    answer = client.patch(CONNECTION, headers=bearer(client))
    assert (answer.status_code, answer.mimetype) == (405, PROBLEM)
    assert "PUT" in answer.headers["Allow"]


def test_a_token_lives_for_an_hour(tenant: Flask) -> None:
    client = tenant.test_client()
    header = bearer(client)
    set_clock(tenant, ClockSetting(offset=timedelta(minutes=59)))
    assert client.get("/api/v1/me", headers=header).get_json()["upn"] == ADMIN
    set_clock(tenant, ClockSetting(offset=timedelta(minutes=61)))
    assert client.get("/api/v1/me", headers=header).status_code == 401


def test_a_reader_sees_the_connection_and_may_not_change_it(tenant: Flask) -> None:
    client = tenant.test_client()
    header = bearer(client, READER)
    assert client.get(CONNECTION, headers=header).get_json()["status"] == "not_configured"
    for method, path in (
        ("PUT", CONNECTION), ("DELETE", CONNECTION),
        ("POST", f"{CONNECTION}/authorize"), ("POST", f"{CONNECTION}/callback"),
    ):  # fmt: skip
        answer = client.open(path, method=method, json=GOOD, headers=header)
        assert (answer.status_code, answer.mimetype) == (403, PROBLEM)


@pytest.mark.attack("D02")
@pytest.mark.parametrize("body", ["[" * 100_000, "[" * 900_000, '{"instance":' * 50_000])
def test_d02_deep_json_is_a_bad_request(tenant: Flask, body: str) -> None:
    assert put(tenant, body) == 400


@pytest.mark.attack("D03")
@pytest.mark.parametrize(
    "body",
    [b"\xef\xbb\xbf{}", b'{"instance": "\xff"}', '{"instance": "a\\u0000", "client_id": "x", "client_secret": "y"}',
     '{"instance": "dev\\ud800", "client_id": "x", "client_secret": "y"}',
     '{"instance": "dev00001", "client_id": "\\udfff", "client_secret": "y"}',
     '{"instance": "d\u202ev", "client_id": "x", "client_secret": "y"}'],
)  # fmt: skip
def test_d03_texts_that_no_database_keeps_are_refused(tenant: Flask, body: str | bytes) -> None:
    assert put(tenant, body) in {400, 422}


@pytest.mark.attack("D04")
@pytest.mark.parametrize("number", ["9223372036854775808", "1e999", "NaN", "-Infinity", "9" * 5000, "true", "1.9"])
def test_d04_a_number_is_no_text(tenant: Flask, number: str) -> None:
    assert put(tenant, f'{{"instance": {number}, "client_id": "x", "client_secret": "y"}}') in {400, 422}


@pytest.mark.attack("D05")
@pytest.mark.parametrize("body", ["[]", "null", '"text"', '{"instance": "a", "instance": "b"}', "", "{"])
def test_d05_only_one_object_without_twins_is_read(tenant: Flask, body: str) -> None:
    assert put(tenant, body) == 400


@pytest.mark.attack("D06")
def test_d06_unknown_names_are_refused(tenant: Flask) -> None:
    client = tenant.test_client()
    answer = client.put(CONNECTION, json={**GOOD, "access_token": "mine"}, headers=bearer(client))
    assert answer.status_code == 422
    assert list(answer.get_json()["errors"]) == ["access_token"]


@pytest.mark.attack("D07")
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_d07_anything_but_json_is_415(tenant: Flask, kind: str) -> None:
    client = tenant.test_client()
    answer = client.put(CONNECTION, data="{}", content_type=kind, headers=bearer(client))
    assert (answer.status_code, answer.mimetype) == (415, PROBLEM)


@pytest.mark.attack("D01")
def test_d01_a_huge_body_is_413(tenant: Flask) -> None:
    client = tenant.test_client()
    answer = client.put(CONNECTION, data="x" * 1_000_001, content_type="application/json", headers=bearer(client))
    assert (answer.status_code, answer.mimetype) == (413, PROBLEM)


@pytest.mark.attack("D14")
@pytest.mark.parametrize(
    "limit", ["-1", "0", "1000000000", "9223372036854775808", "1;", "1.9", "\u0661", "", "1&limit=2"]
)
def test_d14_a_limit_out_of_range_is_refused(tenant: Flask, limit: str) -> None:
    client = tenant.test_client()
    answer = client.get(f"/api/v1/users?limit={limit}", headers=bearer(client))
    assert answer.status_code == 422, answer.text


def test_lists_are_read_page_by_page(tenant: Flask) -> None:
    client = tenant.test_client()
    header, seen, address = bearer(client), [], "/api/v1/users?limit=2"
    while address:
        answer = client.get(address, headers=header).get_json()
        seen += [user["upn"].split("@")[0] for user in answer["value"]]
        address = answer["next"]
    assert seen == ["globaladmin", "reader", "secadmin"]


def put(tenant: Flask, body: str | bytes) -> int:
    client = tenant.test_client()
    answer = client.put(CONNECTION, data=body, content_type="application/json", headers=bearer(client))
    assert answer.mimetype == PROBLEM
    assert answer.get_json()["type"]
    return answer.status_code
