"""Every case on one real pair: broken, then cured with each of its cures, and nothing left behind."""

import json

import pytest
from command_line import run
from patience import HANGING
from ticketlab.shared.cases.registry import all_cases

CURES = [(case.id, cure.name) for case in all_cases().values() for cure in case.cures]
SECONDS = HANGING * 10

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def told(given, tmp_path_factory):
    """``ticketlab case verify --all --json``, run once."""
    folder = tmp_path_factory.mktemp("verify")
    return run("case", "verify", "--all", "--json", cwd=folder, seconds=SECONDS, **given)


@pytest.fixture(scope="module")
def verdicts(told):
    return {(each["id"], each["cure"]): each for each in json.loads(told.stdout)}


@pytest.mark.parametrize(("identity", "cure"), CURES)
def test_case_breaks_the_pair_and_its_cure_mends_it(verdicts, identity: str, cure: str):
    """The symptom and its evidence show, and after the cure the same steps succeed."""
    verdict = verdicts[identity, cure]
    assert verdict["ok"], verdict["told"]


def test_nothing_is_left_behind(verdicts):
    """Policies, dictionary, properties, users, tickets, connection and clocks are what they were."""
    verdict = verdicts["(nothing left behind)", ""]
    assert verdict["ok"], verdict["told"]


def test_verify_ends_with_0_when_all_is_well(told, verdicts):
    assert told.returncode == (0 if all(each["ok"] for each in verdicts.values()) else 1)
    assert told.stderr == ""
