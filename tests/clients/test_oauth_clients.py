"""Clients that nobody here wrote, unmodified: authlib and requests-oauthlib drive every grant on a real server."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwk, jwt
from oauth_flows import (
    CALLBACK,
    PASSWORD,
    VERIFIER,
    HttpBrowser,
    OAuthClient,
    consent_page,
    make_client_over_http,
    make_user_over_http,
    press,
)
from oauthlib.oauth2 import BackendApplicationClient, LegacyApplicationClient, WebApplicationClient
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, OAuth2Error
from patience import HANGING
from requests_oauthlib import OAuth2Session
from ticketlab.emulator.oauth.clients import JWT_BEARER
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.command.ports import Port
from ticketlab.shared.command.server import Server, wait_for

ADMIN = ("admin", "admin")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of this module's own, with an integration user, and client credentials switched on."""
    folder = tmp_path_factory.mktemp("clients")
    close(make_instance(folder))
    port = Port("127.0.0.1", 0)
    server = Server("emulator", port, {"TICKETLAB_DATA": str(folder), "TICKETLAB_EMULATOR_URL": port.url})
    server.start()
    try:
        wait_for((server,), seconds=HANGING)
        make_user_over_http(server.url)
        enabled = {"name": "glide.oauth.inbound.client.credential.grant_type.enabled", "value": "true"}
        write(server.url, "sys_properties", enabled)
        yield server.url
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def _over_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """oauthlib refuses plain http unless it is told that this is a lab."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture(params=["servicenow", "hardened"])
def client(request: pytest.FixtureRequest, url: str) -> OAuthClient:
    return make_client_over_http(url, profile=request.param)


@pytest.fixture
def own_client(url: str) -> OAuthClient:
    """A client with an OAuth Application User."""
    return make_client_over_http(url, user=user_id(url))


def write(url: str, table: str, values: dict[str, str]) -> dict[str, str]:
    answer = requests.post(f"{url}/api/now/table/{table}", json=values, auth=ADMIN, timeout=HANGING)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["result"])


def user_id(url: str) -> str:
    path = f"{url}/api/now/table/sys_user?sysparm_query=user_name=tickets&sysparm_fields=sys_id"
    return str(requests.get(path, auth=ADMIN, timeout=HANGING).json()["result"][0]["sys_id"])


def allow(url: str, address: str) -> str:
    """Where a browser arrives whose user logs in and allows."""
    browser = HttpBrowser(url)
    parts = urlsplit(address)
    return press(browser, consent_page(browser, f"{parts.path}?{parts.query}")).location


def reads(session: requests.Session, url: str) -> bool:
    return session.get(f"{url}/api/now/table/incident?sysparm_limit=1", timeout=HANGING).status_code == 200


@pytest.mark.source("clients requests-oauthlib", "C")
@pytest.mark.parametrize("in_body", [False, True], ids=["basic", "body"])
def test_requests_oauthlib_connects_with_pkce_and_refreshes(url: str, client: OAuthClient, in_body: bool):
    """The web application's flow, with either way of client authentication, under either profile."""
    made = WebApplicationClient(client.client_id, code_verifier=VERIFIER)
    with OAuth2Session(client=made, redirect_uri=CALLBACK, pkce="S256") as session:
        address, _state = session.authorization_url(f"{url}/oauth_auth.do")
        token = session.fetch_token(
            f"{url}/oauth_token.do",
            authorization_response=allow(url, address),
            client_secret=client.secret,
            include_client_id=in_body,
            timeout=HANGING,
        )
        assert token["expires_in"] == 1799
        assert reads(session, url)
        fresh = session.refresh_token(f"{url}/oauth_token.do", timeout=HANGING, **client.credentials)
        assert fresh["refresh_token"]
        assert reads(session, url)


@pytest.mark.source("clients requests-oauthlib", "C")
def test_requests_oauthlib_uses_the_password_grant(url: str):
    """The legacy application's flow."""
    client = make_client_over_http(url)
    with OAuth2Session(client=LegacyApplicationClient(client.client_id)) as session:
        session.fetch_token(
            f"{url}/oauth_token.do",
            username="tickets",
            password=PASSWORD,
            client_secret=client.secret,
            include_client_id=True,
            timeout=HANGING,
        )
        assert reads(session, url)


@pytest.mark.source("clients requests-oauthlib", "C")
def test_requests_oauthlib_uses_client_credentials(url: str, own_client: OAuthClient):
    """The backend application's flow."""
    with OAuth2Session(client=BackendApplicationClient(own_client.client_id)) as session:
        token = session.fetch_token(f"{url}/oauth_token.do", client_secret=own_client.secret, timeout=HANGING)
        assert "refresh_token" not in token
        assert reads(session, url)


