"""Laws for every route of the tenant, so that a new one cannot be forgotten."""

import json

import pytest
from flask import Flask
from tenant_flows import signed_in
from ticketlab.connector.testing import bearer, csrf_token
from werkzeug.routing import Rule

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
FOR_PROGRAMS = ("/api/", "/lab")
TOKEN_ENDPOINT = "/<tenant>/oauth2/v2.0/token"
OPENID = {
    "/<tenant>/v2.0/.well-known/openid-configuration",
    "/<tenant>/discovery/v2.0/keys",
    "/<tenant>/oauth2/v2.0/authorize",
    "/<tenant>/openid/userinfo",
}
"""Applications and their visitors ask here; who is not known is told so in OpenID Connect's own ways."""
OPEN_TO_ALL = {"/signin", TOKEN_ENDPOINT, "/static/<path:filename>", *OPENID}
HEADERS = ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy")


def rules(tenant: Flask) -> list[Rule]:
    return [rule for rule in tenant.url_map.iter_rules() if not rule.rule.startswith("/static")]


def path_of(rule: Rule) -> str:
    path = rule.rule
    for name in rule.arguments:
        for converter in ("", "int:", "path:", "string:", "uuid:"):
            path = path.replace(f"<{converter}{name}>", "1")
    return path


def pages(tenant: Flask) -> list[tuple[str, str]]:
    """Every page route that changes something."""
    found = [
        (method, path_of(rule))
        for rule in rules(tenant)
        for method in sorted(UNSAFE & (rule.methods or set()))
        if not rule.rule.startswith(FOR_PROGRAMS) and rule.rule != TOKEN_ENDPOINT
    ]
    assert found
    return found


@pytest.mark.attack("C01")
def test_c01_every_changing_page_wants_the_session_s_own_token(tenant: Flask) -> None:
    """Without a token, with another session's and with a broken one: 400 or 403, in every route there is."""
    browser, other = signed_in(tenant), signed_in(tenant, "globaladmin@contoso.onmicrosoft.com")
    foreign = csrf_token(other, "/ticketProvisioning?change=1")
    assert len(pages(tenant)) >= 5
    for method, path in pages(tenant):
        for form in ({}, {"csrf_token": foreign}, {"csrf_token": "x"}, {"csrf_token": "é\x00"}):
            assert browser.open(path, method=method, data=form).status_code in {400, 403}, path
        body = json.dumps({"csrf_token": foreign})
        assert browser.open(path, method=method, data=body, content_type="text/plain").status_code in {400, 403}, path


@pytest.mark.attack("C02")
def test_c02_every_changing_page_refuses_other_sites(tenant: Flask) -> None:
    """The second wall stands even for whoever has the right token."""
    browser = signed_in(tenant)
    form = {"csrf_token": csrf_token(browser, "/ticketProvisioning?change=1")}
    for method, path in pages(tenant):
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            assert browser.open(path, method=method, data=form, headers=headers).status_code == 403, path


@pytest.mark.attack("X02")
def test_x02_every_page_leads_a_stranger_to_the_sign_in(tenant: Flask) -> None:
    """Whatever is not explicitly open asks who is there."""
    stranger = tenant.test_client()
    for rule in rules(tenant):
        if rule.rule in OPEN_TO_ALL or rule.rule.startswith("/lab") or "GET" not in (rule.methods or set()):
            continue
        answer = stranger.get(path_of(rule))
        if rule.rule.startswith("/api/"):
            assert answer.status_code == 401, rule.rule
        else:
            assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/signin"), rule.rule


@pytest.mark.attack("C10")
def test_c10_every_answer_carries_the_security_headers(tenant: Flask) -> None:
    """Errors, redirects and API answers included; the policy allows no inline code."""
    client = tenant.test_client()
    paths = ["/signin", "/", "/nothing", "/api/v1/me", "/lab/health", "/ticketProvisioning/callback"]
    for method in ("GET", "POST", "TRACE"):
        for path in paths:
            with client.open(path, method=method) as answer:
                assert answer.status_code < 500, path
                for header in HEADERS:
                    assert header in answer.headers, (method, path)
                assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_an_address_that_is_far_too_long_is_414(tenant: Flask) -> None:
    for path in ("/signin", "/api/v1/me", "/nothing"):
        assert tenant.test_client().get(f"{path}?x={'y' * 9000}").status_code == 414


@pytest.mark.attack("C23")
def test_c23_a_mistake_of_ours_tells_nothing(tenant: Flask) -> None:
    """No stack, no text of the error, neither as a page nor at the API."""

    def fail() -> str:
        raise ZeroDivisionError("the canary")

    tenant.testing = False
    tenant.view_functions["connection.provisioning"] = fail
    tenant.view_functions["api.me"] = fail
    browser = signed_in(tenant)
    page = browser.get("/ticketProvisioning")
    problem = browser.get("/api/v1/me", headers=bearer(browser))
    for answer in (page, problem):
        assert answer.status_code == 500
        for word in ("canary", "ZeroDivision", "Traceback", "File"):
            assert word not in answer.text
