"""Races for codes, refresh tokens and a client about to be disabled: twenty at once, two worker processes."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest
import requests
from oauth_flows import (
    CHALLENGE,
    VERIFIER,
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
from patience import HANGING

CALLERS = 20
ROUNDS = 5


@pytest.fixture
def url(instance_server, where) -> str:
    server = instance_server(workers=2, **where)
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
    answer = requests.get(f"{url}/api/now/table/incident?sysparm_limit=1", headers=headers, timeout=HANGING)
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
        requests.post(f"{url}/lab/clock", json={"advance": 1860}, timeout=HANGING).raise_for_status()
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


@pytest.mark.attack("R02")
def test_r02_twenty_refreshes_of_a_hardened_client_leave_no_two_families(url):
    """Exactly one new pair, given twice at most; the others' use ends the family, so nothing of it lives twice."""
    client = make_client_over_http(url, profile="hardened")
    requests.post(f"{url}/lab/clock", json={"freeze": True}, timeout=HANGING).raise_for_status()
    browser = HttpBrowser(url)
    code = code_for(browser, client, code_challenge=CHALLENGE, code_challenge_method="S256")
    first = json.loads(exchange(browser, client, code, code_verifier=VERIFIER).text)
    answers = at_once(url, lambda each: refresh(each, client, first["refresh_token"]))
    given = {answer.text for answer in answers if answer.status == 200}
    assert len(given) == 1
    assert Counter(answer.status for answer in answers) == {200: 2, 400: CALLERS - 2}
    assert not works(url, json.loads(given.pop())["access_token"])


@pytest.mark.attack("R03")
def test_r03_exchanges_while_the_client_is_disabled_leave_no_living_token(url, client_app):
    """Whatever was given out in the same moment is dead once the client is inactive, and stays so."""
    browser = HttpBrowser(url)
    codes = [code_for(browser, client_app) for _ in range(CALLERS - 1)]
    waiting = iter(codes)
    lock = Lock()

    def exchange_or_disable(each: HttpBrowser) -> Answer:
        with lock:
            code = next(waiting, "")
        if code:
            return exchange(each, client_app, code)
        path = f"{url}/api/now/table/oauth_entity/{client_app.sys_id}"
        done = requests.patch(path, json={"active": "false"}, auth=("admin", "admin"), timeout=HANGING)
        assert done.status_code == 200, done.text
        return Answer(done.status_code, done.headers, "")

    answers = at_once(url, exchange_or_disable)
    assert {answer.status for answer in answers} <= {200, 401}
    given = [json.loads(answer.text) for answer in answers if answer.status == 200 and answer.text]
    assert not any(works(url, each["access_token"]) for each in given)
    assert all(is_opaque(refresh(browser, client_app, each["refresh_token"])) for each in given)
