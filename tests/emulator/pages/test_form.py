"""Forms: what they show, what they save, what they refuse."""

import re

import pytest
from people import PASSWORD, Person, api, make_person, path_of

NOTES = "incident__work_notes"


@pytest.fixture
def incident(instance):
    """A new incident's sys_id."""
    return api(instance, "POST", "/api/now/table/incident", {"short_description": "Printer on fire"})["sys_id"]


def record(instance, table, sys_id):
    return api(instance, "GET", f"/api/now/table/{table}/{sys_id}")


def test_form_shows_labels_choices_and_values(admin, incident):
    """Every field stands under its label, a choice as a select with the record's value chosen."""
    form = admin.get(f"/incident.do?sys_id={incident}").form("incident.short_description")
    assert form.values["incident.short_description"] == "Printer on fire"
    assert form.values["incident.state"] == "1"
    assert "In Progress" in form.choices["incident.state"]


def test_form_saves_what_was_changed_and_returns_to_the_list(instance, admin, incident):
    """Update writes, goes back to the list, and says what was saved with a link to it."""
    answer = admin.save(f"/incident.do?sys_id={incident}", incident__state="2", incident__short_description="Put out")
    assert answer.status == 302
    assert path_of(answer.location) == "/incident_list.do"
    page = admin.follow(answer)
    number = record(instance, "incident", incident)["number"]
    assert f"Saved: {number}" in page.text
    saved = record(instance, "incident", incident)
    assert (saved["state"], saved["short_description"]) == ("2", "Put out")


def test_save_stays_on_the_form(admin, incident):
    """Save writes and shows the record again."""
    answer = admin.save(f"/incident.do?sys_id={incident}", "sysverb_update_and_stay", incident__state="2")
    assert path_of(answer.location) == "/incident.do"
    page = admin.follow(answer)
    assert page.form("incident.state").values["incident.state"] == "2"
    assert "Saved:" in page.text


def test_form_goes_back_to_the_list_it_was_opened_from(admin, incident):
    """The list's query is still there after an update."""
    origin = "http://localhost/incident_list.do?sysparm_query=active%3Dtrue"
    form = admin.get(f"/incident.do?sys_id={incident}", Referer=origin).form("incident.state")
    answer = admin.send(form, "sysverb_update", incident__state="2")
    assert answer.location.startswith("/incident_list.do?sysparm_query=active%3Dtrue&sysparm_done=updated")


@pytest.mark.parametrize("address", ["https://evil.example/x_list.do", "//evil.example/incident_list.do", "/logout.do"])
def test_form_never_leads_to_another_host(admin, incident, address):
    """Where a form returns to comes with the request, so it only chooses among our own lists."""
    answer = admin.save(f"/incident.do?sys_id={incident}", sysparm_referring_url=address, incident__state="2")
    assert path_of(answer.location) == "/incident_list.do"
    assert answer.location.startswith("/incident_list.do")


def test_two_people_change_different_fields_of_one_record(instance, admin, incident):
    """A form writes only what was changed in it, so the second person does not undo the first one's change."""
    first = admin.get(f"/incident.do?sys_id={incident}").form("incident.state")
    second = admin.get(f"/incident.do?sys_id={incident}").form("incident.state")
    admin.send(first, "sysverb_update", incident__state="2")
    admin.send(second, "sysverb_update", incident__short_description="Smoke everywhere")
    saved = record(instance, "incident", incident)
    assert (saved["state"], saved["short_description"]) == ("2", "Smoke everywhere")


def test_new_record_is_filled_from_the_query_and_submitted(instance, admin):
    """sys_id=-1 with a query opens a new form with those values; Submit creates the record."""
    page = admin.get("/incident.do?sys_id=-1&sysparm_query=short_description=From a link^urgency=1^caller_id.name=x")
    form = page.form("incident.short_description")
    assert form.values["incident.short_description"] == "From a link"
    assert form.values["incident.urgency"] == "1"
    page = admin.follow(admin.send(form, "sysverb_insert"))
    number = re.search(r"Created: (INC\d+)", page.text)
    assert number, page.text
    assert api(instance, "GET", f"/api/now/table/incident?sysparm_query=number={number[1]}")[0]["urgency"] == "1"


