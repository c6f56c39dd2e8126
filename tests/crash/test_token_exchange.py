"""A real server killed while it gives out tokens: before or after, never between."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import requests
from oauth_flows import (
    CHALLENGE,
    VERIFIER,
    Answer,
    HttpBrowser,
    code_for,
    exchange,
    make_client_over_http,
    make_user_over_http,
    refresh,
)
from patience import HANGING
from ticketlab.emulator.testing import close, make_instance

HOOKS = Path(__file__).parent / "kill_points"
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
EXCHANGE = ("before code used", "after code used", "after token written", "before commit", "after commit")
ROTATION = ("before token written", "after token written", "after token changed", "before commit", "after commit")


@pytest.fixture
def run(instance_server, tmp_path, monkeypatch):
    """Start the instance; with a point, it dies there once ``armed`` exists. Returns its address.

    Its clock stands still, over restarts, too: a code lives for a minute, which a start may take.
    """
    armed = tmp_path / "armed"
    close(make_instance(tmp_path / "kept"))  # seeded already, so that it starts at once

    def _run(point: str = "") -> str:
        monkeypatch.setenv("PYTHONPATH", str(HOOKS))
        monkeypatch.setenv("KILL_AT", point)
        monkeypatch.setenv("KILL_WHEN", str(armed))
        url = str(instance_server(data=tmp_path / "kept").url)
        requests.post(f"{url}/lab/clock", json={"freeze": True}, timeout=HANGING).raise_for_status()
        return url

    _run.armed = armed
    return _run


def dies(run, call: Callable[[], Answer]) -> None:
    """Make the call that kills the server."""
    run.armed.touch()
    with pytest.raises(requests.ConnectionError):
        call()
    assert not run.armed.exists()


def works(url: str, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.get(f"{url}/api/now/table/incident?sysparm_limit=1", headers=headers, timeout=HANGING)
    return answer.status_code == 200


def kept(folder: Path, query: str) -> list[tuple]:
    """What stands in the dead instance's database."""
    with closing(sqlite3.connect(folder / "kept" / "emulator.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return connection.execute(query).fetchall()


def with_marks(points: tuple[str, ...], quick: set[str]) -> list:
    """One point of each kind in every run, the rounds through all of them in the long one."""
    return [each if each in quick else pytest.param(each, marks=pytest.mark.long) for each in points]


@pytest.mark.attack("S03")
@pytest.mark.parametrize("profile", ["servicenow", pytest.param("hardened", marks=pytest.mark.long)])
@pytest.mark.parametrize("point", with_marks(EXCHANGE, {"after token written", "after commit"}))
def test_s03_exchange_killed_leaves_a_usable_code_or_valid_tokens(run, tmp_path, profile, point):
    """Either the code is unused and there is no token, or it is used and both tokens are there."""
    url = run(point)
    make_user_over_http(url)
    client = make_client_over_http(url, profile=profile)
    browser = HttpBrowser(url)
    code = code_for(browser, client, **PKCE)
    dies(run, lambda: exchange(browser, client, code, code_verifier=VERIFIER))
    used = kept(tmp_path, "SELECT used_at FROM oauth_authorization_code")[0][0] is not None
    tokens = kept(tmp_path, "SELECT type FROM oauth_credential ORDER BY type")
    assert used == (point == "after commit")
    assert tokens == ([("access_token",), ("refresh_token",)] if used else [])
    again = HttpBrowser(run())
    retry = exchange(again, client, code, code_verifier=VERIFIER)
    assert (retry.status == 200) != used
    if not used:
        assert works(again.url, json.loads(retry.text)["access_token"])
    fresh = exchange(again, client, code_for(again, client, **PKCE), code_verifier=VERIFIER)
    assert works(again.url, json.loads(fresh.text)["access_token"])


@pytest.mark.attack("S02")
@pytest.mark.parametrize("point", with_marks(ROTATION, {"before commit"}))
def test_s02_rotation_killed_gives_its_successor_to_the_retry(run, tmp_path, point):
    """The old refresh token still works, or gives the very successor that was written: one living pair either way."""
    url = run(point)
    make_user_over_http(url)
    client = make_client_over_http(url, profile="hardened")
    browser = HttpBrowser(url)
    first = json.loads(exchange(browser, client, code_for(browser, client, **PKCE), code_verifier=VERIFIER).text)
    dies(run, lambda: refresh(browser, client, first["refresh_token"]))
    rows = kept(tmp_path, "SELECT count(*) FROM oauth_credential WHERE type = 'refresh_token'")
    assert rows == [(2 if point == "after commit" else 1,)]
    again = HttpBrowser(run())
    retry = refresh(again, client, first["refresh_token"])
    assert retry.status == 200
    second = json.loads(retry.text)
    assert works(again.url, second["access_token"])
    assert refresh(again, client, second["refresh_token"]).status == 200
    living = kept(tmp_path, "SELECT count(*) FROM oauth_credential WHERE type = 'access_token' AND revoked = 0")
    assert living == [(1,)]
