"""The test kit, as a user's tests have it: fixtures, served over HTTP, each test in a world of its own."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from patience import HANGING
from served_tenant import wait_until
from ticketlab.shared.clients.apis import ApiRefused
from ticketlab.shared.clients.page import PageUnexpected
from ticketlab.shared.clients.target import RefusedByLab
from ticketlab.shared.errors import RefusedToStart
from ticketlab.shared.kit import world


def total(servicenow):
    return len(servicenow.table("incident").query(fields="sys_id"))


def test_a_record_is_created_read_changed_found_and_deleted(servicenow):
    """Over HTTP, in the forms of the Table API."""
    incidents = servicenow.table("incident")
    made = incidents.create(short_description="The printer is on fire")
    assert incidents.read(made["sys_id"])["short_description"] == "The printer is on fire"
    changed = incidents.update(made["sys_id"], priority="1")
    assert changed["opened_by"] == made["opened_by"] == incidents.read(made["sys_id"])["opened_by"]
    assert [row["number"] for row in incidents.query("short_descriptionLIKEon fire")] == [made["number"]]
    incidents.delete(made["sys_id"])
    with pytest.raises(ApiRefused):
        incidents.read(made["sys_id"])


def test_an_answer_has_the_apps_own_headers_alone(servicenow):
    """One Server and one Date, as behind the real server."""
    answer = requests.get(servicenow.url, timeout=HANGING, allow_redirects=False)
    assert answer.headers["Server"] == "ServiceNow"
    assert answer.raw.headers.getlist("Date") == [answer.headers["Date"]]


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_has_a_fresh_world(servicenow, turn):
    """The second one finds what the first one found, and its new record has the same sys_id and number."""
    assert not servicenow.table("incident").query("short_description=mine")
    made = servicenow.table("incident").create(short_description="mine")
    first = test_each_test_has_a_fresh_world.__dict__.setdefault("made", (made["sys_id"], made["number"]))
    assert first == (made["sys_id"], made["number"])


@pytest.mark.ticketlab(ids=2)
def test_another_seed_gives_other_ids(servicenow):
    with world(ids=3) as other:
        made = [each.table("incident").create(short_description="x") for each in (servicenow, other.servicenow)]
    assert made[0]["sys_id"] != made[1]["sys_id"]
    assert made[0]["number"] == made[1]["number"]


@pytest.mark.ticketlab(release="jakarta")
def test_a_mark_chooses_the_instance_s_settings(servicenow):
    assert servicenow.lab.health()["release"] == "jakarta"


def test_an_oauth_client_gets_a_token_that_opens_the_api(servicenow):
    client = servicenow.oauth_client()
    headers = {"Authorization": f"Bearer {client.token()['access_token']}"}
    url = f"{servicenow.url}/api/now/table/incident?sysparm_limit=1"
    assert requests.get(url, headers=headers, timeout=HANGING).status_code == 200
    servicenow.clock.advance(minutes=31)
    assert requests.get(url, headers=headers, timeout=HANGING).status_code == 401


def test_a_token_that_is_refused_is_told_in_the_instance_s_words(servicenow):
    with pytest.raises(ApiRefused, match=r"answers 401: .*access_denied"):
        servicenow.oauth_client().token("admin", "wrong")


def test_a_person_allows_a_client_which_redeems_the_code(servicenow):
    """The grant that programs for people use, with nobody at the redirect URL."""
    client = servicenow.oauth_client(redirect_url="http://127.0.0.1:9/callback")
    asked = {"response_type": "code", "client_id": client.client_id, "redirect_uri": client.redirect_url, "state": "42"}
    url = f"{client.authorize_url}?{urlencode(asked)}"
    back = urlsplit(servicenow.consent(url, servicenow.user("ann", "itil")))
    assert (back.netloc, back.path) == ("127.0.0.1:9", "/callback")
    (code,), state = parse_qs(back.query)["code"], parse_qs(back.query)["state"]
    assert state == ["42"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": client.redirect_url}
    account = (client.client_id, client.client_secret)
    token = requests.post(client.token_url, data=form, auth=account, timeout=HANGING).json()["access_token"]
    me = f"{servicenow.url}/api/now/ui/user/current_user"
    told = requests.get(me, headers={"Authorization": f"Bearer {token}"}, timeout=HANGING).json()
    assert told["result"]["user_name"] == "ann"
    assert "error=access_denied" in servicenow.consent(url, allow=False)
    with pytest.raises(PageUnexpected, match="Invalid redirect_uri"):
        servicenow.consent(url.replace("callback", "elsewhere"))


def test_a_mistaken_field_of_a_user_is_told_with_those_there_are(servicenow):
    with pytest.raises(
        RefusedByLab, match="time_zone: Unknown field; the known ones are user_name, password, name, email"
    ):
        servicenow.user("u", time_zone="UTC")


def test_the_clock_stands_where_a_test_sets_it(servicenow):
    servicenow.clock.set(datetime(2020, 10, 1, 12, tzinfo=UTC))
    servicenow.clock.freeze()
    made = servicenow.table("incident").create(short_description="x")
    assert servicenow.table("incident").read(made["sys_id"])["sys_created_on"] == "2020-10-01 12:00:00"


def test_a_tenant_that_is_started_late_has_the_world_s_time(ticketlab_world):
    ticketlab_world.clock.set(datetime(2020, 10, 1, 12, tzinfo=UTC))
    ticketlab_world.clock.freeze()
    stands = ticketlab_world.clock.now()
    assert datetime.fromisoformat(ticketlab_world.security_center.lab.get("clock")["now"]) == stands


def test_a_user_without_roles_is_refused_and_the_kit_tells_why(servicenow):
    nobody = servicenow.user("nobody")
    with pytest.raises(ApiRefused):
        servicenow.table("sys_user", nobody).create(user_name="intruder")
    assert servicenow.refusals()[0]["user_name"] == "nobody"


def test_a_mistaken_role_is_told_in_the_lab_s_own_words(servicenow):
    with pytest.raises(RefusedByLab, match=r"no such role: itli is not a sys_user_role record\. Did you mean itil\?"):
        servicenow.user("u", "itli")


def test_a_ticket_travels_from_the_security_center_to_the_instance(servicenow, security_center):
    """Delivered by the tenant's own worker."""
    assert security_center.connection["status"] != "connected"
    assert security_center.connect().user == "m365.integration"
    draft = {
        "kind": "change", "name": "Turn on MFA", "description": "All admins", "priority": "2",
        "due_date": "2030-01-01", "recommendation_source": "user", "recommendation_category": "identity",
    }  # fmt: skip
    security_center.api().post("tickets", draft)
    table = servicenow.table("x_mioms_m365ticket_change_request")
    wait_until(lambda: bool(table.query("short_description=Turn on MFA")))


