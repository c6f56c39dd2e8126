"""The activity stream of a form: what it tells, and what it keeps to itself."""

import re
from datetime import UTC, datetime

import pytest
from people import PASSWORD, Person, api, make_person, make_rule
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.pages.activity_stream import Entry, Stream
from ticketlab.emulator.records.activity import MOST
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

TIME = r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d"


@pytest.fixture
def incident(instance):
    return api(instance, "POST", "/api/now/table/incident", {"short_description": "Printer on fire"})["sys_id"]


def activities(page):
    """What each activity says, newest first."""
    items = re.findall(r'<li class="activity[^"]*">(.*?)</li>', page.html, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", item)).strip() for item in items]


def change(instance, table, sys_id, **values):
    return api(instance, "PATCH", f"/api/now/table/{table}/{sys_id}", values)


@pytest.mark.source("platform 6", "G")
def test_entries_and_changes_stand_together_newest_first(instance, admin, incident, clock):
    """Who, what, when; the changes of one write are one activity, each with the value before it."""
    change(instance, "incident", incident, comments="We are on our way")
    clock.advance(seconds=60)
    change(instance, "incident", incident, state="2", impact="1", work_notes="Brought water")
    clock.advance(seconds=60)
    admin.save(f"/incident.do?sys_id={incident}", sys_display__incident__assigned_to="Luke Wilson")
    assigned, note, changes, comment, created = activities(admin.get(f"/incident.do?sys_id={incident}"))
    assert re.fullmatch(rf"S System Administrator Field changes {TIME} Assigned to Luke Wilson was \(empty\)", assigned)
    assert re.fullmatch(rf"S System Administrator Work notes {TIME} Brought water", note)
    assert re.fullmatch(rf"S System Administrator Additional comments {TIME} We are on our way", comment)
    assert re.fullmatch(rf"S System Administrator Created {TIME}", created)
    assert "State In Progress was New" in changes
    assert "Impact 1 - High was 3 - Low" in changes
    assert re.search(TIME, note)[0] == re.search(TIME, changes)[0]


def test_changes_of_one_second_stand_newest_first(instance, admin, incident):
    for impact in "12312":
        change(instance, "incident", incident, impact=impact)
    *told, created = activities(admin.get(f"/incident.do?sys_id={incident}"))
    assert "Created" in created
    levels = [re.search(r"Impact (\d) - \w+ was (\d)", each).groups() for each in told]
    assert levels == [("2", "1"), ("1", "3"), ("3", "2"), ("2", "1"), ("1", "3")]


def test_a_change_of_a_time_is_told_in_the_readers_zone(instance, admin):
    made = api(instance, "POST", "/api/now/table/change_request", {"start_date": "2020-07-01 19:00:00"})["sys_id"]
    change(instance, "change_request", made, start_date="2020-07-02 19:00:00")
    page = admin.get(f"/change_request.do?sys_id={made}")
    assert "Planned start date 2020-07-02 12:00:00 was 2020-07-01 12:00:00" in activities(page)[0]


def test_many_activities_are_folded_and_all_there(instance, admin, incident, clock):
    for number in range(11):
        change(instance, "incident", incident, work_notes=f"note {number:02}")
        clock.advance(seconds=1)
    page = admin.get(f"/incident.do?sys_id={incident}")
    assert "Activities: 12" in page.text
    assert "4 older" in page.text
    assert [each[-7:] for each in activities(page)[:-1]] == [f"note {number:02}" for number in reversed(range(11))]


def test_changes_that_are_not_told_take_no_others_place(instance, admin, incident):
    """Such as those of a field that is no more."""
    change(instance, "incident", incident, impact="1")
    gate = part_of(instance, Gate)
    later = {"tablename": "incident", "documentkey": incident, "sys_created_on": datetime(2050, 1, 1, tzinfo=UTC)}
    rows = [{"sys_id": f"{number:032}", "fieldname": "u_gone", **later} for number in range(MOST)]
    with gate.store.writing() as connection:
        gate.store.insert_all(connection, gate.snapshot().tables, "sys_audit", rows)
    assert "Impact 1 - High was 3 - Low" in activities(admin.get(f"/incident.do?sys_id={incident}"))[0]


def test_an_entry_of_a_field_in_capitals_is_told(instance, admin, incident):
    """The database takes it for the field's; an administrator's import may have written it so."""
    entry = {"name": "incident", "element": "WORK_NOTES", "element_id": incident, "value": "Brought water"}
    part_of(instance, Gate).record("sys_journal_field", Caller.system()).insert(entry)
    assert "Brought water" in activities(admin.get(f"/incident.do?sys_id={incident}"))[0]


def test_a_form_of_a_table_that_is_not_audited_has_no_stream(looking):
    assert "Activities" not in looking.get("/sys_properties.do?sys_id=-1").text
    property_ = looking.follow(looking.get("/sys_properties.do?sysparm_query=name=glide.product.name"))
    assert "Activities" not in property_.text


def test_who_reads_only_a_part_of_the_record_is_told_of_that_part(instance, incident):
    """The caller of an incident reads comments and no work notes, and no changes of fields that a rule hides."""
    caller = make_person(instance, "jo.example")
    make_rule(instance, "incident.close_notes", "read", "itil")
    make_rule(instance, "incident.description", "read", condition="state=1")
    change(instance, "incident", incident, caller_id=caller, comments="Hello", work_notes="Not for Jo")
    change(instance, "incident", incident, close_notes="Nor this", description="Nor that", state="2")
    told = " ".join(activities(Person(instance).log_in("jo.example", PASSWORD).get(f"/incident.do?sys_id={incident}")))
    assert "Hello" in told
    assert "State In Progress was New" in told
    for kept in ("Not for Jo", "Nor this", "Nor that", "Work notes", "Close notes"):
        assert kept not in told


def test_the_audit_stays_closed_to_whoever_reads_a_stream(instance, incident):
    make_person(instance, "jo.example", "itil")
    change(instance, "incident", incident, state="2")
    jo = Person(instance).log_in("jo.example", PASSWORD)
    assert activities(jo.get(f"/incident.do?sys_id={incident}"))
    assert "In Progress" not in jo.get("/sys_audit_list.do").text
    assert instance.test_client().get("/api/now/table/sys_audit", auth=("jo.example", PASSWORD)).status_code == 403


@pytest.mark.attack("D12")
def test_d12_a_stream_names_no_record_of_a_table_that_may_not_be_read(instance, incident):
    """What the reference itself would not tell: it was set, but not what the record is called."""
    problem = api(instance, "POST", "/api/now/table/problem", {"short_description": "Wiring"})
    jo = make_person(instance, "jo.example")
    change(instance, "incident", incident, caller_id=jo, problem_id=problem["sys_id"])
    page = Person(instance).log_in("jo.example", PASSWORD).get(f"/incident.do?sys_id={incident}")
    assert "Problem " + problem["sys_id"] in activities(page)[0]
    assert problem["number"] not in page.html


def test_no_secret_is_audited_or_told(instance, admin):
    """Not even that it has changed: an audit of hashes is a list of them."""
    user = make_person(instance, "jo.example")
    admin.save(f"/sys_user.do?sys_id={user}", sys_user__user_password="Brisk-Heron-77", sys_user__title="Chief")
    told = activities(admin.get(f"/sys_user.do?sys_id={user}"))
    assert any(each.endswith("Title Chief was (empty)") for each in told)
    assert not any("Password" in each for each in told)
    audited = api(instance, "GET", f"/api/now/table/sys_audit?sysparm_query=documentkey={user}")
    assert "user_password" not in {row["fieldname"] for row in audited}


def test_what_no_longer_fits_its_field_is_told_as_it_stands(instance, admin, incident):
    """The type of a field may have changed since, and an administrator may keep the instance from stamping."""
    records = part_of(instance, Gate)
    row = {"tablename": "incident", "documentkey": incident, "fieldname": "due_date", "newvalue": "next week"}
    records.record("sys_audit", Caller.system()).insert(row)
    unstamped = {"name": "incident", "element": "comments", "element_id": incident, "value": "When?"}
    records.record("sys_journal_field", Caller.system()).insert(unstamped, auto_sys_fields=False)
    told, _created = activities(admin.get(f"/incident.do?sys_id={incident}"))
    assert "Due date next week was (empty)" in told
    shown = api(instance, "GET", f"/api/now/table/incident/{incident}?sysparm_display_value=true")["comments"]
    assert shown.endswith("(Additional comments)\nWhen?\n\n")


def test_a_record_with_the_sys_id_of_another_tells_nothing_of_that(instance, admin, incident):
    """Seeds choose their sys_ids; journals and audit are of one table's record all the same."""
    change(instance, "incident", incident, assigned_to="admin", comments="Of the incident")
    twin = {"sys_id": incident, "name": "Twin"}
    part_of(instance, Gate).record("cmdb_ci", Caller.system()).insert(twin)
    page = admin.get(f"/cmdb_ci.do?sys_id={incident}")
    assert page.status == 200
    assert [re.sub(TIME, "", each) for each in activities(page)] == ["S system Created "]


def test_the_files_of_a_record_stand_in_its_stream_and_lead_to_themselves(instance, admin, incident, clock):
    """As long as they are attached, for whoever may read what they are called."""
    clock.advance(seconds=60)
    where = {"table_name": "incident", "table_sys_id": incident, "file_name": "photo <1>.png"}
    client = instance.test_client()
    attached = client.post("/api/now/attachment/file", query_string=where, data=b"png", auth=("admin", "admin"))
    file = attached.json["result"]["sys_id"]
    page = admin.get(f"/incident.do?sys_id={incident}")
    assert re.fullmatch(rf"S System Administrator Attachment uploaded {TIME} photo &lt;1&gt;.png", activities(page)[0])
    assert f'<p class="said"><a href="/sys_attachment.do?sys_id={file}">' in page.html
    make_rule(instance, "sys_attachment.file_name", "read", "admin")
    make_person(instance, "jo.example", "itil")
    jo = Person(instance).log_in("jo.example", PASSWORD)
    assert [re.sub(TIME, "", each) for each in activities(jo.get(f"/incident.do?sys_id={incident}"))] == [
        "S System Administrator Created "
    ]
    client.delete(f"/api/now/attachment/{file}", auth=("admin", "admin"))
    assert len(activities(admin.get(f"/incident.do?sys_id={incident}"))) == 1


def test_who_made_a_record_is_not_told_where_its_stamp_is_hidden(instance, incident):
    make_rule(instance, "incident.sys_created_by", "read", "admin")
    make_person(instance, "jo.example", "itil")
    assert activities(Person(instance).log_in("jo.example", PASSWORD).get(f"/incident.do?sys_id={incident}")) == []


def test_a_work_note_is_known_by_its_field_and_not_by_its_label(instance, admin, incident):
    """Both journals may be labelled alike, and only one of them is the staff's alone."""
    labels = part_of(instance, Gate).record("sys_dictionary", Caller.system())
    labels.update(labels.find("name=task^element=comments").sys_id, {"column_label": "Work notes"})
    change(instance, "incident", incident, comments="For all", work_notes="For the staff")
    page = admin.get(f"/incident.do?sys_id={incident}")
    marked = re.findall(r'<li class="activity note">(.*?)</li>', page.html, re.DOTALL)
    assert ["For the staff" in each for each in marked] == [True]


def test_a_stream_says_that_it_does_not_count_them_all():
    """What lies further back is not read, so nobody knows how much it is."""
    entry = Entry("Abel Tuter", "2020-01-31 10:20:30", "Comments", "text", (), is_note=False)
    assert Stream([entry] * 3, [entry] * (MOST - 4)).count == str(MOST - 1)
    assert Stream([entry] * 3, [entry] * (MOST - 3)).count == f"{MOST}+"
