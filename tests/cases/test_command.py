"""``ticketlab case`` and ``ticketlab clock`` as a person runs them."""

import json
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
import requests
from command_line import run
from patience import HANGING
from ticketlab.shared.clients.apis import InstanceApi


@pytest.fixture
def ticketlab(given, tmp_path):
    """Run the command on the pair; what a test started is stopped."""

    def _run(*arguments):
        return run(*arguments, cwd=tmp_path, **given)

    yield _run
    _run("case", "stop")


def clocks(ticketlab):
    return json.loads(ticketlab("clock", "show", "--json").stdout)


def test_case_is_started_shown_cured_and_stopped(ticketlab, case_pair):
    """Each step is a command of its own; what it needs to know is kept between them."""
    started = ticketlab("case", "start", "oauth-entity-not-readable")
    assert started.returncode == 0, started.stderr
    assert "Can read is unticked" in started.stdout
    seen = ticketlab("case", "symptom", "oauth-entity-not-readable", "--json")
    assert seen.returncode == 0, seen.stdout
    assert "cross-scope access policy" in json.loads(seen.stdout)["seen"]
    cured = ticketlab("case", "cure", "oauth-entity-not-readable")
    assert cured.returncode == 0, cured.stdout
    stopped = ticketlab("case", "stop")
    assert stopped.returncode == 0
    entities = f"{case_pair.emulator_url}/api/now/table/oauth_entity?sysparm_query=nameLIKEcase"
    assert requests.get(entities, auth=("admin", "admin"), timeout=HANGING).json()["result"] == []


def test_case_survives_on_the_pair_until_it_is_stopped(ticketlab, case_pair):
    """The clocks of a started case have moved; stopping brings them back."""
    before = clocks(ticketlab)
    assert ticketlab("case", "start", "refresh-token-expired").returncode == 0
    moved = clocks(ticketlab)
    assert moved["emulator"]["offset_seconds"] - before["emulator"]["offset_seconds"] > 100 * 86400
    shown = requests.get(f"{case_pair.connector_url}/signin", timeout=HANGING).headers["Date"]
    assert parsedate_to_datetime(shown) > datetime.fromisoformat(before["connector"]["now"]) + timedelta(days=100)
    ticketlab("case", "stop")
    assert clocks(ticketlab)["connector"]["offset_seconds"] == before["connector"]["offset_seconds"]


def test_second_case_is_refused_while_one_is_started(ticketlab):
    """Two breaks at once would tell nothing."""
    ticketlab("case", "start", "oauth-switched-off")
    refused = ticketlab("case", "start", "missing-state")
    assert refused.returncode == 1
    assert "oauth-switched-off is started" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


def test_verify_is_refused_while_a_case_is_started(ticketlab):
    """It would take the broken pair for the one to return to."""
    ticketlab("case", "start", "oauth-switched-off")
    refused = ticketlab("case", "verify", "missing-state")
    assert refused.returncode == 1
    assert "oauth-switched-off is started" in refused.stderr


def test_case_that_cannot_be_started_leaves_the_pair_as_it_was(ticketlab, case_pair):
    """Its own connection cannot be made on a pair whose OAuth is off: nothing is changed, and none is started."""
    switch = "name=com.snc.platform.security.oauth.is.active"
    instance = InstanceApi(case_pair.emulator_url)
    instance.update("sys_properties", instance.row("sys_properties", switch)["sys_id"], {"value": "false"})
    refused = ticketlab("case", "start", "token-revoked")
    assert refused.returncode == 1
    assert "could not be connected beforehand" in refused.stderr
    assert "No case is started" in ticketlab("case", "stop").stderr
    assert instance.row("sys_properties", switch)["value"] == "false"
    ticketlab("reset")


@pytest.mark.parametrize("step", ["symptom", "cure"])
def test_step_of_a_case_that_is_not_started_is_refused(ticketlab, step: str):
    refused = ticketlab("case", step, "missing-state")
    assert refused.returncode == 1
    assert "is not started" in refused.stderr


