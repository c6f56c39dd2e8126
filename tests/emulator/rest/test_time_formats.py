"""Times as a user's own formats and the instance's properties have them (rest 3)."""

import re

import pytest
from ticketlab.emulator.testing import close, make_instance

from .conftest import Api

BOTH = "opened_at,sys_created_on"


@pytest.fixture
def european(api, make_user):
    """Reads days first and hours of twelve, in Berlin."""
    made = make_user("itil")
    sys_id = api.rows("sys_user", sysparm_query=f"user_name={made.auth[0]}")[0]["sys_id"]
    formats = {"date_format": "dd/MM/yyyy", "time_format": "hh:mm:ss a", "time_zone": "Europe/Berlin"}
    assert api.send("PATCH", f"sys_user/{sys_id}", formats).status_code == 200
    return made


def opened(client, record, display):
    answer = client.get(f"incident/{record['sys_id']}", sysparm_fields="opened_at", sysparm_display_value=display)
    return answer.json["result"]["opened_at"]


@pytest.mark.source("rest 3", "C")
def test_a_moment_is_displayed_in_the_users_own_format(api, european):
    """The raw value is the same for everybody."""
    record = api.create("incident", opened_at="2026-07-29 21:46:48")
    shown = "29/07/2026 11:46:48 PM"
    assert opened(european, record, "true") == shown
    assert opened(european, record, "all") == {"display_value": shown, "value": "2026-07-29 21:46:48"}
    assert opened(european, record, "false") == "2026-07-29 21:46:48"
    assert opened(api, record, "true") == "2026-07-29 14:46:48"


@pytest.mark.source("rest 2", "D")
@pytest.mark.parametrize("given", ["29/07/2026 11:46:48 PM", "2026-07-29 23:46:48"])
def test_display_input_is_read_in_the_users_own_format(european, given):
    """The platform's own format is understood, too (ours)."""
    answer = european.send("POST", "incident", {"opened_at": given}, sysparm_input_display_value="true")
    assert answer.json["result"]["opened_at"] == "2026-07-29 21:46:48"


@pytest.mark.source("rest 2", "D")
def test_raw_input_is_never_read_in_the_users_format(european):
    record = european.create("incident", due_date="29/07/2026 11:46:48 PM")
    assert record["due_date"] == ""


@pytest.mark.source("rest 3", "C")
def test_a_journals_headings_are_in_the_users_own_format(api, european):
    record = api.create("incident", work_notes="checked")
    answer = european.get(f"incident/{record['sys_id']}", sysparm_fields="work_notes", sysparm_display_value="true")
    heading = answer.json["result"]["work_notes"].splitlines()[0]
    assert re.fullmatch(r"[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9:]{8} [AP]M - System Administrator .Work notes.", heading)


@pytest.mark.source("rest 3", "C")
def test_a_day_is_displayed_in_the_users_own_format(api, european):
    user = api.rows("sys_user", sysparm_query=f"user_name={european.auth[0]}")[0]["sys_id"]
    api.send("PATCH", f"sys_user/{user}", {"last_login": "2026-02-03"})
    answer = european.get(f"sys_user/{user}", sysparm_fields="last_login", sysparm_display_value="true")
    assert answer.json["result"]["last_login"] == "03/02/2026"


@pytest.mark.source("rest 8", "D")
def test_change_management_shows_the_users_own_format(api, european):
    change = api.create("change_request", start_date="2026-07-29 21:46:48")
    answer = european.open(f"/api/sn_chg_rest/change/{change['sys_id']}").json["result"]["start_date"]
    assert answer["display_value"] == "29/07/2026 11:46:48 PM"
    assert answer["value"] == "2026-07-29 21:46:48"


@pytest.fixture
def own_instance():
    """An instance whose properties may be changed."""
    made = make_instance()
    yield Api(made)
    close(made)


@pytest.mark.source("rest 3", "C")
def test_the_properties_hold_for_whoever_has_no_format(own_instance):
    api = own_instance
    for name, value in (("glide.sys.date_format", "dd.MM.yyyy"), ("glide.sys.time_format", "HH:mm")):
        row = api.rows("sys_properties", name=name)[0]
        assert api.send("PATCH", f"sys_properties/{row['sys_id']}", {"value": value}).status_code == 200
    record = api.create("incident", opened_at="2026-07-29 21:46:48")
    assert opened(api, record, "true") == "29.07.2026 14:46"
    me = api.rows("sys_user", user_name="admin")[0]["sys_id"]
    api.send("PATCH", f"sys_user/{me}", {"date_format": "dd-MM-yyyy"})
    assert opened(api, record, "true") == "29-07-2026 14:46"
