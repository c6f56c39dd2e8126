"""Clients that nobody here wrote, unmodified, against a real server."""

from urllib.parse import urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from oauth_flows import (
    CALLBACK,
    VERIFIER,
    HttpBrowser,
    consent_page,
    make_client_over_http,
    make_user_over_http,
    press,
)
from patience import HANGING


@pytest.fixture(params=["client_secret_basic", "client_secret_post"])
def session(request, instance_server):
    """Authlib's own client, with either way of client authentication, its user allowing."""
    server = instance_server()
    make_user_over_http(server.url)
    client_app = make_client_over_http(server.url)
    made = OAuth2Session(
        client_app.client_id,
        client_app.secret,
        token_endpoint_auth_method=request.param,
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint=f"{server.url}/oauth_token.do",
        default_timeout=HANGING,
    )
    made.instance_url = server.url
    yield made
    made.close()


@pytest.mark.source("clients authlib", "C")
def test_authlib_connects_with_pkce_calls_and_refreshes(session):
    """Authorize, consent, exchange, call the Table API, refresh when the half hour is over, call again."""
    base = session.instance_url
    address, state = session.create_authorization_url(f"{base}/oauth_auth.do", code_verifier=VERIFIER)
    browser = HttpBrowser(base)
    parts = urlsplit(address)
    answer = press(browser, consent_page(browser, f"{parts.path}?{parts.query}"))
    token = session.fetch_token(
        f"{base}/oauth_token.do", authorization_response=answer.location, code_verifier=VERIFIER, state=state
    )
    assert token["expires_in"] == 1799
    assert session.get(f"{base}/api/now/table/incident?sysparm_limit=1", timeout=HANGING).status_code == 200
    requests.post(f"{base}/lab/clock", json={"advance": 1860}, timeout=HANGING).raise_for_status()
    assert session.get(f"{base}/api/now/table/incident?sysparm_limit=1", timeout=HANGING).status_code == 401
    fresh = session.refresh_token(f"{base}/oauth_token.do", refresh_token=token["refresh_token"])
    assert fresh["access_token"] != token["access_token"]
    assert session.get(f"{base}/api/now/table/incident?sysparm_limit=1", timeout=HANGING).status_code == 200


@pytest.mark.source("platform 1.3", "D")
def test_plain_requests_as_in_the_documentation_connect_without_pkce(instance_server):
    """The documented calls, as forms, with the secret in the body."""
    server = instance_server()
    make_user_over_http(server.url)
    client_app = make_client_over_http(server.url)
    browser = HttpBrowser(server.url)
    path = f"/oauth_auth.do?response_type=code&client_id={client_app.client_id}&redirect_uri={CALLBACK}&state=1"
    code = press(browser, consent_page(browser, path)).query["code"]
    data = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **client_app.credentials}
    token = requests.post(f"{server.url}/oauth_token.do", data=data, timeout=HANGING).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    table = f"{server.url}/api/now/table/incident"
    assert requests.get(table, headers=headers, timeout=HANGING).status_code == 200
    revoke = f"{server.url}/oauth_revoke_token.do?token={token['refresh_token']}"
    assert requests.get(revoke, timeout=HANGING).status_code == 200
    assert requests.get(table, headers=headers, timeout=HANGING).status_code == 401