def test_a_case_is_broken_cured_and_gone(servicenow):
    with servicenow.case("access-token-expired") as case:
        assert case.symptom().broken
        assert case.cure().well


FAILING = """
def test_fails(servicenow):
    nobody = servicenow.user("nobody")
    servicenow.table("sys_properties", nobody).create(name="x")
"""


def test_a_failing_test_shows_why_its_requests_were_refused(tmp_path: Path):
    """Who, what, by which rule, and the record to change."""
    (tmp_path / "test_one.py").write_text(FAILING)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANGING, cwd=tmp_path, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Refused or altered by ServiceNow" in done.stdout
    assert "nobody: create sys_properties: refused" in done.stdout


MISTAKEN = """
import pytest

@pytest.mark.ticketlab(relase="jakarta")
def test_name(servicenow): ...

@pytest.mark.ticketlab("jakarta")
def test_no_name(servicenow): ...

@pytest.mark.ticketlab(release="jakrata")
def test_release(servicenow): ...

@pytest.mark.ticketlab(seed="dmeo")
def test_seed(servicenow): ...
"""


def test_a_mistake_in_a_mark_is_told_in_a_sentence(tmp_path):
    """What is wrong and what is accepted, without a traceback of the kit's own."""
    (tmp_path / "test_mistaken.py").write_text(MISTAKEN)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "test_mistaken.py"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=HANGING, cwd=tmp_path, check=False).stdout
    assert "(relase=…): there is no such setting. Did you mean release? It takes ids=…, release=…" in told
    assert "('jakarta'): a setting needs its name." in told
    assert "Unknown release 'jakrata': Choose one of" in told
    assert "Unknown seed 'dmeo': Choose demo" in told
    assert "ticketlab_world" not in told