def test_form_by_query_leads_to_the_first_record(looking):
    """TABLE.do?sysparm_query=number=… opens that record (platform 6)."""
    page = looking.follow(looking.get("/incident.do?sysparm_query=number=INC0000016"))
    assert "Rain is leaking" in page.form("incident.short_description").values["incident.short_description"]


def test_record_of_a_child_class_has_its_own_form(instance, admin):
    """A ticket that is opened as a change request has the form of its class."""
    made = api(instance, "POST", "/api/now/table/x_mioms_m365ticket_change_request", {"short_description": "MFA"})
    answer = admin.get(f"/change_request.do?sys_id={made['sys_id']}")
    assert path_of(answer.location) == "/x_mioms_m365ticket_change_request.do"
    assert "Microsoft 365 Security and Configuration Change Request" in admin.follow(answer).text


@pytest.mark.parametrize("sys_id", ["0" * 32, "nonsense", "1 OR 1=1", "x" * 5000])
def test_missing_record_has_a_page_of_its_own(looking, sys_id):
    """A sys_id that is none is not found, and never a fault."""
    page = looking.get(f"/incident.do?sys_id={sys_id}")
    assert page.status == 404
    assert "Record not found" in page.text


@pytest.mark.source("platform 5.4", "F")
def test_journal_entry_is_appended_and_shown_below(admin, incident, clock):
    """What is typed into a journal becomes an entry with author and time; the input is empty again."""
    admin.save(f"/incident.do?sys_id={incident}", **{NOTES: "Called the fire brigade"})
    clock.advance(seconds=5)
    admin.save(f"/incident.do?sys_id={incident}", **{NOTES: "They came\n\nat once"})
    page = admin.get(f"/incident.do?sys_id={incident}")
    assert page.form("incident.work_notes").values["incident.work_notes"].strip() == ""
    assert re.search(r"System Administrator Work notes \S+ \S+ They came at once", page.text)
    assert page.text.index("They came") < page.text.index("Called the fire brigade")


def test_reference_is_typed_by_name(instance, admin, incident):
    """A reference field takes the name that it shows, and the user ID as well."""
    admin.save(f"/incident.do?sys_id={incident}", sys_display__incident__assigned_to="Luke Wilson")
    assert record(instance, "incident", incident)["assigned_to"]["value"]
    form = admin.get(f"/incident.do?sys_id={incident}").form("incident.state")
    assert form.values["sys_display.incident.assigned_to"] == "Luke Wilson"
    admin.save(f"/incident.do?sys_id={incident}", sys_display__incident__assigned_to="admin")
    form = admin.get(f"/incident.do?sys_id={incident}").form("incident.state")
    assert form.values["sys_display.incident.assigned_to"] == "System Administrator"


def test_reference_is_emptied(instance, admin, incident):
    """An emptied reference field empties the reference."""
    admin.save(f"/incident.do?sys_id={incident}", sys_display__incident__assigned_to="Luke Wilson")
    admin.save(f"/incident.do?sys_id={incident}", sys_display__incident__assigned_to="")
    assert record(instance, "incident", incident)["assigned_to"] == ""


def test_reference_to_nobody_is_refused_and_nothing_typed_is_lost(instance, admin, incident):
    """An unknown name stands beside its field as an error; the other inputs keep what was typed."""
    page = admin.save(
        f"/incident.do?sys_id={incident}",
        sys_display__incident__assigned_to="Nobody At All",
        incident__short_description="Typed before",
        incident__description="Several\nlines",
    )
    assert page.status == 422
    assert "There is no User called Nobody At All." in page.text
    values = page.form("incident.state").values
    assert values["sys_display.incident.assigned_to"] == "Nobody At All"
    assert values["incident.short_description"] == "Typed before"
    assert values["incident.description"].strip() == "Several\nlines"
    assert record(instance, "incident", incident)["short_description"] == "Printer on fire"


