"""docs/command.md names every command and option, the README what a newcomer needs; links lead somewhere."""

import re
from pathlib import Path

import click
import pytest
from ticketlab.shared.command.cli import ticketlab

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "command.md").read_text()


def options() -> list[tuple[str, str]]:
    return [
        (name, option)
        for name, command in ticketlab.commands.items()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    ]


@pytest.mark.parametrize("name", sorted(ticketlab.commands))
def test_command_is_documented(name: str):
    """Each command has its own heading."""
    assert f"\n## ticketlab {name}" in TEXT


@pytest.mark.parametrize(("name", "option"), options())
def test_option_is_documented(name: str, option: str):
    """Each option of each command is named."""
    assert f"{option}`" in TEXT


@pytest.mark.parametrize("option", [option for name, option in options() if name == "up"])
def test_option_of_a_pair_can_be_given_by_a_variable(option: str):
    """Each option of a pair is also ``TICKETLAB_<OPTION>``."""
    parameter = next(each for each in ticketlab.commands["up"].params if option in each.opts)
    assert parameter.envvar == "TICKETLAB_" + option.strip("-").replace("-", "_").upper()


@pytest.mark.parametrize(
    "group", [ticketlab, *(each for each in ticketlab.commands.values() if hasattr(each, "commands"))]
)
def test_no_line_of_a_help_text_is_cut_off(group: click.Group):
    """What stands beside a command in its group's help ends where its first sentence ends."""
    listed = click.Context(group, terminal_width=80).get_help().partition("Commands:")[2]
    assert listed
    assert [line for line in listed.splitlines() if line.endswith("...")] == []


def test_documented_commands_exist():
    """No heading promises a command that is not there."""
    headings = [line.split()[2] for line in TEXT.splitlines() if line.startswith("## ticketlab ")]
    assert sorted(headings) == sorted(ticketlab.commands)


@pytest.mark.parametrize(
    "told",
    [
        "make run",
        "make demo",
        "secadmin@contoso.onmicrosoft.com",
        "not affiliated with Microsoft or ServiceNow",
        "docs/images/",
    ],
)
def test_readme_tells_a_newcomer_what_is_needed(told: str):
    """Two commands, a picture, the accounts, and whose product this is not."""
    assert told in (ROOT / "README.md").read_text()


def test_links_of_the_documents_lead_somewhere():
    """Each relative link of the documents names a file of the tree."""
    for document in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", document.read_text()):
            assert (document.parent / link).exists(), f"{document.name}: {link}"
