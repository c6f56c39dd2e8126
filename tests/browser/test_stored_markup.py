"""What a field holds is text on every page (C12), no link (C14), no template (C16), as the browser's parser sees it.

Records are written past every rule, so that the pages alone are asked. Each page is made for hostile values and for
harmless ones of the same length: the two trees must be alike.
"""

import html
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from flask import Flask
from markup import ACTIVE, CORPUS, HOME, LINKS, PRODUCT, SCHEMES, TEMPLATES, first_difference, harmless, trees
from people import Person
from playwright.sync_api import Browser, Page
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.dictionary.model import Field
from ticketlab.emulator.dictionary.types import FieldType, Storage
from ticketlab.emulator.errors import OperationFailed
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.web.parts import part_of

pytestmark = pytest.mark.browser

NEEDED = {
    "sys_db_object": {"name": "u_marked_up_{}", "super_class": ""},
    "ip_access": {"range_start": "10.0.0.1", "range_end": "10.0.0.2"},
}
"""What a record of these tables cannot be without, and what is no text but the name of something."""

NO_TEXTS = {FieldType.GUID, FieldType.REFERENCE, FieldType.CLASS_NAME, FieldType.PASSWORD, FieldType.PASSWORD2}
NOT_SHOWN = {"sys_metadata", "sys_attachment", "sys_attachment_doc"}
"""A union of others, and what is read with the rights of the record it is attached to."""

FEW = ("incident", "sys_user", "oauth_entity")


@dataclass
class Bench:
    """An instance, an administrator at it, and a browser that parses what they get."""

    instance: Flask
    admin: Person
    page: Page
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def gate(self) -> Gate:
        return part_of(self.instance, Gate)

    @property
    def tables(self) -> list[str]:
        return sorted(set(self.gate.read_dictionary().tables) - NOT_SHOWN)

    def make(self, table: str, values: Mapping[str, str]) -> str:
        """Write a record past all access rules; its sys_id."""
        needed = {name: text.format(next(self.numbers)) for name, text in NEEDED.get(table, {}).items()}
        return self.gate.record(table, Caller.system()).insert({**needed, **values}).sys_id

    def pages_of(self, table: str, sys_id: str) -> list[str]:
        """A record's form and its list, as they are sent."""
        addresses = (f"/{table}.do?sys_id={sys_id}", f"/{table}_list.do?sysparm_query=sys_id={sys_id}")
        answers = [self.admin.client.get(each) for each in addresses]
        assert {answer.status_code for answer in answers} == {200}, table
        return [answer.text for answer in answers]

    def texts_of(self, table: str) -> list[Field]:
        """The fields of a table that hold a text of anybody's choice."""
        fields = self.gate.read_dictionary().fields(table).values()
        return [field for field in fields if _is_text(field) and field.element not in NEEDED.get(table, ())]

    def fill(self, table: str, corpus: Sequence[str], start: int) -> dict[str, str]:
        """Each text field of a table with another entry of the corpus, cut to what the field takes."""
        fields = self.texts_of(table)
        return {
            field.element: corpus[(start + at) % len(corpus)][: field.max_length or 40]
            for at, field in enumerate(fields)
        }


def _is_text(field: Field) -> bool:
    plain = field.type.storage is Storage.TEXT or field.type is FieldType.JOURNAL
    return plain and field.type not in NO_TEXTS and not field.choices and not field.element.startswith("sys_")


@pytest.fixture(scope="module")
def bench(tmp_path_factory, chromium: Browser) -> Iterator[Bench]:
    instance = make_instance(tmp_path_factory.mktemp("marked-up"))
    page = chromium.new_page()
    yield Bench(instance, Person(instance).log_in(), page)
    page.close()
    close(instance)


def check_trees(bench: Bench, table: str, start: int) -> None:
    """Both records are there before either is looked at: a form proposes the names of others."""
    values = bench.fill(table, CORPUS, start)
    records = [bench.make(table, values), bench.make(table, {name: harmless(value) for name, value in values.items()})]
    hostile, benign = (trees(bench.page, bench.pages_of(table, each)) for each in records)
    assert [first_difference(*each) for each in zip(hostile, benign, strict=True)] == ["", ""], table
    assert not ACTIVE.search("".join(hostile)), table


def check_links_and_templates(bench: Bench, table: str, start: int) -> None:
    """A record's pages lead to their own site alone, and show templates as they were written."""
    values = bench.fill(table, (*SCHEMES, *TEMPLATES), start)
    pages = bench.pages_of(table, bench.make(table, values))
    assert {link for page in pages for link in bench.page.evaluate(LINKS, page) if not link.startswith(HOME)} == set()
    shown = [html.unescape(page) for page in pages]
    assert not [page for page in shown if PRODUCT in page], table
    if table in FEW:
        values = bench.fill(table, TEMPLATES, start)
        form = html.unescape(bench.pages_of(table, bench.make(table, values))[0])
        assert [value for value in values.values() if value in form], table
        assert PRODUCT not in form


CHECKS = {
    "c12": pytest.param(check_trees, marks=pytest.mark.attack("C12")),
    "c14_c16": pytest.param(check_links_and_templates, marks=[pytest.mark.attack("C14"), pytest.mark.attack("C16")]),
}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_what_a_field_holds_is_text_on_form_and_list(bench: Bench, check: Callable[[Bench, str, int], None]) -> None:
    """The thin part: three tables that hold all kinds of fields."""
    for at, table in enumerate(FEW):
        check(bench, table, at)


@pytest.mark.long
@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_what_any_field_of_any_table_holds_is_text(bench: Bench, check: Callable[[Bench, str, int], None]) -> None:
    """Every table of the dictionary, every field that takes a text. What a table refuses is nothing to show."""
    refused = []
    for at, table in enumerate(bench.tables):
        try:
            check(bench, table, at * 3)
        except OperationFailed:
            refused.append(table)
    assert at > 50
    assert len(refused) < 4, refused