def test_reference_of_two_namesakes_asks_for_the_sys_id(instance, admin, incident):
    """An ambiguous name is refused with the sys_ids to choose from, and a sys_id is taken."""
    twins = [
        api(instance, "POST", "/api/now/table/sys_user", {"user_name": f"twin{n}", "name": "Kim Twin"})["sys_id"]
        for n in (1, 2)
    ]
    page = admin.save(f"/incident.do?sys_id={incident}", sys_display__incident__assigned_to="Kim Twin")
    assert page.status == 422
    assert all(twin in page.text for twin in twins)
    page = admin.send(page.form("incident.state"), "sysverb_update", sys_display__incident__assigned_to=twins[1])
    assert page.status == 302
    assert record(instance, "incident", incident)["assigned_to"]["value"] == twins[1]


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("change_request__start_date", "next week", "Write the date and time as YYYY-MM-DD hh:mm:ss."),
        ("change_request__short_description", "x" * 161, "At most 160 characters."),
        ("change_request__short_description", "a\x00b", "A value contains a NUL character."),
    ],
)
def test_unfit_value_is_told_beside_its_field(looking, field, typed, told):
    """The API drops what a field cannot hold; a person is told, and nothing is saved."""
    page = looking.save("/change_request.do?sys_id=-1", "sysverb_insert", **{field: typed})
    assert page.status == 422
    assert told in page.text


def test_empty_mandatory_field_is_told_by_its_label(looking):
    """A form is not saved without its mandatory fields; the banner names them as the platform does."""
    page = looking.save("/sys_user_group.do?sys_id=-1", "sysverb_insert")
    assert page.status == 422
    assert "The following mandatory fields are not filled in: Name" in page.alerts


@pytest.mark.source("platform 4.2", "C")
def test_a_data_policy_speaks_as_glide_record_does(admin, incident):
    """The REST APIs alone list the fields; how several are named is ours."""
    page = admin.save(f"/incident.do?sys_id={incident}", incident__state="6", incident__close_notes="Put out")
    assert "Data Policy Exception: Resolution code is mandatory" in page.alerts
    page = admin.save(f"/incident.do?sys_id={incident}", incident__state="6")
    assert "Data Policy Exception: Resolution code is mandatory, Close notes is mandatory" in page.alerts


def test_what_a_data_policy_asks_for_is_marked_and_led_to(admin, incident):
    """As is what the form itself finds wrong; what is filled in already is not."""
    page = admin.save(f"/incident.do?sys_id={incident}", incident__state="6", incident__close_notes="Put out")
    assert re.findall(r'aria-invalid="true" aria-describedby="error\.([\w.]+)"', page.html) == ["incident.close_code"]
    assert '<a href="#incident.close_code">Resolution code</a>: This field is mandatory.' in page.html


def test_times_are_in_the_users_own_format(instance, admin):
    """What to type stands beside the field; the record keeps UTC in the platform's format."""
    me = api(instance, "GET", "/api/now/table/sys_user?user_name=admin")[0]["sys_id"]
    formats = {"date_format": "dd/MM/yyyy", "time_format": "hh:mm:ss a"}
    made = api(instance, "POST", "/api/now/table/change_request", {"start_date": "2020-07-01 19:00:00"})
    path = f"/change_request.do?sys_id={made['sys_id']}"
    api(instance, "PATCH", f"/api/now/table/sys_user/{me}", formats)
    try:
        page = admin.get(path)
        assert 'placeholder="DD/MM/YYYY hh:mm:ss a"' in page.html
        form = page.form("change_request.start_date")
        assert form.values["change_request.start_date"] == "01/07/2020 12:00:00 PM"
        told = admin.send(form, "sysverb_update", change_request__start_date="next week")
        assert "Write the date and time as DD/MM/YYYY hh:mm:ss a." in told.text
        admin.send(form, "sysverb_update", change_request__start_date="02/07/2020 01:30:00 PM")
        assert record(instance, "change_request", made["sys_id"])["start_date"] == "2020-07-02 20:30:00"
    finally:
        api(instance, "PATCH", f"/api/now/table/sys_user/{me}", dict.fromkeys(formats, ""))


