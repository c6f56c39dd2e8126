"""Lists: columns, the query in words, order, search, paging."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest
from people import PASSWORD, Person, api, make_person, path_of


def query_of(address):
    return parse_qs(urlsplit(address).query).get("sysparm_query", [""])[0]


def test_list_shows_labels_and_leads_to_records(looking):
    """A list has the dictionary's labels as headers, and its first column leads to each record's form."""
    page = looking.get("/incident_list.do?sysparm_query=number=INC0000016")
    assert page.status == 200
    assert "Short description" in page.text
    assert path_of(page.link("INC0000016")) == "/incident.do"


def test_list_of_unknown_table_is_refused_in_the_platforms_words(looking):
    """A table that does not exist is told as the API tells it."""
    page = looking.get("/no_such_table_list.do")
    assert page.status == 400
    assert "Invalid table no_such_table" in page.alerts


def test_list_without_login_leads_to_login_and_back(untouched):
    """Somebody who is not signed in is led to the login, which knows the way back."""
    answer = untouched.test_client().get("/incident_list.do?sysparm_query=active=true")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login.do?sysparm_login_url=incident_list.do%3Fsysparm_query")


def test_breadcrumbs_say_the_query_in_words(looking):
    """Each condition stands in labels, with the label of a choice and the name of a referenced record."""
    user = api(looking.client.application, "GET", "/api/now/table/sys_user?sysparm_query=user_name=admin")[0]
    query = f"active=true^priorityIN1,2^caller_id={user['sys_id']}^short_descriptionLIKEmail^ORshort_descriptionISEMPTY"
    page = looking.get(f"/incident_list.do?sysparm_query={quote(query)}")
    labels = [label for label, _address in page.links]
    assert "Active = true" in labels
    assert "Priority is one of 1 - Critical, 2 - High" in labels
    assert "Caller = System Administrator" in labels
    assert "Short description contains mail or Short description is empty" in labels


def test_breadcrumb_leads_to_the_list_up_to_there(looking):
    """A step's link keeps the conditions up to it and the order; its cross leaves out just that one."""
    page = looking.get("/incident_list.do?sysparm_query=active=true^priority=1^state=1^ORDERBYnumber")
    assert query_of(page.link("All")) == "ORDERBYnumber"
    assert query_of(page.link("Priority = 1 - Critical")) == "active=true^priority=1^ORDERBYnumber"
    crosses = [address for label, address in page.links if label == "\N{MULTIPLICATION SIGN}"]
    assert query_of(crosses[1]) == "active=true^state=1^ORDERBYnumber"


def test_header_sorts_and_turns(looking):
    """A header orders by its column, pressed again it turns the order; aria-sort tells."""
    page = looking.get("/incident_list.do?sysparm_query=active=true^ORDERBYstate")
    address = page.link("Number")
    assert query_of(address) == "active=true^ORDERBYnumber"
    page = looking.get(address)
    assert 'aria-sort="ascending"' in page.html
    assert query_of(page.link("Number ▲")) == "active=true^ORDERBYDESCnumber"


def test_list_without_an_order_shows_the_newest_number_first(looking):
    """What is numbered stands newest first; the header says so, and the address stays as it was given."""
    page = looking.get("/incident_list.do?sysparm_query=active=true")
    numbers = [label for label, _address in page.links if label.startswith("INC")]
    assert numbers == sorted(numbers, reverse=True)
    assert query_of(page.link("Number ▼")) == "active=true^ORDERBYnumber"
    assert query_of(page.link("Active = true")) == "active=true"


def test_list_of_named_records_stands_by_name(looking):
    """Tables, users and the like are looked up by their names."""
    assert 'aria-sort="ascending"' in looking.get("/sys_db_object_list.do").html


def test_order_may_stand_in_parameters_of_its_own(looking):
    """sysparm_order and sysparm_order_direction order the list."""
    page = looking.get("/incident_list.do?sysparm_order=number&sysparm_order_direction=desc")
    assert 'aria-sort="descending"' in page.html


def test_search_adds_a_condition(looking):
    """Searching narrows the list that is shown and keeps its order."""
    page = looking.get(
        "/incident_list.do?sysparm_query=active=true^ORDERBYnumber"
        "&sysparm_search_field=short_description&sysparm_search_text=mail"
    )
    assert page.status == 302
    assert query_of(page.location) == "active=true^short_descriptionLIKEmail^ORDERBYnumber"


def test_search_finds_choices_by_label_and_references_by_name(looking):
    """A person types what the list shows, not the values behind it."""
    start = "/incident_list.do?sysparm_search_field={}&sysparm_search_text={}"
    assert query_of(looking.get(start.format("priority", "critical")).location) == "priorityIN1"
    assert query_of(looking.get(start.format("caller_id", "Luke")).location) == "caller_id.nameLIKELuke"


