"""The page that somebody gets who may not see another one."""

from people import PASSWORD, Person, make_person

ASKING = "Security constraints prevent access to requested page"
STORE = "/app_store.do"


def test_a_refused_person_is_told_as_whom_he_is_logged_in_and_how_to_go_on(instance):
    """The platform's own sentence, and then what to do."""
    make_person(instance, "some.one", "itil")
    page = Person(instance).log_in("some.one", PASSWORD).get(STORE)
    assert page.status == 403
    assert page.alerts == [ASKING]
    assert "<h1>Forbidden</h1>" in page.html
    assert "You are logged in as some.one" in page.text
    assert "log in as somebody who has the role" in page.text
    assert "ask an administrator" in page.text
    assert "Impersonate" not in page.text


def test_who_may_impersonate_is_led_there(instance):
    make_person(instance, "some.one", "impersonator")
    page = Person(instance).log_in("some.one", PASSWORD).get(STORE)
    assert "Impersonate somebody who has the role" in page.text


def test_a_form_that_is_out_of_date_is_no_matter_of_roles(instance):
    """It is refused too, for another reason: nobody is sent for a role that would not help."""
    person = Person(instance).log_in()
    answer = person.client.post("/impersonate_dialog.do", data={"user_name": "x"})
    assert answer.status_code == 403
    assert "The form is out of date" in answer.text
    assert "You are logged in as" not in answer.text


def test_a_form_that_is_out_of_date_and_has_nowhere_to_come_back_to_is_refused_all_the_same(instance):
    """Its table is none, its record is gone, or of another class."""
    person = Person(instance).log_in()
    (incident,) = (
        instance.test_client()
        .get("/api/now/table/incident?sysparm_limit=1&sysparm_fields=sys_id", auth=("admin", "admin"))
        .json["result"]
    )
    for address in ("/nothing.do", f"/incident.do?sys_id={'0' * 32}", f"/task.do?sys_id={incident['sys_id']}"):
        answer = person.client.post(address, data={"sysparm_ck": "old"})
        assert answer.status_code == 403, address
        assert "The form is out of date" in answer.text
