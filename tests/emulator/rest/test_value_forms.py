"""How values of each type are written and read (rest 3)."""

import pytest

ABEL, BETH = "Abel Tuter", "Beth Anglin"


@pytest.fixture
def people(api):
    rows = api.rows("sys_user", sysparm_query="nameINAbel Tuter,Beth Anglin^ORDERBYname", sysparm_fields="sys_id,name")
    assert [row["name"] for row in rows] == [ABEL, BETH]
    return [row["sys_id"] for row in rows]


def read(api, record, element, display="all"):
    answer = api.get(f"incident/{record['sys_id']}", sysparm_fields=element, sysparm_display_value=display)
    return answer.json["result"][element]


@pytest.mark.source("rest 3", "D")
@pytest.mark.parametrize(
    ("given", "raw", "shown"),
    [
        ("1970-01-01 00:02:17", "1970-01-01 00:02:17", "2 Minutes"),
        ("00:00:45", "1970-01-01 00:00:45", "45 Seconds"),
        ("3 22:05:09", "1970-01-04 22:05:09", "3 Days 22 Hours 5 Minutes"),
        ("1 Hour 1 Minute", "1970-01-01 01:01:00", "1 Hour 1 Minute"),
        (86400, "1970-01-02 00:00:00", "1 Day"),
        ("1970-01-01 00:00:00", "1970-01-01 00:00:00", "0 Seconds"),
        ("", "", ""),
    ],
)
def test_a_duration_is_an_offset_from_1970_raw_and_words_displayed(api, given, raw, shown):
    """The words' form is general knowledge; that of the raw value is documented."""
    record = api.create("incident", calendar_duration=given)
    assert read(api, record, "calendar_duration") == {"display_value": shown, "value": raw}


@pytest.mark.attack("D11")
@pytest.mark.parametrize(
    "given", ["soon", "-1", "1969-12-31 23:59:59", "9999-01-01 00:00:00", "99999999999", "1:2", "5 Minutes ago", "25"]
)
def test_d11_what_is_no_duration_is_dropped(api, given):
    """A plain number is a number of seconds (ours)."""
    expected = "1970-01-01 00:00:25" if given == "25" else ""
    assert api.create("incident", calendar_duration=given)["calendar_duration"] == expected


@pytest.mark.source("rest 3", "G")
def test_a_list_holds_sys_ids_and_shows_names(api, people):
    """An e-mail address in it stands as it is; there is no link."""
    raw = f"{people[1]},{people[0]},someone@example.com"
    record = api.create("incident", watch_list=raw)
    assert record["watch_list"] == raw
    shown = f"{BETH}, {ABEL}, someone@example.com"
    assert read(api, record, "watch_list", "true") == shown
    assert read(api, record, "watch_list") == {"display_value": shown, "value": raw}
    assert read(api, api.create("incident"), "watch_list") == {"display_value": "", "value": ""}


@pytest.mark.source("rest 2", "D")
def test_a_list_is_read_as_displayed_when_asked_to(api, people):
    body = {"watch_list": "Beth Anglin, abel.tuter, someone@example.com"}
    record = api.send("POST", "incident", body, sysparm_input_display_value="true").json["result"]
    assert record["watch_list"] == f"{people[1]},{people[0]},someone@example.com"
    assert api.create("incident", **body)["watch_list"] == body["watch_list"]


@pytest.mark.source("rest 3", "G")
def test_html_is_kept_and_answered_as_it_is(api):
    text = "<p>Größe &amp; <b>bold</b></p><script>alert(1)</script>"
    record = api.create("problem", fix_notes=text)
    assert record["fix_notes"] == text
    shown = api.get(f"problem/{record['sys_id']}", sysparm_display_value="true").json["result"]["fix_notes"]
    assert shown == text


@pytest.mark.source("rest 3", "D")
def test_the_domain_is_a_reference_to_a_group_called_global(api):
    """Links are built blindly from the stored value."""
    record = api.rows("incident", number="INC0000001", sysparm_fields="sys_domain,sys_class_name")[0]
    assert record["sys_domain"]["value"] == "global"
    assert record["sys_domain"]["link"].endswith("/api/now/table/sys_user_group/global")
    shown = api.rows("incident", number="INC0000001", sysparm_display_value="all")[0]
    assert shown["sys_domain"]["display_value"] == "global"
    assert shown["sys_class_name"] == {"display_value": "Incident", "value": "incident"}


@pytest.mark.source("rest 3", "D")
def test_a_dot_walked_reference_has_its_own_forms(api):
    """The key is the literal path."""
    fields = "caller_id.department,caller_id.department.name,caller_id.active"
    query = "caller_id.departmentISNOTEMPTY"
    raw = api.rows("incident", sysparm_query=query, sysparm_fields=fields, sysparm_limit=1)[0]
    assert list(raw) == fields.split(",")
    assert set(raw["caller_id.department"]) == {"link", "value"}
    assert raw["caller_id.active"] == "true"
    shown = api.rows(
        "incident", sysparm_query=query, sysparm_fields=fields, sysparm_limit=1, sysparm_display_value="true"
    )
    assert shown[0]["caller_id.department"]["display_value"] == raw["caller_id.department.name"]


@pytest.mark.source("rest 3", "C")
def test_a_journal_list_holds_the_entries_of_every_journal(api):
    """Newest first, whichever journal they are of."""
    sys_id = api.create("incident", work_notes="first")["sys_id"]
    for element, text in (("comments", "second"), ("work_notes", "third")):
        api.send("PATCH", f"incident/{sys_id}", {element: text})
    asked = {"sysparm_fields": "comments_and_work_notes", "sysparm_display_value": "all"}
    merged = api.get(f"incident/{sys_id}", **asked).json["result"]["comments_and_work_notes"]
    assert merged["value"] == ""
    lines = merged["display_value"].splitlines()
    assert lines[1::3] == ["third", "second", "first"]
    assert [line.rpartition("(")[2] for line in lines[0::3]] == ["Work notes)", "Additional comments)", "Work notes)"]


@pytest.mark.source("rest 3", "D")
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        *[("1100", "1100"), ("650.50", "650.5"), ("1e3", "1000"), ("0.05", "0.05"), ("-20", "-20"), ("0", "0")],
        *[("0.30000000000000004", "0.3"), ("1.234567890123", "1.2345678901"), ("9999999999999.99", "9999999999999.99")],
    ],
)
def test_a_decimal_is_written_in_digits(api, given, kept):
    """Never with an exponent, however many zeros it ends in; a fraction is rounded to what both databases hold."""
    made = api.create("sc_cat_item", name="priced", price=given)
    assert made["price"] == kept
    (row,) = api.rows("sc_cat_item", sysparm_query=f"sys_id={made['sys_id']}", sysparm_display_value="all")
    assert row["price"] == {"display_value": kept, "value": kept}
    changed = api.send("PATCH", f"sc_cat_item/{made['sys_id']}", {"price": kept}).json["result"]
    assert (changed["price"], changed["sys_mod_count"]) == (kept, "0")
