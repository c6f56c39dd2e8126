"""Every address of the instance has a rule saying who is let in, and keeps to it (X02)."""

import re
import tomllib
from pathlib import Path

import pytest

RULES = tomllib.loads((Path(__file__).parent / "routes.toml").read_text(encoding="utf-8"))
KIND = {route: kind for kind, rule in RULES.items() for route in rule["routes"]}
STRANGER = {"REMOTE_ADDR": "203.0.113.9"}
SAFE = "GET"


def addresses(instance, kind):
    """Every method and address of a kind, with something in the place of its variables."""
    found = []
    for rule in instance.url_map.iter_rules():
        if KIND.get(rule.rule) == kind:
            path = re.sub(r"<any\((\w+).*?>", r"\1", rule.rule)
            path = path.replace("<table>", "incident").replace("<sys_id>", "f" * 32)
            path = re.sub(r"<[^>]+>", "home.do", path)
            found += [(method, path) for method in sorted(rule.methods - {"HEAD", "OPTIONS"})]
    assert found, kind
    return found


@pytest.mark.attack("X02")
def test_x02_every_route_has_one_explicit_rule_and_no_rule_is_left_over(shared_instance):
    known = [route for rule in RULES.values() for route in rule["routes"]]
    assert sorted(set(known)) == sorted(known)
    assert {rule.rule for rule in shared_instance.url_map.iter_rules()} == set(known)


@pytest.mark.attack("X02")
def test_x02_pages_lead_a_stranger_to_the_login_and_do_nothing(shared_instance):
    for method, path in addresses(shared_instance, "session"):
        answer = shared_instance.test_client().open(path, method=method)
        assert answer.status_code == 302, (method, path, answer.status_code)
        assert "/login.do" in answer.headers["Location"], (method, path)


@pytest.mark.attack("X02")
def test_x02_apis_ask_a_stranger_for_credentials(shared_instance):
    for method, path in addresses(shared_instance, "api"):
        answer = shared_instance.test_client().open(path, method=method, json={} if method != SAFE else None)
        assert answer.status_code == 401, (method, path, answer.status_code)


@pytest.mark.attack("X02")
def test_x02_the_lab_is_closed_to_other_machines(shared_instance):
    for method, path in addresses(shared_instance, "lab"):
        answer = shared_instance.test_client().open(path, method=method, json={}, environ_base=STRANGER)
        assert answer.status_code == 403, (method, path, answer.status_code)


@pytest.mark.attack("X02")
def test_x02_public_pages_name_no_user_and_no_record(shared_instance):
    for method, path in addresses(shared_instance, "public"):
        if method == SAFE:
            text = shared_instance.test_client().get(path).text
            assert "System Administrator" not in text, path
            assert "INC0000" not in text, path
