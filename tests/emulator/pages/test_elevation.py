"""Elevate role: security_admin counts in the session that asked for it, and nowhere else."""

import pytest
from people import PASSWORD, Person, api, make_person

REFUSED = "ACL Exception Insert Failed due to security constraints"


def tick(person: Person, *roles: str):
    form = person.get("/elevate_role.do").form("sysparm_ck")
    return person.client.post(form.action, data={"sysparm_ck": form.values["sysparm_ck"], "role": list(roles)})


def new_rule(person: Person):
    """Send the form of a new access control, whether or not the page offers its fields."""
    address = "/sys_security_acl.do?sys_id=-1"
    data = person.get(address).form("sysparm_ck").values
    given = {"sys_action": "sysverb_insert", "sys_security_acl.name": "incident"}
    return person.client.post(address, data={**data, **given})


def is_refused(person: Person) -> bool:
    answer = new_rule(person)
    return answer.status_code != 302 and REFUSED in answer.text


@pytest.mark.source("platform 2.2", "C")
def test_a_plain_admin_creates_no_access_control(instance):
    answer = instance.test_client().post(
        "/api/now/table/sys_security_acl", json={"name": "incident"}, auth=("admin", "admin")
    )
    assert answer.status_code == 403
    assert answer.json["error"] == {"message": "Operation Failed", "detail": REFUSED}


@pytest.mark.source("platform 2.2", "C")
def test_an_elevated_session_creates_access_controls_until_it_ends(instance):
    admin = Person(instance).log_in()
    assert tick(admin, "security_admin").status_code == 303
    assert new_rule(admin).status_code == 302
    admin.get("/logout.do")
    assert is_refused(admin.log_in())


@pytest.mark.attack("X09")
def test_x09_elevation_stays_with_its_session_and_never_reaches_basic_or_another_browser(instance):
    tick(Person(instance).log_in(), "security_admin")
    assert is_refused(Person(instance).log_in())
    answer = instance.test_client().post(
        "/api/now/table/sys_security_acl", json={"name": "incident"}, auth=("admin", "admin")
    )
    assert answer.status_code == 403


@pytest.mark.attack("X09")
def test_x09_nobody_is_elevated_to_a_role_they_do_not_hold(instance):
    make_person(instance, "plain.person", "itil")
    person = Person(instance).log_in("plain.person", PASSWORD)
    assert "You have no elevated role" in person.get("/elevate_role.do").text
    form = person.get("/home.do")
    token = form.html.split("g_ck = '")[1].split("'")[0]
    refused = person.client.post("/elevate_role.do", data={"sysparm_ck": token, "role": "security_admin"})
    assert refused.status_code == 403
    assert tick(Person(instance).log_in(), "itil").status_code == 403


@pytest.mark.attack("X09")
def test_x09_elevation_is_told_to_the_log_with_its_transaction(instance):
    tick(Person(instance).log_in(), "security_admin")
    [entry] = api(instance, "GET", "/api/now/table/syslog?sysparm_query=source=Elevate role")
    assert entry["message"] == "admin elevated to security_admin"
    assert len(entry["transaction"]) == 12


@pytest.mark.attack("X09")
def test_x09_a_session_whose_user_loses_the_role_is_elevated_no_more(instance):
    admin = Person(instance).log_in()
    tick(admin, "security_admin")
    query = "user.user_name=admin^role.name=security_admin"
    [given] = api(instance, "GET", f"/api/now/table/sys_user_has_role?sysparm_query={query}")
    api(instance, "DELETE", f"/api/now/table/sys_user_has_role/{given['sys_id']}")
    assert is_refused(admin)
