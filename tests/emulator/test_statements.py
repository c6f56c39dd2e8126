"""How often a request asks its database: each question costs more than the answer."""

import json
import re

import pytest
from oauth_flows import make_client
from oauth_records import records, set_property
from sqlalchemy import event
from ticketlab.emulator.oauth.policy import CLIENT_CREDENTIALS_ENABLED
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

KIND = re.compile(r"(INSERT INTO|UPDATE|SELECT)(?: .*?(FROM))? (\w+)", re.DOTALL)
pytestmark = pytest.mark.sqlite  # PostgreSQL is asked a few things more
TABLE = "/api/now/table/change_request"


@pytest.fixture
def asked(instance):
    """The statements sent to the records' database, transactions left aside."""
    engine = part_of(instance, Gate).store.engine
    found: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        told = KIND.match(statement)
        if told is not None:
            found.append(" ".join(filter(None, told.groups())))

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def ask_token(instance, browser):
    """Asks for the own token of a client that acts as admin."""
    set_property(instance, CLIENT_CREDENTIALS_ENABLED, "true")
    admin = records(instance, "sys_user").find("user_name=admin", ["sys_id"])
    client = make_client(instance, user=admin.sys_id)

    def ask() -> str:
        answer = browser.post("/oauth_token.do", {"grant_type": "client_credentials", **client.credentials})
        assert answer.status == 200, answer
        return str(json.loads(answer.text)["access_token"])

    return ask


def test_a_create_asks_for_rules_token_and_clock_and_writes_number_and_record(instance, ask_token, asked):
    """It reads nothing again of what it has just written."""
    bearer = {"Authorization": f"Bearer {ask_token()}"}
    for _ in range(2):  # the first use of a token is noted, conditions are compiled once
        asked.clear()
        answer = instance.test_client().post(TABLE, json={"short_description": "Require MFA"}, headers=bearer)
        assert answer.status_code == 201
    assert sorted(asked) == [
        "INSERT INTO task",
        "INSERT INTO ticketlab_counter",
        "SELECT FROM lab_state",
        "SELECT FROM oauth_credential",
        "SELECT FROM ticketlab_version",
    ]


def test_a_token_asked_for_again_is_one_look_at_what_the_client_holds(ask_token, asked):
    """Within the second, if nobody has written since; a second later its new expiry is written."""
    for _ in range(2):
        ask_token()
    asked.clear()
    ask_token()
    assert asked == ["SELECT FROM oauth_credential"]


def test_a_token_with_a_new_expiry_is_one_change(ask_token, asked, clock):
    ask_token()
    clock.advance(seconds=1)
    asked.clear()
    ask_token()
    assert [each for each in asked if not each.startswith("SELECT")] == ["UPDATE oauth_credential"]
