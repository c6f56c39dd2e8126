"""Secrets of one whole story, looked for afterwards wherever they must not be."""

import sqlite3
from pathlib import Path

import pytest
from oauth_flows import (
    CHALLENGE,
    VERIFIER,
    HttpBrowser,
    code_for,
    exchange,
    make_client_over_http,
    make_user_over_http,
    refresh,
)
from oauth_flows import PASSWORD as USER_PASSWORD
from servers import RunningPair, written_by
from ticketlab.shared.clients.apis import InstanceApi
from ticketlab.shared.clients.connect import Connector, Wanted
from ticketlab.shared.clients.target import Target

INTEGRATION_PASSWORD = "Canary-Wren-7731"


@pytest.fixture
def secrets(pair: RunningPair) -> dict[str, str]:
    """Play connection, exchange and renewal; everything secret that came by."""
    wanted = Wanted(password=INTEGRATION_PASSWORD)
    Connector(Target(pair.emulator_url, pair.connector_url), wanted, lambda _line: None).connect()
    client = make_client_over_http(pair.emulator_url)
    make_user_over_http(pair.emulator_url)
    browser = HttpBrowser(pair.emulator_url)
    code = code_for(browser, client, code_challenge=CHALLENGE, code_challenge_method="S256")
    tokens = _json(exchange(browser, client, code, code_verifier=VERIFIER).text)
    refresh(browser, client, tokens["refresh_token"])
    exchange(browser, client, code, code_verifier="w" * 50)  # a failure, which is logged with its cause
    browser.get(f"/api/now/table/incident?access_token={tokens['access_token']}")
    return {
        "the integration user's password": INTEGRATION_PASSWORD,
        "a user's password": USER_PASSWORD,
        "a client secret": client.secret,
        "an authorization code": code,
        "a code verifier": VERIFIER,
        "an access token": tokens["access_token"],
        "a refresh token": tokens["refresh_token"],
    }


def _json(text: str) -> dict[str, str]:
    import json

    return json.loads(text)


@pytest.mark.attack("L05")
def test_l05_no_secret_stands_in_any_log(pair, secrets):
    """Neither in the files, nor in what the servers print, nor in the instance's own syslog."""
    data = Path(pair.environment["TICKETLAB_DATA"])
    logs = "".join(path.read_text(errors="replace") for path in (data / "logs").iterdir())
    printed = "".join(written_by(server) for server in pair.pair.servers)
    syslog = str(InstanceApi(pair.emulator_url).rows("syslog", "", fields="message,source"))
    assert "Exception on token flow" in syslog
    assert "connection.authorised" in logs
    found = {what for what, secret in secrets.items() if secret in logs + printed + syslog}
    assert found == set()


@pytest.mark.attack("L01")
def test_l01_no_secret_stands_in_any_database(pair, secrets):
    """What a thief of the files could read: databases, their write-ahead logs, the seeds' images."""
    data = Path(pair.environment["TICKETLAB_DATA"])
    for path in data.glob("*.db"):
        sqlite3.connect(path).execute("PRAGMA wal_checkpoint(PASSIVE)").connection.close()
    files = [path for path in data.rglob("*") if path.is_file() and "keys" not in path.parts]
    kept = b"".join(path.read_bytes() for path in files)
    found = {what for what, secret in secrets.items() if secret.encode() in kept}
    assert found == set()
