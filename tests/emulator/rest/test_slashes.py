"""Addresses with repeated slashes, which clients make of a base address that ends with one."""

import pytest

from .conftest import HOST

ADMIN = "6816f79cc0a8016401c5a33be04be441"


def ask(api, path, method="GET", **arguments):
    return api.open("/", method, environ_overrides={"PATH_INFO": path}, **arguments)


@pytest.mark.source("recorded answers with such links", "F")
@pytest.mark.parametrize(
    ("tables", "links"),
    [
        ("/api/now//table", "/api/now//table"),
        ("//api/now/table", "//api/now/table"),
        ("/api//now/v1//table", "/api//now/v1//table"),
        ("/api/now/table/", "/api/now/table"),
    ],
)
def test_repeated_slashes_are_passed_over_and_come_back_in_links(api, tables, links):
    """The recorded answer to /api/now//table/sys_user links to /api/now//table/sys_user_group/global."""
    answer = ask(api, f"{tables}/sys_user/{ADMIN}", query_string={"sysparm_fields": "department"})
    assert answer.json["result"]["department"]["link"].startswith(f"{HOST}{links}/cmn_department/")


@pytest.mark.source("recorded answers with such links", "F")
def test_a_record_is_made_where_slashes_repeat(api):
    answer = ask(api, "/api/now//table/incident", "POST", json={"short_description": "twice"})
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{HOST}/api/now//table/incident/{answer.json['result']['sys_id']}"


def test_pages_are_linked_under_the_address_that_was_asked(api):
    answer = ask(api, "//api/now/v2//table/incident", query_string={"sysparm_limit": 1})
    assert answer.headers["Link"].startswith(f"<{HOST}//api/now/v2//table/incident?")


def test_repeated_slashes_lead_around_no_guard(stranger):
    assert ask(stranger, "//api//now///table//incident").status_code == 401


@pytest.mark.parametrize("path", ["/api/now//nonsense", "//api//"])
def test_what_is_no_address_without_them_is_none_with_them(api, path):
    answer = ask(api, path)
    assert (answer.status_code, answer.json["error"]["message"]) == (
        400,
        "Requested URI does not represent any resource",
    )
