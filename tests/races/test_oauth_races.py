"""Races for one code and one refresh token: twenty clients at once, two worker processes."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import requests
from oauth_flows import (
    Answer,
    HttpBrowser,
    OAuthClient,
    code_for,
    exchange,
    is_opaque,
    make_client_over_http,
    make_user_over_http,
    refresh,
)

CALLERS = 20
ROUNDS = 5


@pytest.fixture
def url(instance_server) -> str:
    server = instance_server(workers=2)
    make_user_over_http(server.url)
    return server.url


@pytest.fixture
def client_app(url) -> OAuthClient:
    return make_client_over_http(url)


def at_once(url: str, call) -> list[Answer]:
    """The answers of CALLERS callers who start together, each with a connection of its own."""
    barrier = Barrier(CALLERS)

    def one(_number: int) -> Answer:
        browser = HttpBrowser(url)
        barrier.wait()
        return call(browser)

    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(one, range(CALLERS)))


def works(url: str, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{url}/api/now/table/incident?sysparm_limit=1", headers=headers, timeout=30)
    return answer.status_code == 200


@pytest.mark.attack("R01")
def test_r01_of_twenty_exchanges_of_one_code_one_succeeds(url, client_app):
    """Exactly one success, no server error, and the tokens it gave live."""
    browser = HttpBrowser(url)
    for _ in range(ROUNDS):
        code = code_for(browser, client_app)
        answers = at_once(url, lambda each, code=code: exchange(each, client_app, code))
        assert Counter(answer.status for answer in answers) == {200: 1, 401: CALLERS - 1}
        assert all(is_opaque(answer) for answer in answers if answer.status != 200)
        (won,) = [json.loads(answer.text) for answer in answers if answer.status == 200]
        assert works(url, won["access_token"])


@pytest.mark.attack("R02")
@pytest.mark.source("platform 1.5", "D")
def test_r02_twenty_refreshes_give_one_living_token(url, client_app):
    """No rotation: all get the same access token, also in the moment when the old one has expired."""
    browser = HttpBrowser(url)
    first = json.loads(exchange(browser, client_app, code_for(browser, client_app)).text)
    before = first["access_token"]
    for _ in range(ROUNDS):
        requests.post(f"{url}/lab/clock", json={"advance": 1860}, timeout=30).raise_for_status()
        answers = at_once(url, lambda each: refresh(each, client_app, first["refresh_token"]))
        assert Counter(answer.status for answer in answers) == {200: CALLERS}
        bodies = {answer.text for answer in answers}
        assert len(bodies) == 1
        body = json.loads(bodies.pop())
        assert body["access_token"] != before
        assert body["refresh_token"] == first["refresh_token"]
        assert works(url, body["access_token"])
        assert not works(url, before)
        before = body["access_token"]