def test_times_are_in_the_users_zone(instance, admin):
    """A form shows and takes times in the time zone of the person, the record keeps UTC."""
    made = api(instance, "POST", "/api/now/table/change_request", {"start_date": "2020-07-01 19:00:00"})
    path = f"/change_request.do?sys_id={made['sys_id']}"
    form = admin.get(path).form("change_request.start_date")
    assert form.values["change_request.start_date"] == "2020-07-01 12:00:00"
    admin.send(form, "sysverb_update", change_request__start_date="2020-07-01 13:30:00")
    assert record(instance, "change_request", made["sys_id"])["start_date"] == "2020-07-01 20:30:00"


def test_delete_asks_first(instance, admin, incident):
    """Delete shows a page that asks; only its own button deletes."""
    form = admin.get(f"/incident.do?sys_id={incident}").form("incident.state")
    question = admin.send(form, "sysverb_delete")
    assert question.status == 200
    assert record(instance, "incident", incident)
    page = admin.follow(admin.send(question.form("confirmed")))
    assert "The record was deleted." in page.text
    gone = instance.test_client().get(f"/api/now/table/incident/{incident}", auth=("admin", "admin"))
    assert gone.status_code == 404


@pytest.mark.attack("C01")
@pytest.mark.parametrize("token", ["", "wrong"])
def test_c01_form_without_the_sessions_token_changes_nothing(instance, admin, incident, token):
    """A form that another site sends has the cookie and not the token."""
    form = admin.get(f"/incident.do?sys_id={incident}").form("incident.state")
    assert admin.send(form, "sysverb_update", sysparm_ck=token, incident__state="2").status == 403
    assert admin.send(form, "sysverb_delete", sysparm_ck=token).status == 403
    assert record(instance, "incident", incident)["state"] == "1"


def test_form_of_an_earlier_session_keeps_what_was_typed(instance, admin, incident):
    """Who logged in again in another tab gets the form back as typed, and a second press saves it."""
    form = admin.get(f"/incident.do?sys_id={incident}").form("incident.state")
    admin.log_in()
    page = admin.send(form, "sysverb_update", incident__short_description="Typed long ago")
    assert page.status == 403
    assert page.form("incident.state").values["incident.short_description"] == "Typed long ago"
    assert admin.send(page.form("incident.state"), "sysverb_update").status == 302
    assert record(instance, "incident", incident)["short_description"] == "Typed long ago"


