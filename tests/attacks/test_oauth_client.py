"""The tenant as an OAuth client of a hostile or broken authorization server (attacks B)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from faults.fake_instance import CONNECTION, METADATA, TOKEN, FakeInstance, fake_instance
from faults.fault_server import answering, fault_server, flooding
from flask import Flask
from tenant_flows import PAGE, authorize_again, come_back, connect, row_of, set_out, signed_in, status_of
from ticketlab.connector.connection.service import Connections
from ticketlab.connector.connection.status import Reason, State
from ticketlab.connector.servicenow.tokens import LONGEST_LIFE, USUAL_LIFE
from ticketlab.connector.testing import ADMIN, READER, bearer, close, make_tenant, set_clock, sign_in
from ticketlab.shared.clock import ClockSetting
from ticketlab.shared.web.parts import part_of

GLOBAL_ADMIN = "globaladmin@contoso.onmicrosoft.com"
NOW = datetime(2026, 7, 9, 12, tzinfo=UTC)


@pytest.fixture
def instance() -> Iterator[FakeInstance]:
    with fake_instance() as running:
        yield running


@pytest.fixture
def tenant(instance: FakeInstance) -> Iterator[Flask]:
    made = make_tenant(instances={"dev00001": instance.url})
    yield made
    close(made)


def nothing_was_asked(instance: FakeInstance) -> bool:
    return not instance.heard_at(TOKEN)


@pytest.mark.attack("B01")
def test_b01_a_callback_without_a_state_is_refused(tenant: Flask, instance: FakeInstance) -> None:
    """No state, no token request."""
    browser = signed_in(tenant)
    set_out(browser)
    assert come_back(browser, code="the-code").status_code == 400
    assert nothing_was_asked(instance)


@pytest.mark.attack("B01")
@pytest.mark.parametrize("state", ["x" * 43, "x" * 5000, "é\u202e", "%00", "' OR 1=1 --"])
def test_b01_a_callback_with_a_foreign_state_is_refused(tenant: Flask, instance: FakeInstance, state: str) -> None:
    """A state that was never given out opens nothing, whatever it looks like."""
    browser = signed_in(tenant)
    set_out(browser)
    assert come_back(browser, state=state, code="the-code").status_code == 400
    assert nothing_was_asked(instance)


@pytest.mark.attack("B01")
def test_b01_the_state_of_another_browser_is_refused_and_lives_on(tenant: Flask, instance: FakeInstance) -> None:
    """Only the browser that set out may come back, and a stranger who tries does not spoil it."""
    owner, stranger = signed_in(tenant), signed_in(tenant, GLOBAL_ADMIN)
    state = set_out(owner).state
    assert come_back(stranger, state=state, code="the-code").status_code == 400
    assert nothing_was_asked(instance)
    assert come_back(owner, state=state, code="the-code").status_code == 303
    assert status_of(tenant).connected


@pytest.mark.attack("B02")
def test_b02_a_callback_is_used_once(tenant: Flask, instance: FakeInstance) -> None:
    """The second time is refused, in the same browser as well as with a copy of its old cookie."""
    browser = signed_in(tenant)
    cookie = browser.get_cookie("ticketlab_tenant_session", domain="localhost")
    assert cookie is not None
    state = set_out(browser).state
    assert come_back(browser, state=state, code="the-code").status_code == 303
    thief = tenant.test_client()
    thief.set_cookie("ticketlab_tenant_session", cookie.value, domain="localhost")
    assert come_back(browser, state=state, code="the-code").status_code == 400
    assert come_back(thief, state=state, code="the-code").status_code == 400
    assert len(instance.heard_at(TOKEN)) == 1


@pytest.mark.attack("B03")
def test_b03_a_state_older_than_ten_minutes_is_refused(tenant: Flask, instance: FakeInstance) -> None:
    """Whoever stays away for longer begins anew."""
    browser = signed_in(tenant)
    state = set_out(browser).state
    set_clock(tenant, ClockSetting(offset=timedelta(minutes=10, seconds=5)))
    assert come_back(browser, state=state, code="the-code").status_code == 400
    assert nothing_was_asked(instance)


@pytest.mark.attack("B03")
def test_b03_many_starts_in_one_browser_keep_the_cookie_small(tenant: Flask) -> None:
    """States lie in the database: every start has its own, the cookie stays as it is."""
    browser = signed_in(tenant)
    states = {set_out(browser).state} | {authorize_again(browser).state for _ in range(19)}
    assert len(states) == 20
    cookie = browser.get_cookie("ticketlab_tenant_session", domain="localhost")
    assert cookie is not None
    assert len(cookie.value) < 100
    assert come_back(browser, state=states.pop(), code="the-code").status_code == 303


@pytest.mark.attack("B04")
def test_b04_an_error_with_markup_is_shown_as_text(tenant: Flask, instance: FakeInstance) -> None:
    """What a hostile instance says is text, and the state is required for saying it."""
    browser = signed_in(tenant)
    state = set_out(browser).state
    bad = {"error": "access_denied", "error_description": "<script>alert(1)</script>"}
    assert come_back(browser, **bad).status_code == 400
    assert come_back(browser, state=state, **bad).status_code == 303
    page = browser.get(PAGE).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert status_of(tenant).reason is Reason.DENIED
    assert nothing_was_asked(instance)


@pytest.mark.attack("B05")
@pytest.mark.parametrize("iss", [None, "https://evil.example", ""])
def test_b05_a_wrong_or_missing_issuer_is_refused_when_promised(
    tenant: Flask, instance: FakeInstance, iss: str | None
) -> None:
    """Metadata that promises ``iss`` bind the server to it: no code is sent otherwise."""
    instance.metadata = {"issuer": instance.url, "authorization_response_iss_parameter_supported": True}
    browser = signed_in(tenant)
    answer = {"state": set_out(browser).state, "code": "the-code"} | ({} if iss is None else {"iss": iss})
    assert come_back(browser, **answer).status_code == 400
    assert nothing_was_asked(instance)


@pytest.mark.attack("B05")
def test_b05_the_promised_issuer_is_accepted(tenant: Flask, instance: FakeInstance) -> None:
    instance.metadata = {"issuer": instance.url, "authorization_response_iss_parameter_supported": True}
    browser = signed_in(tenant)
    state = set_out(browser).state
    assert come_back(browser, state=state, code="the-code", iss=instance.url).status_code == 303
    assert status_of(tenant).connected


@pytest.mark.attack("B05")
def test_b05_a_server_without_metadata_promises_no_issuer(tenant: Flask, instance: FakeInstance) -> None:
    """ServiceNow publishes no metadata: ``iss`` is neither expected nor looked at."""
    browser = signed_in(tenant)
    state = set_out(browser).state
    assert come_back(browser, state=state, code="the-code", iss="https://anything.example").status_code == 303
    assert instance.heard_at(METADATA)
    assert status_of(tenant).connected


GOOD = {"access_token": "t", "token_type": "Bearer", "expires_in": 1799, "refresh_token": "r"}
USELESS = {
    "no access token": {"token_type": "Bearer", "expires_in": 1799},
    "empty access token": GOOD | {"access_token": ""},
    "null access token": GOOD | {"access_token": None},
    "number for a token": GOOD | {"access_token": 7},
    "token with a line break": GOOD | {"access_token": "a\r\nX-Evil: 1"},
    "token that is far too long": GOOD | {"access_token": "x" * 9000},
    "mac token": GOOD | {"token_type": "mac"},
    "no token type": {"access_token": "t"},
    "array": [GOOD],
    "null": None,
    "text": "hello",
    "deep": "[" * 100_000,
    "lone surrogate": json.dumps(GOOD | {"access_token": "\ud800"}),
    "not UTF-8": b'{"access_token": "\xff\xfe"}',
    "error beside a token": GOOD | {"error": "server_error"},
}


@pytest.mark.attack("B08")
@pytest.mark.parametrize("body", USELESS.values(), ids=USELESS.keys())
def test_b08_an_answer_that_is_no_token_is_refused(tenant: Flask, instance: FakeInstance, body: object) -> None:
    """Nothing is stored of it, and the page says that it failed."""
    instance.overrides[TOKEN] = answering(200, body)
    browser = signed_in(tenant)
    assert come_back(browser, state=set_out(browser).state, code="the-code").status_code == 303
    assert row_of(tenant).access_token is None
    assert status_of(tenant).reason is Reason.FAILED
    assert browser.get(PAGE).status_code == 200


@pytest.mark.attack("B08")
def test_b08_an_html_page_with_status_200_is_refused(tenant: Flask, instance: FakeInstance) -> None:
    """A hibernating instance answers 200 with a page to everything."""
    instance.overrides[TOKEN] = answering(200, "<html>Your instance is hibernating</html>", "text/html")
    browser = signed_in(tenant)
    come_back(browser, state=set_out(browser).state, code="the-code")
    assert status_of(tenant).state is State.PROVISIONED
    assert "hibernating" in browser.get(PAGE).text


@pytest.mark.attack("B08")
def test_b08_ten_megabytes_are_not_read(tenant: Flask, instance: FakeInstance) -> None:
    instance.overrides[TOKEN] = flooding(10_000_000)
    browser = signed_in(tenant)
    come_back(browser, state=set_out(browser).state, code="the-code")
    assert status_of(tenant).reason is Reason.FAILED
    assert "more than" in status_of(tenant).detail


EXPIRIES = {
    "absent": (..., USUAL_LIFE),
    "text": ("1799", 1799),
    "nonsense": ("soon", USUAL_LIFE),
    "negative": (-1, USUAL_LIFE),
    "zero": (0, USUAL_LIFE),
    "a million years": (10**12, LONGEST_LIFE),
    "beyond floats": (10**400, USUAL_LIFE),
    "NaN": (float("nan"), USUAL_LIFE),
    "infinite": (float("inf"), USUAL_LIFE),
    "true": (True, USUAL_LIFE),
    "list": ([1], USUAL_LIFE),
}


@pytest.mark.attack("B09")
@pytest.mark.parametrize(("given", "seconds"), EXPIRIES.values(), ids=EXPIRIES.keys())
def test_b09_no_expiry_makes_a_token_valid_for_ever(
    tenant: Flask, instance: FakeInstance, given: object, seconds: int
) -> None:
    """An unusable lifetime becomes the usual one, an absurd one is clamped; ``BEARER`` is Bearer."""
    tokens = {**GOOD, "token_type": "BEARER", "expires_in": given}
    instance.overrides[TOKEN] = answering(200, {name: value for name, value in tokens.items() if value is not ...})
    set_clock(tenant, ClockSetting(frozen_at=NOW))
    connect(tenant)
    row = row_of(tenant)
    assert (row.authorized_at, row.expires_at) == (NOW, NOW + timedelta(seconds=seconds))


@pytest.mark.attack("B11")
def test_b11_a_renewal_without_a_refresh_token_keeps_the_old_one(tenant: Flask, instance: FakeInstance) -> None:
    connect(tenant)
    instance.overrides[TOKEN] = answering(200, {"access_token": "later", "token_type": "Bearer", "expires_in": 1799})
    instance.valid = {"later"}
    before = row_of(tenant).refresh_token
    set_clock(tenant, ClockSetting(offset=timedelta(minutes=31)))
    assert part_of(tenant, Connections).client().connection()["connected_user"] == "m365.integration"
    assert row_of(tenant).refresh_token == before


@pytest.mark.attack("B15")
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_b15_a_redirecting_token_endpoint_is_not_followed(tenant: Flask, instance: FakeInstance, status: int) -> None:
    """The secret goes to the instance that was configured, and nowhere else."""
    with fault_server(answering(200, GOOD)) as elsewhere:
        instance.overrides[TOKEN] = answering(status, "", Location=f"{elsewhere.url}/oauth_token.do")
        browser = signed_in(tenant)
        come_back(browser, state=set_out(browser).state, code="the-code")
        assert elsewhere.heard == []
    assert status_of(tenant).reason is Reason.FAILED


@pytest.mark.attack("B16")
def test_b16_the_redirect_address_is_the_configured_one(tenant: Flask) -> None:
    """A forged Host or proxy header does not change where the instance sends the browser back to."""
    browser = signed_in(tenant)
    set_out(browser)
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    api = bearer(browser)
    answer = tenant.test_client().post("/api/v1/connection/authorize", headers={**api, **forged, "Host": "127.0.0.2"})
    assert "redirect_uri=http%3A%2F%2Flocalhost%2FticketProvisioning%2Fcallback" in answer.get_json()["authorize_url"]


@pytest.mark.attack("B17")
def test_b17_no_secret_reaches_the_browser(tenant: Flask) -> None:
    """Neither secret nor token nor verifier stands in a page, a cookie or an address."""
    browser = signed_in(tenant)
    journey = set_out(browser)
    assert set(journey.asked) == {
        "response_type", "client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method",
    }  # fmt: skip
    come_back(browser, state=journey.state, code="the-code")
    seen = "".join(browser.get(page).text for page in (PAGE, f"{PAGE}?change=1"))
    seen += str(browser.get("/api/v1/connection", headers=bearer(browser)).get_json())
    for secret in ("the-client-secret", "access-1", "refresh-1"):
        assert secret not in seen


@pytest.mark.attack("B18")
def test_b18_removal_erases_here_even_when_the_instance_does_not_hear() -> None:
    with fake_instance() as instance:
        tenant = make_tenant(instances={"dev00001": instance.url})
        connect(tenant)
    assert part_of(tenant, Connections).remove()
    assert part_of(tenant, Connections).current() is None
    close(tenant)


@pytest.mark.attack("B06")
def test_b06_the_state_of_one_instance_does_not_finish_another(instance: FakeInstance) -> None:
    """Whoever re-provisions meanwhile makes older journeys end nowhere: the code goes to neither."""
    with fake_instance() as other:
        tenant = make_tenant(instances={"dev00001": instance.url, "dev00002": other.url})
        browser = signed_in(tenant)
        old = set_out(browser).state
        set_out(browser, instance="dev00002")
        assert come_back(browser, state=old, code="the-code").status_code == 400
        assert nothing_was_asked(instance)
        assert nothing_was_asked(other)
        close(tenant)


@pytest.mark.attack("B20")
def test_b20_setting_out_needs_the_form_s_token(tenant: Flask) -> None:
    """Another site can neither provision nor authorise in a signed-in person's name."""
    browser = signed_in(tenant)
    set_out(browser)
    assert browser.post(f"{PAGE}/authorize").status_code == 400
    assert browser.post(f"{PAGE}/remove").status_code == 400
    assert browser.post(PAGE, data={"instance": "dev00001"}).status_code == 400
    forged = {"Sec-Fetch-Site": "cross-site"}
    assert browser.post(f"{PAGE}/authorize", headers=forged).status_code == 403


@pytest.mark.attack("B20")
def test_b20_signing_in_as_another_does_not_finish_a_connection(tenant: Flask, instance: FakeInstance) -> None:
    """The state belongs to the session, and signing in begins a new one."""
    browser = signed_in(tenant)
    state = set_out(browser).state
    sign_in(tenant.test_client(), ADMIN)
    other = signed_in(tenant, READER)
    assert come_back(other, state=state, code="the-code").status_code == 400
    assert nothing_was_asked(instance)
    assert instance.heard_at(CONNECTION) == []
