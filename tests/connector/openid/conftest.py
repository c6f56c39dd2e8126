"""A tenant whose directory an instance lets people sign in with, and the instance's side of it on Authlib."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from authlib.common.security import generate_token
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet
from ticketlab.connector.testing import ADMIN, close, make_tenant, sign_in
from ticketlab.shared.secret import Secret
from ticketlab.shared.single_sign_on import client_id_of
from werkzeug.test import TestResponse

SECRET = "a secret both sides know"
CALLBACK = "http://127.0.0.1:8080/sso_callback.do"


@pytest.fixture
def tenant() -> Iterator[Flask]:
    made = make_tenant(instances={"dev00001": "http://127.0.0.1:8080"}, sso_client_secret=Secret(SECRET), seed="demo")
    yield made
    close(made)


@dataclass
class Instance:
    """An application that lets people sign in, step by step."""

    tenant: Flask
    browser: FlaskClient
    verifier: str = ""
    nonce: str = ""

    def __post_init__(self) -> None:
        self.verifier, self.nonce = generate_token(48), generate_token(24)

    @property
    def parameters(self) -> dict[str, str]:
        return {
            "response_type": "code",
            "client_id": client_id_of("dev00001", "contoso"),
            "redirect_uri": CALLBACK,
            "scope": "openid profile email",
            "state": "the-state",
            "nonce": self.nonce,
            "code_challenge": create_s256_code_challenge(self.verifier),
            "code_challenge_method": "S256",
        }

    def authorize(self, **changes: str) -> TestResponse:
        asked = {name: value for name, value in {**self.parameters, **changes}.items() if value}
        return self.browser.get(f"/contoso/oauth2/v2.0/authorize?{urlencode(asked)}")

    def code(self) -> str:
        answer = self.authorize()
        assert answer.status_code == 302, answer.text
        return parse_qs(urlsplit(answer.location).query)["code"][0]

    def exchange(self, code: str, **changes: str) -> TestResponse:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "client_id": client_id_of("dev00001", "contoso"),
            "client_secret": SECRET,
            "code_verifier": self.verifier,
        }
        data = {name: value for name, value in {**form, **changes}.items() if value}
        return self.tenant.test_client().post("/contoso/oauth2/v2.0/token", data=data)

    def claims(self, id_token: str) -> dict[str, Any]:
        """What a token says, once its signature is found right by a published key."""
        keys = self.tenant.test_client().get("/contoso/discovery/v2.0/keys").get_json()
        return dict(jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims)


@pytest.fixture
def instance(tenant: Flask) -> Instance:
    browser = tenant.test_client()
    sign_in(browser, ADMIN)
    return Instance(tenant, browser)
