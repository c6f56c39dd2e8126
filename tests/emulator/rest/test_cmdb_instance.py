"""The CMDB instance API, as Ansible's collection uses it (rest 10)."""

import pytest

BASE = "/api/now/cmdb/instance"


@pytest.fixture
def rel_type(api):
    return api.rows("cmdb_rel_type", name="Cools::Cooled By", sysparm_fields="sys_id")[0]["sys_id"]


def send(api, path, body=None, method="POST"):
    return api.open(f"{BASE}/{path}", method, json=body)


def make(api, name, **further):
    answer = send(api, "cmdb_ci_server", {"attributes": {"name": name}, "source": "ServiceNow", **further})
    assert answer.status_code == 201, answer.text
    return answer.json["result"]


@pytest.mark.source("rest 10", "C")
def test_items_of_a_class_are_listed_by_name_and_sys_id(api):
    made = make(api, "listed")
    assert api.open(f"{BASE}/cmdb_ci_server?sysparm_query=name=listed").json["result"] == [
        {"sys_id": made["attributes"]["sys_id"], "name": "listed"}
    ]
    assert api.open(f"{BASE}/cmdb_ci?name=listed").json["result"][0]["name"] == "listed"
    assert len(api.open(f"{BASE}/cmdb_ci?sysparm_limit=2").json["result"]) == 2


@pytest.mark.source("rest 10", "C")
def test_an_item_is_made_with_its_relations_and_shows_both_ends(api, rel_type):
    """Outbound from the parent, inbound to the child; a reference has all three forms."""
    cooled = make(api, "cooled")["attributes"]["sys_id"]
    cooler = make(api, "cooler", outbound_relations=[{"type": rel_type, "target": cooled}])
    (outbound,) = cooler["outbound_relations"]
    assert (outbound["type"]["display_value"], outbound["target"]["display_value"]) == ("Cools::Cooled By", "cooled")
    assert outbound["target"]["link"].endswith(f"{BASE}/cmdb_ci/{cooled}")
    assert cooler["inbound_relations"] == []
    other = api.open(f"{BASE}/cmdb_ci_server/{cooled}").json["result"]
    assert [each["sys_id"] for each in other["inbound_relations"]] == [outbound["sys_id"]]
    path = f"cmdb_ci_server/{cooled}/relation/{outbound['sys_id']}"
    assert api.open(f"{BASE}/{path}").json["result"]["target"]["display_value"] == "cooler"
    assert send(api, path, method="DELETE").status_code == 204
    assert send(api, path, method="DELETE").status_code == 404
    again = send(
        api, f"cmdb_ci_server/{cooled}/relation", {"inbound_relations": [outbound | {"target": "x", "type": rel_type}]}
    )
    assert (again.status_code, len(again.json["result"]["inbound_relations"])) == (201, 1)


@pytest.mark.source("rest 10", "C")
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_items_attributes_are_changed(api, method):
    sys_id = make(api, "before")["attributes"]["sys_id"]
    changed = send(api, f"cmdb_ci_server/{sys_id}", {"attributes": {"name": "after"}}, method).json["result"]
    assert (changed["attributes"]["name"], changed["attributes"]["sys_class_name"]) == ("after", "cmdb_ci_server")


@pytest.mark.source("rest 10", "G")
@pytest.mark.parametrize("name", ["incident", "no_such_class", "sys_user"])
def test_what_is_no_class_of_configuration_items_is_an_invalid_table(api, name):
    answer = api.open(f"{BASE}/{name}")
    assert (answer.status_code, answer.json["error"]["message"]) == (400, f"Invalid table {name}")


@pytest.mark.attack("D05")
@pytest.mark.parametrize(
    "body",
    [[], "x", {"attributes": []}, {"outbound_relations": {}}, {"inbound_relations": ["x"]}, {"attributes": None}],
)
def test_d05_what_is_no_item_makes_none(api, body):
    before = api.get("cmdb_ci", sysparm_limit=1).headers["X-Total-Count"]
    assert send(api, "cmdb_ci_server", body).status_code == 400
    assert api.get("cmdb_ci", sysparm_limit=1).headers["X-Total-Count"] == before


@pytest.mark.source("rest 1", "C")
def test_rights_are_those_of_the_tables(make_user, api):
    user = make_user()
    assert user.open(f"{BASE}/cmdb_ci_server").json == {"result": []}
    assert send(user, "cmdb_ci_server", {"attributes": {"name": "x"}}).status_code == 403
    sys_id = make(api, "hidden")["attributes"]["sys_id"]
    assert user.open(f"{BASE}/cmdb_ci_server/{sys_id}").status_code == 404
