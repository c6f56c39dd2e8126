"""The catalogue: complete, found by the text of an error, and documented as it is."""

import re
import runpy
from pathlib import Path

import click
import pytest
from ticketlab.shared.cases import catalogue
from ticketlab.shared.cases.case import Case
from ticketlab.shared.cases.find import find
from ticketlab.shared.cases.registry import UnknownCase, all_cases, case_named
from ticketlab.shared.command.cli import ticketlab

ROOT = Path(__file__).parents[2]
CASES = list(all_cases().values())
PROMISED = """
oauth-entity-not-readable oauth-entity-not-creatable oauth-entity-check signed-in-as-yourself integration-user-check
installed-but-no-cards ip-filtering release-too-old no-hi-credentials not-an-admin customised-change-form code-expired
access-token-expired refresh-token-expired token-revoked wrong-client-secret redirect-uri-mismatch missing-state
oauth-switched-off integration-user-locked integration-user-inactive integration-user-web-service-only role-missing
scope-privilege-requested web-service-access-off business-rule-aborts no-right-to-share sso-blocks-login
"""


@pytest.mark.parametrize("identity", PROMISED.split())
def test_promised_case_is_there(identity: str):
    assert case_named(identity).id == identity


def test_each_module_is_one_case():
    """Adding a case is adding a module."""
    modules = {path.stem.replace("_", "-") for path in Path(catalogue.__path__[0]).glob("[a-z]*.py")}
    assert set(all_cases()) == modules


def test_unknown_case_is_named():
    with pytest.raises(UnknownCase, match="no-such-case"):
        case_named("no-such-case")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case_tells_everything(case: Case):
    """Title, source, difference, steps, symptom, check, evidence and at least one cure, each in words."""
    words = (case.title, case.source, case.differs, case.symptom, case.cured, case.check, case.evidence)
    assert all(text.strip() for text in words)
    assert case.steps
    assert all(cure.steps for cure in case.cures)
    assert len({cure.name for cure in case.cures}) == len(case.cures) >= 1
    for pattern in case.patterns:
        re.compile(pattern)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_symptom_pasted_finds_its_case(case: Case):
    """What a case shows names the case, perhaps among others."""
    assert case.id in [fit.case.id for fit in find(f"It says: {case.symptom} What now?")]


@pytest.mark.parametrize(
    ("pasted", "first"),
    [
        ("Operation Failed: ACL Exception Insert Failed due to security constraints", "role-missing"),
        ("Data Policy Exception: \n\tThe following fields are mandatory: Cost center", "customised-change-form"),
        ("Operation against file 'change_request' was aborted by Business Rule 'X^1'.", "business-rule-aborts"),
        ("Insufficient rights to access table: change_request", "web-service-access-off"),
        (
            (
                "Read operation against 'oauth_entity' from scope 'x_mioms_m365ticket' has been refused because of the "
                "table's cross-scope access policy"
            ),
            "oauth-entity-not-readable",
        ),
        ("INVALID   REDIRECT_URI", "redirect-uri-mismatch"),
        ("Rate limit of 100 requests per hour for Table API exceeded", "rate-limited"),
        ("429 Too Many Requests", "rate-limited"),
        ("Missing State parameter in request.", "missing-state"),
    ],
)
def test_pasted_error_names_its_case_first(pasted: str, first: str):
    assert find(pasted)[0].case.id == first


@pytest.mark.parametrize(
    "pasted",
    ['401 {"error_description":"access_denied","error":"server_error"}', "server_error", "invalid_grant"],
)
def test_opaque_answer_of_the_token_endpoint_names_all_it_may_be(pasted: str):
    """One answer for many causes: the checks tell them apart."""
    fits = find(pasted)
    found = {fit.case.id for fit in fits}
    assert {"wrong-client-secret", "token-revoked", "refresh-token-expired", "integration-user-locked"} <= found
    assert len({fit.case.check for fit in fits}) == len(fits)


@pytest.mark.parametrize("pasted", ["401 Unauthorized", '{"error":{"message":"User Not Authenticated"}}'])
def test_refused_authentication_finds_what_may_be_wrong_with_token_and_user(pasted: str):
    found = {fit.case.id for fit in find(pasted)}
    user = {"integration-user-inactive", "integration-user-locked", "integration-user-web-service-only"}
    assert user | {"access-token-expired"} <= found


def test_the_sentence_without_its_beginning_names_both_operations():
    """The example of the README: it tells no more which of the two was refused."""
    example = re.search(r'ticketlab case find "(.+)"', (ROOT / "README.md").read_text())[1]
    for text in (example, "refused because of the table\u2019s cross-scope access policy"):
        assert {fit.case.id for fit in find(text)} == {"oauth-entity-not-readable", "oauth-entity-not-creatable"}


@pytest.mark.parametrize("pasted", ["", "   ", "zzz", "the weather is fine", "^" * 30_000, "(((("])
def test_text_that_fits_nothing_finds_nothing(pasted: str):
    assert list(find(pasted)) == []


def test_document_is_what_the_cases_say():
    """docs/cases.md is generated; `make cases` writes it again."""
    page = runpy.run_path(str(ROOT / "docs" / "write_cases.py"))["page"]
    assert (ROOT / "docs" / "cases.md").read_text() == page()


@pytest.mark.parametrize("group", ["case", "clock"])
def test_each_command_of_a_group_is_documented(group: str):
    text = (ROOT / "docs" / "command.md").read_text()
    commands = ticketlab.commands[group].commands
    for name, command in commands.items():
        assert f"`{group} {name}" in text
        own = [each.opts[0] for each in command.params if isinstance(each, click.Option)]
        for option in own:
            assert f"{option}" in text