@pytest.mark.ticketlab(seed="empty")
def test_an_empty_instance_is_used_and_connected_with_its_own_administrator_s_password(servicenow, security_center):
    """The demo's public password opens nothing there."""
    assert servicenow.credentials[1] != "admin"
    assert servicenow.table("incident").query() == []
    assert servicenow.oauth_client().token()["token_type"] == "Bearer"
    assert security_center.connect().user == "m365.integration"


def test_own_records_and_tables_are_chosen_by_text_or_path(tmp_path):
    records, tables = tmp_path / "records.toml", tmp_path / "tables.toml"
    records.write_text('[[incident]]\nshort_description = "From a file"\n[[u_badge]]\nu_colour = "green"\n')
    tables.write_text('[u_badge]\nlabel = "Badge"\nfields.u_colour = {}\n')
    for kind in (str, Path):
        with world(seed=kind(records), tables=kind(tables)) as made:
            assert [each["u_colour"] for each in made.servicenow.table("u_badge").query()] == ["green"]
            assert made.servicenow.table("u_badge").create(u_colour="red")["u_colour"] == "red"
            assert made.servicenow.table("incident").query("short_description=From a file")


def test_a_seed_that_a_world_cannot_have_is_refused_with_what_does_the_same():
    with pytest.raises(RefusedToStart, match=r"security_center\.connect\(\) connects it"), world(seed="connected"):
        pass


def test_the_clock_takes_a_moment_as_text_and_a_duration(servicenow):
    servicenow.clock.freeze()
    servicenow.clock.set("2020-10-01T12:00:00Z")
    servicenow.clock.advance(timedelta(hours=1))
    assert servicenow.clock.now() == datetime(2020, 10, 1, 13, tzinfo=UTC)
    with pytest.raises(RefusedByLab, match="'tomorrow' is not a date and time"):
        servicenow.clock.set("tomorrow")
    with pytest.raises(RefusedByLab, match="has no time zone"):
        servicenow.clock.set(datetime(2020, 10, 1, 12))  # noqa: DTZ001 - the mistake that is tried


def test_records_that_a_condition_leaves_out_are_told_with_the_condition(servicenow):
    """The client sees an empty list with a total, as on the platform; the kit says why."""
    nobody = servicenow.user("nobody")
    assert servicenow.table("incident", nobody).query(fields="number", limit=5) == []
    refused = servicenow.refusals()[0]
    assert refused["rule"] == "ACL incident (read)"
    assert "5 of 5 records are left out, for they do not match caller_id=" in refused["reason"]


LEAVING = """
import atexit, os
from pathlib import Path

@atexit.register
def tell():  # registered first, so done last
    descriptors = [Path("/proc/self/fd", each) for each in os.listdir("/proc/self/fd")]
    files = [str(each.readlink()) for each in descriptors if each.is_symlink()]
    print("open:", [each for each in files if ".db" in each])

from ticketlab.shared.kit import world
with world() as pair:
    pair.servicenow.table("incident").create(short_description="x")
"""


def test_a_process_that_used_a_world_leaves_no_database_open():
    """Python warns of such since 3.13, and where warnings are errors its last words are of exceptions."""
    done = subprocess.run([sys.executable, "-c", LEAVING], capture_output=True, text=True, timeout=HANGING, check=True)
    assert "open: []" in done.stdout, done.stdout