@pytest.mark.source("clients requests-oauthlib", "C")
def test_requests_oauthlib_understands_a_refusal(url: str, client: OAuthClient):
    """The platform's own error, or the one that RFC 6749 names."""
    with OAuth2Session(client=LegacyApplicationClient(client.client_id)) as session:
        with pytest.raises(OAuth2Error) as refused:
            session.fetch_token(
                f"{url}/oauth_token.do",
                username="tickets",
                password="wrong",
                client_secret=client.secret,
                include_client_id=True,
                timeout=HANGING,
            )
        assert refused.value.error in {"server_error", "unauthorized_client"} or isinstance(
            refused.value, CustomOAuth2Error
        )


def authlib_session(url: str, client: OAuthClient, method: str = "client_secret_basic") -> AuthlibSession:
    return AuthlibSession(
        client.client_id,
        client.secret or None,
        token_endpoint_auth_method=method,
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint=f"{url}/oauth_token.do",
        default_timeout=HANGING,
    )


@pytest.mark.source("clients authlib", "C")
def test_authlib_connects_refreshes_and_revokes(url: str, client: OAuthClient):
    """Authorization code with PKCE, refresh, revocation; after that nothing opens."""
    with authlib_session(url, client) as session:
        address, state = session.create_authorization_url(f"{url}/oauth_auth.do", code_verifier=VERIFIER)
        arrived = allow(url, address)
        session.fetch_token(authorization_response=arrived, code_verifier=VERIFIER, state=state)
        assert reads(session, url)
        token = session.refresh_token(f"{url}/oauth_token.do", refresh_token=session.token["refresh_token"])
        assert reads(session, url)
        done = session.revoke_token(f"{url}/oauth_revoke_token.do", token["refresh_token"], "refresh_token")
        assert done.status_code == 200
        assert not reads(session, url)


@pytest.mark.source("clients authlib", "C")
def test_authlib_connects_as_a_public_client(url: str):
    """No secret: the verifier alone."""
    public = make_client_over_http(url, public_client=True)
    bare = OAuthClient(public.sys_id, public.client_id, "")
    with authlib_session(url, bare, "none") as session:
        address, state = session.create_authorization_url(f"{url}/oauth_auth.do", code_verifier=VERIFIER)
        arrived = allow(url, address)
        session.fetch_token(authorization_response=arrived, code_verifier=VERIFIER, state=state)
        assert reads(session, url)


@pytest.mark.source("clients authlib", "C")
def test_authlib_uses_the_password_grant_and_client_credentials(url: str, own_client: OAuthClient):
    """Two grants of one session."""
    with authlib_session(url, own_client, "client_secret_post") as session:
        session.fetch_token(grant_type="password", username="tickets", password=PASSWORD)
        assert reads(session, url)
        session.fetch_token(grant_type="client_credentials")
        assert reads(session, url)


@pytest.mark.source("clients authlib", "C")
def test_authlib_exchanges_a_signed_assertion(url: str):
    """The JWT bearer grant, signed by a key that an administrator gave the instance the public half of."""
    user = user_id(url)
    client = make_client_over_http(url)
    path = f"{url}/api/now/table/oauth_entity/{client.sys_id}"
    done = requests.patch(path, json={"type": "jwt_client", "user_field": "sys_id"}, auth=ADMIN, timeout=HANGING)
    assert done.status_code == 200, done.text
    key = jwk.RSAKey.import_key(rsa.generate_private_key(65537, 2048))
    entry = {"name": "key", "oauth_entity": client.sys_id, "kid": "k1"}
    write(url, "jwt_verifier_map", {**entry, "certificate": key.as_pem(private=False).decode()})
    expires = int((datetime.now(UTC) + timedelta(minutes=5)).timestamp())
    claims = {"aud": client.client_id, "iss": client.client_id, "sub": user, "exp": expires, "jti": "once"}
    assertion = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, key)
    with authlib_session(url, client, "client_secret_post") as session:
        session.fetch_token(grant_type=JWT_BEARER, assertion=assertion)
        assert reads(session, url)


@pytest.mark.source("attacks A41", "D")
def test_authlib_reads_the_metadata_once_a_client_is_hardened(url: str):
    """RFC 8414: the endpoints as a client discovers them."""
    make_client_over_http(url, profile="hardened")
    found = requests.get(f"{url}/.well-known/oauth-authorization-server", timeout=HANGING)
    told = AuthorizationServerMetadata(json.loads(found.text))
    assert told["issuer"] == url
    assert told["token_endpoint"] == f"{url}/oauth_token.do"
