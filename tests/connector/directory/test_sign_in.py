"""Signing in and out of the security center."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from ticketlab.connector.database import reading_session, writing_session
from ticketlab.connector.directory.models import BrowserSession, DirectoryUser
from ticketlab.connector.directory.web import safe_next
from ticketlab.connector.testing import (
    ADMIN,
    PASSWORD,
    READER,
    close,
    csrf_token,
    engine_of,
    make_tenant,
    set_clock,
    sign_in,
)
from ticketlab.shared.clock import ClockSetting

COOKIE = "ticketlab_tenant_session"


def rows(tenant: Flask) -> int:
    with reading_session(engine_of(tenant)) as session:
        return session.scalar(select(func.count()).select_from(BrowserSession)) or 0


def cookie(client: object) -> str:
    found = client.get_cookie(COOKIE, domain="localhost")  # type: ignore[attr-defined]
    assert found is not None
    return str(found.value)


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page_and_back(tenant: Flask) -> None:
    client = tenant.test_client()
    led = client.get("/ticketProvisioning?change=1")
    assert led.location == "/signin?next=/ticketProvisioning?change%3D1"
    form = {"upn": ADMIN, "password": PASSWORD, "next": "/ticketProvisioning?change=1"}
    answer = client.post("/signin", data={**form, "csrf_token": csrf_token(client)})
    assert (answer.status_code, answer.location) == (303, "/ticketProvisioning?change=1")
    assert "Sasha Ouellet" in client.get("/ticketProvisioning").text


@pytest.mark.parametrize("upn", [ADMIN, "nobody@contoso.onmicrosoft.com", "", "a\x00b", "x" * 10_000])
def test_a_wrong_password_and_an_unknown_name_read_alike(tenant: Flask, upn: str) -> None:
    client = tenant.test_client()
    form = {"upn": upn, "password": "wrong", "csrf_token": csrf_token(client)}
    answer = client.post("/signin", data=form)
    assert answer.status_code == 401
    assert "Your account or password is incorrect." in answer.text


@pytest.mark.attack("C06")
def test_c06_a_disabled_user_is_out_at_once(tenant: Flask) -> None:
    """Also in browsers where they are signed in already."""
    client = tenant.test_client()
    sign_in(client)
    with writing_session(engine_of(tenant)) as session:
        session.query(DirectoryUser).filter_by(upn=ADMIN).one().enabled = False
    assert client.get("/ticketProvisioning").status_code == 303


@pytest.mark.attack("C05")
def test_c05_signing_in_and_out_changes_the_session_id(tenant: Flask) -> None:
    """An id that somebody planted before is not adopted, and no form of before is taken after."""
    client = tenant.test_client()
    client.set_cookie(COOKIE, "A" * 43, domain="localhost")
    before = csrf_token(client)
    sign_in(client)
    signed_in = cookie(client)
    assert signed_in != "A" * 43
    assert client.post("/signout", data={"csrf_token": before}).status_code == 400
    during = csrf_token(client, "/ticketProvisioning")
    client.post("/signout", data={"csrf_token": during})
    assert cookie(client) not in {signed_in, "A" * 43}
    assert client.post("/signin", data={"csrf_token": during}).status_code == 400


@pytest.mark.attack("C06")
def test_c06_the_old_cookie_is_worth_nothing_after_signing_out(tenant: Flask) -> None:
    client = tenant.test_client()
    sign_in(client)
    old = cookie(client)
    client.post("/signout", data={"csrf_token": csrf_token(client, "/ticketProvisioning")})
    thief = tenant.test_client()
    thief.set_cookie(COOKIE, old, domain="localhost")
    assert thief.get("/ticketProvisioning").status_code == 303
    assert rows(tenant) == 0


@pytest.mark.attack("C07")
def test_c07_a_session_ends_after_half_a_day(tenant: Flask) -> None:
    """However busy it is."""
    client = tenant.test_client()
    sign_in(client)
    for minutes in range(20, 12 * 60, 20):
        set_clock(tenant, ClockSetting(offset=timedelta(minutes=minutes)))
        assert client.get("/ticketProvisioning").status_code == 200
    set_clock(tenant, ClockSetting(offset=timedelta(hours=12)))
    assert client.get("/ticketProvisioning").status_code == 303


@pytest.mark.attack("C07")
def test_c07_an_idle_session_ends_and_a_busy_one_does_not() -> None:
    """TICKETLAB_IDLE_MINUTES; a session that was seen lately is not written again."""
    tenant = make_tenant(idle_minutes=10.0)
    client = tenant.test_client()
    sign_in(client)
    for minutes, status in ((9, 200), (18, 200), (18.4, 200), (28.1, 303), (28.2, 303)):
        set_clock(tenant, ClockSetting(offset=timedelta(minutes=minutes)))
        assert client.get("/ticketProvisioning").status_code == status, minutes
    sign_in(client)
    assert client.get("/ticketProvisioning").status_code == 200
    close(tenant)


@pytest.mark.sqlite
def test_a_browser_that_reads_only_is_not_signed_out_by_a_database_that_cannot_be_written(tmp_path: Path) -> None:
    """That it was busy is not worth a failed request."""
    tenant = make_tenant(tmp_path)
    client = tenant.test_client()
    sign_in(client)
    set_clock(tenant, ClockSetting(offset=timedelta(minutes=5)))
    event.listen(engine_of(tenant), "begin", lambda connection: connection.exec_driver_sql("PRAGMA query_only=ON"))
    assert client.get("/ticketProvisioning").status_code == 200
    close(tenant)


@pytest.mark.attack("C08")
def test_c08_the_cookie_is_closed_to_scripts_and_other_sites(tenant: Flask) -> None:
    """Over https it is secure and bound to the host as well."""
    header = tenant.test_client().get("/signin").headers["Set-Cookie"]
    assert header.startswith(f"{COOKIE}=")
    assert "HttpOnly; Path=/; SameSite=Lax" in header
    secure = make_tenant(url="https://localhost")
    header = secure.test_client().get("/signin", base_url="https://localhost").headers["Set-Cookie"]
    assert header.startswith(f"__Host-{COOKIE}=")
    assert "Secure" in header
    close(secure)


@pytest.mark.attack("C08")
@pytest.mark.parametrize("value", ["", "short", "x" * 43, "é" * 43, "x" * 5000, "../../etc", "%00"])
def test_c08_a_forged_cookie_is_nobody(tenant: Flask, value: str) -> None:
    client = tenant.test_client()
    answer = client.get("/ticketProvisioning", headers={"Cookie": f"{COOKIE}={value}"})
    assert answer.status_code == 303


def test_visitors_who_do_not_sign_in_leave_no_rows(tenant: Flask) -> None:
    for _ in range(5):
        tenant.test_client().get("/signin")
    assert rows(tenant) == 0


def test_a_session_without_pages_sets_no_cookie(tenant: Flask) -> None:
    """Programs, static files and health checks get none."""
    client = tenant.test_client()
    for path in ("/lab/health", "/api/v1/me", "/static/center.css"):
        with client.get(path) as answer:
            assert "Set-Cookie" not in answer.headers


@pytest.mark.attack("B19")
@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example/", "javascript:alert(1)",
     "/\t/evil.example", "/\r\nSet-Cookie: a=b", "", None, "evil", "\\\\evil", "/\u2028x"],
)  # fmt: skip
def test_b19_after_signing_in_one_stays_on_this_host(target: str | None) -> None:
    assert safe_next(target) == "/"


def test_a_path_of_our_own_is_kept() -> None:
    assert safe_next("/securescore?tab=actions&q=//x") == "/securescore?tab=actions&q=//x"


def test_a_page_under_another_loopback_name_leads_to_the_configured_address() -> None:
    """Or the OAuth callback would come back to a host whose cookie the browser does not send."""
    made = make_tenant(url="http://127.0.0.1:8090")
    client = made.test_client()
    for other in ("http://localhost:8090", "http://[::1]:8090"):
        led = client.get("/ticketProvisioning?change=1", base_url=other)
        assert led.location == "http://127.0.0.1:8090/ticketProvisioning?change=1"
    assert client.get("/signin", base_url="http://127.0.0.1:8090").status_code == 200
    assert client.get("/lab/health", base_url="http://localhost:8090").status_code == 200
    assert client.get("/api/v1/me", base_url="http://localhost:8090").status_code == 401
    close(made)


@pytest.mark.attack("C17")
def test_c17_a_foreign_host_is_refused(tenant: Flask) -> None:
    answer = tenant.test_client().get("/signin", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text


@pytest.mark.attack("C02")
def test_c02_where_a_form_comes_from_decides(tenant: Flask) -> None:
    """``Sec-Fetch-Site`` when present, ``Origin`` only when it is absent."""
    client = tenant.test_client()
    form = {"upn": READER, "password": PASSWORD, "csrf_token": csrf_token(client)}
    for headers, status in (
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 303),
    ):
        assert client.post("/signin", data=form, headers=headers).status_code == status