def test_search_for_a_caret_stays_inside_its_value(looking):
    """A caret ends a condition, so a searched one is doubled and cannot add a condition of its own."""
    page = looking.get("/incident_list.do?sysparm_search_field=short_description&sysparm_search_text=a^active=false")
    assert query_of(page.location) == "short_descriptionLIKEa^^active=false"
    assert "Active" not in [label for label, _address in looking.follow(page).links if "=" in label]


def test_paging_shows_twenty_and_leads_on(looking):
    """Pages of 20 rows, from sysparm_first_row on, with the range and the total."""
    page = looking.get("/sys_dictionary_list.do")
    assert "1 to 20 of" in page.text
    following = looking.get(page.link("Next"))
    assert "21 to 40 of" in following.text
    assert path_of(following.link("Previous")) == "/sys_dictionary_list.do"
    last = looking.get(page.link("Last"))
    assert "Next" not in [label for label, _address in last.links]


@pytest.mark.parametrize("row", ["0", "-5", "abc", "9" * 30, "٣", ""])
def test_first_row_that_is_no_row_means_the_first(looking, row):
    """Bad input never becomes a fault."""
    assert looking.get(f"/incident_list.do?sysparm_first_row={quote(row)}").status == 200


def test_dropped_terms_are_told(looking):
    """A condition that is not understood is left out, and the page says so."""
    page = looking.get("/incident_list.do?sysparm_query=no_such_field=1")
    assert "Left out of the filter" in page.text
    assert "no_such_field=1" in page.text


def test_query_with_too_many_terms_is_refused(looking):
    """A query over the limit gets an error page, not a fault."""
    page = looking.get(f"/incident_list.do?sysparm_query={'^'.join(['active=true'] * 501)}")
    assert page.status == 400
    assert "at most 500 terms" in page.alerts[0]


@pytest.mark.source("security-center.md, names", "D")
def test_class_label_is_seen_on_the_list_of_changes(instance, admin):
    """A ticket's class stands in the list of all change requests, letter for letter."""
    api(instance, "POST", "/api/now/table/x_mioms_m365ticket_change_request", {"short_description": "Turn on MFA"})
    page = admin.get("/change_request_list.do?sysparm_query=short_description=Turn on MFA")
    assert "Microsoft 365 Security and Configuration Change Request" in page.text
    number = next(label for label, _address in page.links if label.startswith("CHG"))
    assert path_of(page.link(number)) == "/x_mioms_m365ticket_change_request.do"


def test_values_are_text_not_markup(instance, admin):
    """What a record holds is shown as text wherever it stands."""
    script = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    made = api(instance, "POST", "/api/now/table/incident", {"short_description": script, "description": script})
    for path in (
        f"/incident_list.do?sysparm_query=sys_id={made['sys_id']}",
        f"/incident_list.do?sysparm_query=short_description={quote(script)}",
        f"/incident.do?sys_id={made['sys_id']}",
        f"/navigator.do?filter={quote(script)}",
        "/home.do",
    ):
        page = admin.get(path)
        assert "<script>alert" not in page.html, path
        assert "<img src=x" not in page.html, path


def test_list_says_how_many_rows_security_removed(instance):
    """Rows that the user may not read are missing from a page, and their number is told."""
    make_person(instance, "nobody")
    page = Person(instance).log_in("nobody", PASSWORD).get("/change_request_list.do")
    assert page.status == 200
    assert "Number of rows removed from this list by Security constraints: " in page.text
    assert "No records to display" in page.text


@pytest.mark.source("rest 10", "C")
def test_a_tiny_address_shows_the_list_that_the_long_one_would(looking):
    """The API that shortens an address answers with that of a page."""
    app = looking.client.application
    url = "https://h/api/now/table/incident?sysparm_query=number%3DINC0000016"
    tiny = app.test_client().post("/api/now/tinyurl", auth=("admin", "admin"), json={"url": url}).json["result"]
    page = looking.get(f"/{tiny}")
    assert page.link("INC0000016")
    assert "INC0000017" not in page.text
    assert looking.get("/incident_list.do?sysparm_tiny=junk").status == 400


def test_every_table_has_a_list_and_a_form(looking):
    """Unions of tables among them, whose records have no column in common but the system's."""
    tables = api(looking.client.application, "GET", "/api/now/doc/table/schema")
    seen = {(each["value"], page): looking.get(page).status for each in tables for page in pages_of(each["value"])}
    assert {page: status for page, status in seen.items() if status not in {200, 302, 403}} == {}
    assert seen["sys_metadata", "/sys_metadata_list.do"] == 200


def pages_of(table):
    return f"/{table}_list.do", f"/{table}.do?sys_id=-1"
