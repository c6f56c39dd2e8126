"""Every sentence a person reads goes through gettext."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from jinja2 import Environment
from tenant_flows import signed_in
from ticketlab import connector

FOLDER = Path(connector.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").rglob("*.html"))
CATALOGUE = FOLDER / "translations" / "messages.pot"
SPOKEN = ("alt", "aria-label", "title", "placeholder", "data-done")
NAMES = {"ServiceNow", "someone@"}
"""Names and addresses, which no language translates."""


class Sentences(HTMLParser):
    """Collects the words between tags and in the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in SPOKEN and value]


def raw_sentences(template: str) -> list[str]:
    """The words of a template that are written into it as they are."""
    parser = Sentences()
    tokens = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).lex(template)
    parser.feed("".join(text for _line, kind, text in tokens if kind == "data"))
    return [text.strip() for text in parser.found if re.search(r"[^\W\d_]{2}", text) and text.strip() not in NAMES]


@pytest.mark.parametrize("path", TEMPLATES, ids=[str(path.relative_to(FOLDER)) for path in TEMPLATES])
def test_template_holds_no_sentence_outside_gettext(path: Path):
    """A translator finds all there is to translate."""
    assert raw_sentences(path.read_text(encoding="utf-8")) == []


def test_sentence_outside_gettext_would_be_found():
    """The check itself sees text between tags and in attributes, and no expressions."""
    template = '<p title="A tip">{{ _("Hello") }} you{% if x %} there{% endif %} <b>ServiceNow</b></p>'
    assert raw_sentences(template) == ["A tip", "you there"]


def messages(path: Path) -> set[object]:
    """The sentences of a .pot file, without the places they come from."""
    with path.open("rb") as file:
        return {message.id for message in read_po(file) if message.id}


def test_extracted_catalogue_is_up_to_date(tmp_path: Path):
    """Made anew from the sources it is the one that is kept; ``pybabel`` writes it with babel.cfg."""
    made = tmp_path / "messages.pot"
    command = [
        "-m",
        "babel.messages.frontend",
        "-q",
        "extract",
        "-F",
        "babel.cfg",
        "-k",
        "lazy_gettext",
        "-k",
        "_later",
    ]
    subprocess.run([sys.executable, *command, "-o", str(made), "."], cwd=FOLDER, check=True)
    kept, fresh = messages(CATALOGUE), messages(made)
    assert fresh - kept == set(), "missing in translations/messages.pot"
    assert kept - fresh == set(), "not in the sources any more"


def test_improvement_actions_are_in_the_catalogue():
    """Their texts stand in a JSON file, and are sentences nevertheless."""
    assert "Do not let passwords expire" in messages(CATALOGUE)


def test_what_is_not_found_is_said_in_a_sentence_of_the_catalogue(tenant: Flask):
    """An address that nobody has as well as a ticket that nobody made."""
    for address in ("/nowhere", "/tickets/nowhere"):
        page = signed_in(tenant).get(address)
        heading = re.search(r"<h1>(.+)</h1>", page.text)
        assert page.status_code == 404
        assert heading is not None
        assert heading[1] in messages(CATALOGUE)
        assert "server" not in page.text
