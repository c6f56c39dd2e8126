"""docs/fidelity.md tells of everything there is, and what it calls refused is refused loudly."""

import re
import runpy
from pathlib import Path

import pytest
from ticketlab.emulator.pages import assumptions as of_pages
from ticketlab.emulator.rest import assumptions as of_rest
from ticketlab.emulator.rest.assumptions import Assumption

ROOT = Path(__file__).parents[2]
FIDELITY = runpy.run_path(str(ROOT / "docs" / "write_fidelity.py"))
ENTRIES = FIDELITY["surface"]()
REFUSED = [entry for entry in ENTRIES if entry.status == "refused"]
FOR_PROGRAMS = ("/api/", "/oauth_auth.do", "/oauth_token.do", "/oauth_revoke_token.do", "/oauth_revoke.do")
FOR_PROGRAMS += ("/oauth_introspect.do", "/.well-known/", "/angular.do", "/stats.do", "/xmlstats.do")
PAGES = {"/oauth_revoke_token_record.do"}


def plain(path: str) -> str:
    """An address without its version and the names of its variables."""
    path = re.sub(r"\[[^\]]*\]|<any\(v1, v2\):version>/?", "", path)
    return re.sub(r"<[^>]+>|\{[^}]+\}", "{}", path).replace("//", "/").rstrip("/")


def addresses(entry) -> set[str]:
    return {plain(each) for each in re.findall(r"/[^\s,]+", entry.name)}


def test_the_page_is_what_the_tests_and_the_assumptions_make_of_it():
    """When it is not: ``make fidelity``."""
    assert (ROOT / "docs" / "fidelity.md").read_text(encoding="utf-8") == FIDELITY["page"](), "run `make fidelity`"


def test_the_value_of_an_assumption_is_read_by_the_code():
    """Who corrects it would otherwise change nothing; how the code itself behaves is no value of the table."""
    modules = [path for path in (ROOT / "emulator").rglob("*.py") if path.name != "assumptions.py"]
    code = "".join(path.read_text(encoding="utf-8") for path in modules)
    named = {**of_rest.ALL, **of_pages.ALL}
    unread = [
        name for name, each in named.items() if isinstance(each, Assumption) and not re.search(rf"\b{name}\b", code)
    ]
    assert unread == []


def test_every_address_that_programs_call_is_told(shared_instance):
    told = set().union(*(addresses(entry) for entry in ENTRIES if entry.kind == "endpoint"))
    there = {plain(rule.rule) for rule in shared_instance.url_map.iter_rules() if rule.rule.startswith(FOR_PROGRAMS)}
    assert there - told - PAGES == set()


def test_every_parameter_that_the_rest_apis_read_is_told():
    told = " ".join(entry.name for entry in ENTRIES)
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "emulator" / "rest").glob("*.py"))
    read = set(re.findall(r'"(sysparm_[a-z_]+)"', sources))
    assert {name for name in read if not name.endswith("_") and name not in told} == set()


@pytest.mark.parametrize("entry", REFUSED, ids=lambda entry: entry.name)
def test_what_is_not_emulated_is_refused_loudly(shared_instance, entry):
    """Neither an empty success nor an error of ours."""
    method, path = entry.name.split(" ", 1)
    answer = shared_instance.test_client().open(path, method=method, auth=("admin", "admin"))
    assert 400 <= answer.status_code < 500, answer.status_code
    assert "result" not in (answer.get_json(silent=True) or {})
