"""The loop over time: tokens that expire, clocks that move, and two apps in one browser."""

import pytest
import requests
from patience import HANGING
from ticketlab.shared.clients.apis import TenantApi
from ticketlab.shared.ticket import TicketKind

HALF_AN_HOUR_AND_A_MINUTE = 31 * 60


def connection(connected) -> dict:
    return TenantApi(connected.tenant, "contoso", "secadmin").get("connection")


@pytest.mark.source("platform 1.5", "D")
def test_with_both_clocks_moved_past_the_access_token_the_story_goes_on(connected):
    """The access token lives 30 minutes; it is renewed in silence."""
    first = connected.story.send_example(TicketKind.CHANGE, 0)
    connected.pair.advance(HALF_AN_HOUR_AND_A_MINUTE)
    second = connected.story.send_example(TicketKind.INCIDENT, 1)
    assert second.number != first.number
    connected.story.set_state(first, {"state": "-4"})
    connected.story.see_on_card(first, "Assess")
    assert connection(connected)["status"] == "connected"


def test_with_only_the_instances_clock_moved_one_401_renews_the_token(connected):
    """The tenant believes its token still good, and learns better."""
    connected.pair.lab(connected.instance, "clock", {"advance": HALF_AN_HOUR_AND_A_MINUTE})
    sent = connected.story.send_example(TicketKind.CHANGE, 0)
    assert sent.number.startswith("CHG")
    assert connection(connected)["status"] == "connected"


def test_a_grant_that_is_lost_leaves_tickets_waiting_and_nothing_else_broken(connected):
    """After 101 days without a call the refresh token is dead: reconnect needed, the ticket waits."""
    connected.pair.lab(connected.instance, "clock", {"advance": 101 * 24 * 3600})
    api = TenantApi(connected.tenant, "contoso", "secadmin")
    api.post("sync")
    status = connection(connected)
    assert status["status"] == "provisioned"
    assert connected.browser.open(connected.tenant).status == 200
    connected.browser.open(f"{connected.tenant}/ticketProvisioning").expect("Authorize")


def test_one_browser_stays_signed_in_to_both_apps(connected):
    """Cookies know no ports, so the two apps' cookies have different names."""
    connected.browser.open(f"{connected.instance}/home.do").expect("System Administrator")
    connected.browser.open(connected.tenant).expect("Sign out")
    connected.browser.open(f"{connected.instance}/home.do").expect("System Administrator")


@pytest.mark.parametrize("name", ["localhost", "[::1]"])
@pytest.mark.parametrize("side", ["emulator", "connector"])
def test_a_page_under_another_loopback_name_leads_to_the_configured_address(running_pair, side, name):
    """Or the OAuth callback would come back to a browser without its session."""
    own = running_pair.emulator_url if side == "emulator" else running_pair.connector_url
    port = own.rpartition(":")[2]
    page = "/home.do?x=1" if side == "emulator" else "/securescore?x=1"
    answer = requests.get(f"{own}{page}", headers={"Host": f"{name}:{port}"}, allow_redirects=False, timeout=HANGING)
    assert answer.status_code == 302
    assert answer.headers["Location"] == own + page


def test_the_rest_api_answers_under_any_name(pair):
    answer = requests.get(
        f"{pair.emulator_url}/api/now/table/incident?sysparm_limit=1&sysparm_fields=caller_id",
        headers={"Host": "dev00001.example.com"},
        auth=("admin", "admin"),
        timeout=HANGING,
    )
    assert answer.status_code == 200
    assert answer.json()["result"][0]["caller_id"]["link"].startswith(
        "http://dev00001.example.com/api/now/table/sys_user/"
    )


FOREIGN = [
    {"headers": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, "json": {}},
    {"headers": {"Content-Type": "text/plain"}, "data": "{}"},
    {"headers": {"Content-Type": "application/x-www-form-urlencoded"}, "data": "a=b"},
    {"headers": {"Host": "evil.example"}, "json": {}},
]


@pytest.mark.parametrize("request_", FOREIGN, ids=["cross-site", "text/plain", "form", "rebound name"])
@pytest.mark.parametrize("side", ["emulator", "connector"])
@pytest.mark.parametrize("path", ["reset", "clock", "seed"])
def test_the_lab_refuses_what_a_foreign_page_could_send(running_pair, side, path, request_):
    url = running_pair.emulator_url if side == "emulator" else running_pair.connector_url
    assert requests.post(f"{url}/lab/{path}", timeout=HANGING, **request_).status_code == 403