@pytest.mark.attack("C01")
def test_c01_form_sent_by_another_site_is_not_even_shown(admin, incident):
    """What another site typed does not come back as a form of ours."""
    form = admin.get(f"/incident.do?sys_id={incident}").form("incident.state")
    data = {**form.values, "incident.short_description": "Planted", "sysparm_ck": "wrong"}
    answer = admin.client.post(form.action, data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "Planted" not in answer.text


def test_writer_without_rights_sees_no_buttons_and_is_refused(instance):
    """Somebody who may not write gets no buttons; forced, the gate refuses in the platform's words."""
    make_person(instance, "nobody")
    nobody = Person(instance).log_in("nobody", PASSWORD)
    page = nobody.get("/change_request.do?sys_id=-1")
    assert "sysverb_insert" not in page.html
    answer = nobody.send(page.form("sysparm_referring_url"), "sysverb_insert")
    assert answer.status == 403
    assert "ACL Exception Insert Failed due to security constraints" in answer.alerts


def test_refused_write_keeps_what_was_typed(instance, admin, incident):
    """A business rule's abort is told in the platform's sentence, above the form as it was typed."""
    api(
        instance,
        "POST",
        "/api/now/table/sys_script",
        {
            "name": "No fires",
            "collection": "incident",
            "when": "before",
            "action_update": "true",
            "abort_action": "true",
            "active": "true",
        },
    )
    page = admin.save(f"/incident.do?sys_id={incident}", incident__short_description="More fire")
    assert page.status == 403
    assert any("was aborted by Business Rule 'No fires^" in alert for alert in page.alerts)
    assert page.form("incident.state").values["incident.short_description"] == "More fire"


@pytest.mark.source("platform 4.2", "C")
def test_a_rule_that_aborts_with_a_message_tells_it_to_people_and_to_no_program(instance, admin, incident):
    """On the form it stands first, as text; the Table API has the platform's sentence alone."""
    rule = {"name": "No fires", "collection": "incident", "when": "before", "active": "true", "abort_action": "true"}
    rule |= {"action_update": "true", "action_delete": "true"}
    rule |= {"add_message": "true", "message": "<p>Fires are for <b>grown-ups</b></p>"}
    api(instance, "POST", "/api/now/table/sys_script", rule)
    page = admin.save(f"/incident.do?sys_id={incident}", incident__short_description="More fire")
    assert any(alert.startswith("Fires are for grown-ups Operation against file") for alert in page.alerts)
    path = f"/api/now/table/incident/{incident}"
    answer = instance.test_client().patch(path, json={"short_description": "x"}, auth=("admin", "admin"))
    assert (answer.status_code, "grown-ups" in answer.text) == (403, False)


def test_password_typed_into_the_user_form_works(instance, admin):
    """A password that an admin gives lets the user in; it is never shown again."""
    page = admin.follow(
        admin.save(
            "/sys_user.do?sys_id=-1",
            "sysverb_insert",
            sys_user__user_name="abel.new",
            sys_user__last_name="New",
            sys_user__user_password="open sesame",
        )
    )
    assert "Created:" in page.text
    assert Person(instance).log_in("abel.new", "open sesame").get("/home.do").status == 200
    page = admin.follow(admin.get("/sys_user.do?sysparm_query=user_name=abel.new"))
    assert "open sesame" not in page.html
    assert "argon2" not in page.html


def test_application_made_by_hand_gets_its_id_and_secret(instance, admin):
    """An empty Client Secret is generated on submit (platform 2.1), and stays out of sight."""
    admin.save(
        "/oauth_entity.do?sys_id=-1",
        "sysverb_insert",
        oauth_entity__name="Handmade",
        oauth_entity__redirect_url="https://example.com/back",
    )
    made = api(instance, "GET", "/api/now/table/oauth_entity?sysparm_query=name=Handmade")[0]
    assert re.fullmatch(r"[0-9a-f]{32}", made["client_id"])
    page = admin.get(f"/oauth_entity.do?sys_id={made['sys_id']}")
    assert 'value="********" readonly' in page.html


@pytest.mark.source("platform 2.3", "F")
def test_table_form_shows_application_access(looking):
    """System Definition > Tables > oauth_entity shows label, name and the settings that the vendor's page names."""
    page = looking.follow(looking.get("/sys_db_object.do?sysparm_query=name=oauth_entity"))
    form = page.form("sys_db_object.name")
    assert form.values["sys_db_object.label"] == "Application Registeries"
    assert form.values["sys_db_object.name"] == "oauth_entity"
    assert form.choices["sys_db_object.access"][-2:] == ["All application scopes", "This application scope only"]
    assert form.values["sys_db_object.read_access"] == "true"
    for label in (
        "Application Access",
        "Accessible from",
        "Can read",
        "Can create",
        "Can update",
        "Can delete",
        "Allow access to this table via web services",
    ):
        assert label in page.text


def test_edited_label_takes_effect_at_once(admin):
    """What an admin changes in the dictionary is what the next page shows."""
    page = admin.follow(admin.get("/sys_db_object.do?sysparm_query=name=incident"))
    admin.send(page.form("sys_db_object.name"), "sysverb_update", sys_db_object__label="Mishap")
    assert "Mishap" in admin.get("/incident.do?sys_id=-1").text
