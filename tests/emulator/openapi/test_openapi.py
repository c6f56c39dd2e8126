"""The OpenAPI description tells of every API as it is, and the APIs keep to it whatever they are sent."""

import re

import pytest
from fuzzing import fuzz
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.secret import Secret

KEY = "the key of this lab"
AUTH = ("admin", "admin")
LAB = {"X-Ticketlab-Key": KEY}
SENT = {"auth": AUTH, "headers": {"Accept-Encoding": "identity"}}


@pytest.fixture(name="instance", scope="module")
def _instance(tmp_path_factory):
    made = make_instance(tmp_path_factory.mktemp("instance"), lab_key=Secret(KEY))
    yield made
    close(made)


@pytest.fixture(name="description", scope="module")
def _description(instance):
    answer = instance.test_client().get("/lab/openapi.json")
    assert answer.status_code == 200
    return answer.json


def test_the_description_names_every_route_of_the_apis_and_no_other(instance, description):
    told = {(path, method.upper()) for path, each in description["paths"].items() for method in each}
    told = {(path, method) for path, method in told if not re.match(r"/api/now/table/[a-z]", path)}
    there = set()
    for rule in instance.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            path = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule)
            there |= {(path, method) for method in rule.methods - {"HEAD", "OPTIONS"}}
    accepted = {(path, method) for path, method in there - told if _takes(instance, path, method)}
    assert accepted == set()
    assert told - there == set()


def _takes(instance, path, method):
    """Whether the view behind a route that stands for several methods takes this one."""
    concrete = re.sub(r"\{version\}", "v1", path).replace("{table}", "incident").replace("{sys_id}", "0" * 32)
    return instance.test_client().open(concrete, method=method, auth=AUTH).status_code != 405


def test_a_tables_own_fields_are_told_with_their_labels(description, instance):
    given = description["components"]["schemas"]["Given_incident"]["properties"]
    assert given["short_description"] == {"title": "Short description", "type": "string"}
    assert given["priority"]["type"] == ["string", "integer"]
    asked = instance.test_client().get("/lab/openapi.json?tables=core_company").json
    assert "/api/now/table/core_company" in asked["paths"]
    assert "/api/now/table/incident" not in asked["paths"]


def test_a_generator_finds_one_name_for_each_class_and_an_address_to_put_a_path_behind(description):
    """It names a class by the title of its schema, where there is one, and leaves out the second of a name."""
    titles = [each["title"] for each in description["components"]["schemas"].values() if "title" in each]
    assert len(titles) == len(set(titles))
    assert [server["url"] for server in description["servers"]] == ["http://localhost"]


def test_a_table_that_does_not_exist_is_400(instance):
    assert instance.test_client().get("/lab/openapi.json?tables=no_table").status_code == 400


@pytest.mark.attack("D21")
def test_d21_every_api_answers_as_described_and_never_with_a_fault(instance):
    core = re.compile(r"\{version\}|/now/table/[a-z]")
    fuzz(instance, LAB, 2, lambda operation: not core.search(operation.path), **SENT)


@pytest.mark.long
@pytest.mark.attack("D21")
def test_d21_every_api_in_every_version_withstands_many_requests(instance):
    fuzz(instance, LAB, 12, **SENT)
