"""Microsoft Secure Score: the catalogue, the pages, the Share menu, the API."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from faults.fake_instance import FakeInstance
from flask import Flask
from flask.testing import FlaskClient
from tenant_flows import connect, provision, signed_in
from ticketlab.connector.securescore import SecureScore
from ticketlab.connector.securescore.profiles import CATEGORIES, catalogue, profiles_from, scores_from
from ticketlab.connector.testing import READER, bearer, csrf_token, engine_of, set_clock
from ticketlab.shared.clock import ClockSetting, SystemClock
from ticketlab.shared.web.parts import part_of

REAL = {
    "AdminMFAV2",
    "MFARegistrationV2",
    "BlockLegacyAuthentication",
    "PWAgePolicyNew",
    "SigninRiskPolicy",
    "UserRiskPolicy",
    "OneAdmin",
    "RoleOverlap",
    "SelfServicePasswordReset",
    "PasswordHashSync",
    "IntegratedApps",
    "mip_search_auditlog",
    "mip_sensitivitylabelspolicies",
    "mip_autosensitivitylabelspolicies",
    "DLPEnabled",
    "CustomerLockBoxEnabled",
    "exo_mailtipsenabled",
    "exo_mailboxaudit",
    "exo_storageproviderrestricted",
    "exo_outlookaddins",
    "mdo_safeattachments",
    "mdo_safelinksforemail",
    "mdo_zapmalware",
    "mdo_commonattachmentsfilter",
    "mdo_bulkthreshold",
    "mdo_highconfidencephishaction",
    "mdo_spamaction",
    "mdo_enablemailboxintelligence",
    "scid_2004",
}
THREATS = {
    "accountBreach",
    "dataDeletion",
    "dataExfiltration",
    "dataSpillage",
    "elevationOfPrivilege",
    "maliciousInsider",
    "passwordCracking",
    "phishingOrWhaling",
    "spoofing",
}


@pytest.fixture
def browser(tenant: Flask) -> FlaskClient:
    return signed_in(tenant)


def titles(client: FlaskClient, query: str) -> list[str]:
    """The actions that the list shows, in its order."""
    return re.findall(
        r'<th scope="row"><a href="/securescore/(\w+)"', client.get(f"/securescore?tab=actions&{query}").text
    )


def test_catalogue_holds_at_least_sixty_actions_in_graphs_shape():
    """Ids of real tenants, at most 10 points each, values that Graph knows (security-center, D)."""
    actions = catalogue()
    assert len(actions) >= 60
    assert set(actions) >= REAL
    for action in actions.values():
        assert 0 < action.max_score <= 10
        assert action.category in {"Identity", "Data", "Device", "Apps"}
        assert action.implementation_cost in {"low", "moderate", "high"}
        assert action.user_impact in {"low", "moderate", "high"}
        assert action.tier in {"Core", "Defense in Depth", "Advanced"}
        assert action.threats
        assert set(action.threats) <= THREATS
        assert len(action.next_steps) >= 2
        assert action.remediation_impact


def test_tenants_export_of_graph_loads_as_it_is(tenant: Flask):
    """With keys of later versions, nulls and missing texts."""
    profile = {
        "id": "X",
        "title": "An action",
        "controlCategory": "Apps",
        "maxScore": 10,
        "rank": None,
        "actionUrl": None,
        "remediation": "<p>Do it</p>",
        "complianceInformation": [],
        "threats": ["spoofing"],
    }
    day = {
        "createdDateTime": "2026-11-01T00:00:00Z",
        "currentScore": 5.5,
        "maxScore": 10,
        "averageComparativeScores": [],
    }
    scores = {"value": [{**day, "controlScores": [{"controlName": "X", "score": 5.5, "source": "new"}]}]}
    score = SecureScore(engine_of(tenant), SystemClock(), profiles_from({"value": [profile]}), scores_from(scores))
    overview = score.overview()
    assert (overview.current, overview.maximum, overview.percent) == (5.5, 10, 55)
    assert [action.id for action in score.actions()] == ["X"]


def test_overview_shows_score_categories_comparison_and_history(browser: FlaskClient):
    """The ring has its percentage as text; the history is a table for a screen reader."""
    text = browser.get("/securescore").text
    assert re.search(r'role="img" aria-label="Secure score: \d+%"', text)
    for heading in ("Your secure score", "Points by category", "Comparison", "History", "Improvement actions"):
        assert heading in text
    assert all(category in text for category in CATEGORIES)


def test_history_ends_today(tenant: Flask):
    """Stored days are moved: a quarter of 2020 would look like a standstill since."""
    set_clock(tenant, ClockSetting(frozen_at=datetime(2021, 3, 1, 23, 59, 59, tzinfo=UTC)))
    today = date(2021, 3, 1)
    days = [day for day, _score in part_of(tenant, SecureScore).overview().history]
    assert days[-1] == today
    assert days == sorted(days)
    assert days[0] > today - timedelta(days=100)


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("category=Device", lambda found: len(found) >= 10 and all(each.startswith("scid_") for each in found)),
        ("search=legacy+authentication", lambda found: found == ["BlockLegacyAuthentication"]),
        ("search=ADMINMFAV2", lambda found: found == ["AdminMFAV2"]),
        ("status=completed&category=Identity", lambda found: "PWAgePolicyNew" in found and "AdminMFAV2" not in found),
        ("search=nothing+fits+this", lambda found: found == []),
        ("category=Nonsense&order=nonsense&group=nonsense", lambda found: len(found) == len(catalogue())),
        ("group=service", lambda found: sorted(found) == sorted(catalogue())),
    ],
)
def test_list_is_narrowed_by_what_was_chosen(query: str, holds, browser: FlaskClient):
    """Search, category, status, group: by GET, so that a list can be bookmarked; nonsense counts as not chosen."""
    assert holds(titles(browser, query))


def test_list_is_ordered_by_rank_points_left_or_name(browser: FlaskClient):
    """Points left weigh with difficulty and user impact; what is complete comes last."""
    by_rank, by_points, by_name = (titles(browser, f"order={order}") for order in ("rank", "points", "name"))
    assert sorted(by_rank) == sorted(by_points) == sorted(by_name)
    assert len({tuple(by_rank), tuple(by_points), tuple(by_name)}) == 3
    assert (
        by_rank.index("mdo_enablemailboxintelligence") < by_rank.index("SigninRiskPolicy") < by_rank.index("OneAdmin")
    )
    assert [catalogue()[each].title.casefold() for each in by_name] == sorted(
        action.title.casefold() for action in catalogue().values()
    )


def test_action_page_says_all_there_is_to_know(browser: FlaskClient):
    """At a glance, user impact, users affected, implementation."""
    text = browser.get("/securescore/AdminMFAV2").text
    for part in (
        "At a glance",
        "User impact",
        "Users affected",
        "2 of 5",
        "Implementation",
        "Prerequisites",
        "Next steps",
    ):
        assert part in text
    assert "Devices affected" in browser.get("/securescore/scid_2004").text
    assert browser.get("/securescore/nope").status_code == 404


def share_menu(client: FlaskClient) -> list[str]:
    text = client.get("/securescore/AdminMFAV2").text.partition('id="share"')[2].partition("</details>")[0]
    return re.findall(r"<li><a [^>]*>([^<]+)</a>", text)


USUAL = ["Email", "Microsoft Teams", "Microsoft Planner"]


def test_share_menu_has_no_servicenow_until_connected(tenant: Flask, browser: FlaskClient):
    """Neither unconfigured nor provisioned without authorisation."""
    assert share_menu(browser) == USUAL
    provision(tenant)
    assert share_menu(browser) == USUAL


def test_share_menu_has_servicenow_when_connected_and_the_user_may(tenant: Flask, instance: FakeInstance):
    """A security reader sees everything and does not share with ServiceNow."""
    assert share_menu(connect(tenant)) == [*USUAL, "ServiceNow"]
    assert share_menu(signed_in(tenant, READER)) == USUAL


def test_copied_link_leads_to_the_action_at_the_configured_address(browser: FlaskClient):
    """It is there to copy without a script, too."""
    assert (
        '<input id="link" readonly value="http://localhost/securescore/AdminMFAV2">'
        in browser.get("/securescore/AdminMFAV2").text
    )


def decide(client: FlaskClient, control: str, **values: str) -> int:
    token = csrf_token(client, "/securescore")
    return client.post(f"/securescore/{control}", data={"csrf_token": token, **values}).status_code


def test_status_and_notes_are_kept(tenant: Flask, browser: FlaskClient):
    """Resolved through third party earns the points; a risk accepted does not."""
    score = part_of(tenant, SecureScore)
    before = score.overview().current
    assert decide(browser, "SigninRiskPolicy", status="risk_accepted", notes="Signed by the board") == 303
    assert score.overview().current == before
    assert decide(browser, "SigninRiskPolicy", status="third_party", notes="Done by <another> product") == 303
    assert score.overview().current == before + 7
    text = browser.get("/securescore/SigninRiskPolicy").text
    assert "Resolved through third party" in text
    assert "Done by &lt;another&gt; product" in text


def test_status_is_not_for_device_actions_for_completed_ones_or_for_readers(tenant: Flask, browser: FlaskClient):
    """Devices are handled in Defender; the system alone completes (security-center, D)."""
    assert decide(browser, "scid_2010", status="planned") == 409
    assert decide(browser, "PWAgePolicyNew", status="planned") == 409
    assert decide(browser, "AdminMFAV2", status="completed") == 422
    assert decide(browser, "AdminMFAV2", status="planned", notes="x" * 2001) == 422
    assert decide(signed_in(tenant, READER), "AdminMFAV2", status="planned") == 403
    assert "/manage" not in browser.get("/securescore/scid_2010").text


def test_api_pages_through_all_actions(tenant: Flask):
    """In Graph's words, each once; ``search`` and ``category`` narrow it."""
    client, headers = tenant.test_client(), bearer(tenant.test_client())
    path, found = "/api/v1/improvement-actions?limit=25", []
    while path:
        body = client.get(path, headers=headers).get_json()
        found += [each["id"] for each in body["value"]]
        path = body["next"]
    assert len(found) == len(set(found)) == len(catalogue())
    one = client.get("/api/v1/improvement-actions/AdminMFAV2", headers=headers).get_json()
    assert (one["controlCategory"], one["maxScore"], one["pointsLeft"], one["status"]) == (
        "Identity",
        10,
        6,
        "to_address",
    )
    wanted = client.get("/api/v1/improvement-actions?category=Data&search=lockbox", headers=headers).get_json()
    assert [each["id"] for each in wanted["value"]] == ["CustomerLockBoxEnabled"]
    assert client.get("/api/v1/improvement-actions/nope", headers=headers).status_code == 404
    assert client.get("/api/v1/improvement-actions?category=Nope", headers=headers).status_code == 422
    assert client.get("/api/v1/improvement-actions?after=nope", headers=headers).status_code == 404


def test_api_sets_a_status(tenant: Flask):
    """As the page does."""
    client, headers = tenant.test_client(), bearer(tenant.test_client())
    path = "/api/v1/improvement-actions/AdminMFAV2/status"
    told = client.put(path, json={"status": "planned", "notes": "In spring"}, headers=headers).get_json()
    assert (told["status"], told["notes"]) == ("planned", "In spring")
    assert client.put(path, json={"status": "completed"}, headers=headers).status_code == 422
