"""Who sent a request and under which name: other sites (C02), bare cookies (C03), foreign hosts (C17), in both apps."""

import re

import pytest
from app_routes import changing, every
from flask import Flask
from flask.testing import FlaskClient

EVIL = "evil.example"
ELSEWHERE = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Sec-Fetch-Site": "nonsense"},
    {"Origin": f"https://{EVIL}"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "null"},
)
AT_HOME = (
    {},
    {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "http://localhost"},
)
FOR_EVERYBODY = {"/api/now/oauth/jwks"}
"""Addresses of the APIs that ask for no identity: public keys."""

FORWARDED = {
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "10.9.8.7",
    "X-Forwarded-Port": "99",
    "X-Forwarded-Prefix": "/evil",
    "Forwarded": f"host={EVIL};proto=https",
    "X-Original-URL": "/evil",
}


def is_instance(app: Flask) -> bool:
    return "pages" in app.blueprints


def token_of(app: Flask, client: FlaskClient) -> dict[str, str]:
    """What the session's own forms carry."""
    page, name = ("/elevate_role.do", "sysparm_ck") if is_instance(app) else ("/ticketConfiguration", "csrf_token")
    found = re.search(rf'name="{name}" value="([^"]+)"', client.get(page).text)
    assert found
    return {name: found[1]}


@pytest.mark.attack("C02")
def test_c02_no_page_takes_a_form_from_elsewhere_though_it_has_the_right_token(site):
    """``Sec-Fetch-Site`` decides when it is there; ``Origin``, foreign or null, only when it is not."""
    app, client = site
    token = token_of(app, client)
    for method, path in changing(app):
        for headers in ELSEWHERE:
            answer = client.open(path, method=method, data=token, headers=headers)
            assert answer.status_code == 403, (method, path, headers)
    assert token_of(app, client), "somebody was signed out"


@pytest.mark.attack("C02")
def test_c02_a_form_from_our_own_page_is_taken(site):
    """So is what no browser sent: it has no such header."""
    app, client = site
    path = "/elevate_role.do" if is_instance(app) else "/ticketConfiguration"
    for headers in AT_HOME:
        assert client.post(path, data=token_of(app, client), headers=headers).status_code in {302, 303}, headers


@pytest.mark.attack("C03")
def test_c03_no_api_takes_the_cookie_for_an_identity(site):
    """Each method of each address under /api/: signed in, and without the token that goes with it, is 401."""
    app, client = site
    asked = [(method, path) for method, path in every(app) if path.startswith("/api/") and path not in FOR_EVERYBODY]
    asked = [each for each in asked if each[0] != "OPTIONS"]
    assert len(asked) > 10
    for method, path in asked:
        with client.open(path, method=method, json={} if method not in {"GET", "HEAD"} else None) as answer:
            assert answer.status_code == 401, (method, path)


@pytest.mark.attack("C17")
def test_c17_nothing_is_believed_of_a_proxy_that_nobody_named(site):
    """Neither links nor redirects, nor cookies, nor the address that is judged follow what the sender claims."""
    app, client = site
    pages = (
        ("/home.do", "/incident_list.do") if is_instance(app) else ("/securescore/AdminMFAV2", "/ticketProvisioning")
    )
    for path in pages:
        answer = client.get(path, headers=FORWARDED)
        assert answer.status_code == 200, path
        assert EVIL not in answer.text
        assert "10.9.8.7" not in answer.text
        assert "Strict-Transport-Security" not in answer.headers
        led = app.test_client().get(path, headers=FORWARDED)
        assert led.status_code in {302, 303}
        assert led.location.startswith(("/", "http://localhost/")), led.location
        assert "evil" not in str(led.headers)


@pytest.mark.attack("C17")
def test_c17_a_foreign_host_names_nothing_that_lasts(site):
    """The tenant refuses it. The instance answers, as the platform does, and shows and stores nothing of it."""
    app, client = site
    for host in (EVIL, "localhost.evil.example", "localhost@evil.example", "a b", "[::1", "localhost:99999"):
        for path in ("/login.do", "/home.do", "/signin", "/securescore/AdminMFAV2"):
            answer = client.get(path, headers={"Host": host})
            assert answer.status_code in ({200, 302, 404} if is_instance(app) else {303, 400, 404}), (host, path)
            assert EVIL not in answer.text
            assert EVIL not in answer.headers.get("Location", "")


@pytest.mark.attack("C17")
def test_c17_a_host_that_cannot_be_one_is_no_fault(site):
    """A part of it is longer than any name may be; the page that says so has links, which need an address."""
    _app, client = site
    for path in ("/login.do", "/signin", "/api/now/table/incident", "/lab/health"):
        assert 300 <= client.get(path, headers={"Host": "a" * 64}).status_code < 500, path
