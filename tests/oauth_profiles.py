"""One instance for each security profile, for the attacks that both must survive. Every test makes its own client.

Import the fixtures ``profile`` and ``world`` where they are used.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from oauth_flows import (
    CHALLENGE,
    VERIFIER,
    Answer,
    ClientBrowser,
    OAuthClient,
    code_for,
    exchange,
    is_opaque,
    make_client,
    make_user,
    refresh,
)
from oauth_records import set_property
from set_clock import SetClock
from ticketlab.emulator.oauth.policy import DEFAULT_PROFILE
from ticketlab.emulator.testing import close, make_instance

PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
PROFILES = ("servicenow", "hardened")


@dataclass
class World:
    """An instance under one profile, a clock, a user called tickets, and a browser in which that user is known."""

    instance: Flask
    clock: SetClock
    profile: str
    browser: ClientBrowser = field(init=False)

    def __post_init__(self) -> None:
        self.browser = ClientBrowser(self.instance.test_client())

    @property
    def hardened(self) -> bool:
        return self.profile == "hardened"

    def stranger(self, address: str = "127.0.0.1") -> ClientBrowser:
        """Somebody else's browser, on another machine if need be."""
        client = self.instance.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return ClientBrowser(client)

    def client(self, name: str = "App", **values: Any) -> OAuthClient:
        return make_client(self.instance, name, **values)

    def code(self, client: OAuthClient, user_name: str = "tickets", **more: str) -> str:
        """A code by a request that either profile allows."""
        browser = self.browser if user_name == "tickets" else self.stranger()
        return code_for(browser, client, user_name, **{**PKCE, **more})

    def exchange(self, client: OAuthClient, code: str, **more: str) -> Answer:
        return exchange(self.stranger(), client, code, **{"code_verifier": VERIFIER, **more})

    def tokens(self, client: OAuthClient, user_name: str = "tickets", **more: str) -> dict[str, Any]:
        answer = self.exchange(client, self.code(client, user_name, **more))
        assert answer.status == 200, answer
        return dict(json.loads(answer.text))

    def refresh(self, client: OAuthClient, token: str, **more: str) -> Answer:
        return refresh(self.stranger(), client, token, **more)

    def calls(self, token: str) -> int:
        """The status of an API call with a token."""
        headers = {"Authorization": f"Bearer {token}"}
        return self.stranger().get("/api/now/table/incident?sysparm_limit=1", headers).status

    def refuses(self, answer: Answer, error: str) -> bool:
        """Whether it is the profile's answer for this RFC 6749 error: the platform's own, or that very error."""
        if not self.hardened:
            return is_opaque(answer)
        expected = 401 if error == "invalid_client" else 400
        return answer.status == expected and json.loads(answer.text)["error"] == error


@pytest.fixture(scope="module", params=PROFILES)
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def world(profile: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    clock = SetClock()
    instance = make_instance(real_clock=clock)
    set_property(instance, DEFAULT_PROFILE, profile)
    make_user(instance)
    yield World(instance, clock, profile)
    close(instance)