def test_unknown_case_and_unknown_cure_get_one_line(ticketlab):
    assert "'nothing' is not in" in ticketlab("case", "start", "nothing").stderr
    ticketlab("case", "start", "missing-state")
    refused = ticketlab("case", "cure", "missing-state", "--way", "prayer")
    assert refused.returncode == 1
    assert "cure, property" in refused.stderr


def test_stop_without_a_case_says_so(ticketlab):
    assert "No case is started" in ticketlab("case", "stop").stderr


def test_list_and_show_need_no_pair(tmp_path):
    listed = json.loads(run("case", "list", "--json", cwd=tmp_path).stdout)
    assert len(listed) >= 25
    shown = run("case", "show", "token-revoked", cwd=tmp_path).stdout
    assert "Manage Tokens" in shown


def test_an_id_that_is_nearly_right_is_answered_with_the_right_one(tmp_path):
    told = run("case", "show", "tokn-revoked", cwd=tmp_path)
    assert told.returncode == 1
    assert "Did you mean token-revoked?" in told.stderr


@pytest.mark.parametrize("text", [(), ("",), ("  ", " ")], ids=["none", "empty", "spaces"])
def test_find_without_a_text_says_that_one_is_missing(tmp_path, text):
    told = run("case", "find", *text, cwd=tmp_path)
    assert told.returncode == 2
    assert "A text is missing" in told.stderr


def test_find_ends_with_1_when_nothing_fits(tmp_path):
    nothing = run("case", "find", "nothing known", cwd=tmp_path)
    assert nothing.returncode == 1
    assert "/lab/decisions" in nothing.stdout
    assert (
        "role-missing"
        in run("case", "find", "ACL Exception Insert Failed due to security constraints", cwd=tmp_path).stdout
    )


def test_verify_wants_one_case_or_all(ticketlab):
    assert ticketlab("case", "verify").returncode == 2
    assert ticketlab("case", "verify", "missing-state", "--all").returncode == 2


def test_both_clocks_are_set_moved_stopped_and_started(ticketlab):
    """One command, both apps."""
    ticketlab("clock", "set", "2020-09-01T12:00:00Z")
    ticketlab("clock", "freeze")
    ticketlab("clock", "advance", "31m")
    stopped = clocks(ticketlab)
    assert all(each["frozen"] and each["now"].startswith("2020-09-01T12:31:0") for each in stopped.values())
    assert "standing still" in ticketlab("clock", "show").stdout
    ticketlab("clock", "run")
    assert not any(each["frozen"] for each in clocks(ticketlab).values())
    for url in ("emulator", "connector"):
        assert clocks(ticketlab)[url]["now"].startswith("2020-09-01")
    assert ticketlab("reset").returncode == 0


@pytest.mark.parametrize("wrong", [("advance", "soon"), ("advance", "1y"), ("set", "yesterday")])
def test_clock_refuses_what_is_no_time(ticketlab, wrong):
    before = clocks(ticketlab)
    refused = ticketlab("clock", *wrong)
    assert refused.returncode == 2
    assert len(refused.stderr.strip().splitlines()) == 1
    assert clocks(ticketlab)["emulator"]["offset_seconds"] == before["emulator"]["offset_seconds"]


def test_what_fails_on_a_pair_with_a_started_case_names_the_case(ticketlab, case_pair):
    """Nobody has to guess that the pair is broken on purpose."""
    assert ticketlab("case", "start", "oauth-entity-not-readable").returncode == 0
    failed = ticketlab("connect")
    assert failed.returncode == 1
    assert failed.stderr.startswith("ticketlab: The case oauth-entity-not-readable is started on this pair")
    assert "`ticketlab case stop` ends it" in failed.stderr
    assert "cross-scope access policy" in failed.stderr
