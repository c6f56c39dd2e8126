"""Records of a small dictionary that has every kind of field, a hierarchy and circles, for tests of queries."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import strategies as st
from ticketlab.emulator.dictionary.checks import check
from ticketlab.emulator.dictionary.declaration import system_fields
from ticketlab.emulator.dictionary.model import Dictionary, Field, Table
from ticketlab.emulator.dictionary.types import FieldType

TABLES = ["ticket", "bug", "crash", "wish", "person"]
PEOPLE = [f"{number}" * 32 for number in range(3)]
TICKETS = [f"{letter}" * 32 for letter in "abcdef"]
TEXTS = [
    "",
    "a",
    "A",
    "b",
    "Ab",
    "a%b",
    "a_b",
    "a\\b",
    "a,b",
    "x^y",
    "ä",
    "Ä",
    "İ",
    "ß",
    "10",
    "2",
    " a",
    "[a]",
    "*",
    "\U0001f600",
]
NUMBERS = [-5, 0, 1, 2, 10, 2**53]
DAYS = [date(2020, 1, 31), date(2020, 2, 1), date(1969, 12, 31)]
MOMENTS = [
    datetime(2020, 1, 31, 10, 20, 30, tzinfo=UTC),
    datetime(2020, 1, 31, 10, 20, 31, tzinfo=UTC),
    datetime(2020, 2, 1, 6, 59, 59, tzinfo=UTC),
    datetime(2020, 3, 8, 10, 30, tzinfo=UTC),
    datetime(2019, 12, 31, 23, 30, tzinfo=UTC),
    datetime(2020, 1, 31, tzinfo=UTC),
    datetime(1970, 1, 1, 0, 2, 17, tzinfo=UTC),
]
DECIMALS = [Decimal("1.5"), Decimal(-2), Decimal("0.25")]


def _fields(table: str, **types: str) -> dict[str, Field]:
    fields = {}
    for element, described in types.items():
        kind, _, target = described.partition(":")
        fields[element] = Field(table, element, FieldType(kind), element, reference=target, display=element == "name")
    return fields


def _dictionary() -> Dictionary:
    tables = [
        Table(
            "person",
            "Person",
            fields={
                **system_fields("person"),
                **_fields(
                    "person",
                    name="string",
                    boss="reference:person",
                    manager="reference:person",
                    secret="password",
                    age="integer",
                    born="glide_date_time",
                ),
            },
        ),
        Table(
            "ticket",
            "Ticket",
            fields={
                **system_fields("ticket"),
                **_fields(
                    "ticket",
                    sys_class_name="sys_class_name",
                    name="string",
                    owner="reference:person",
                    parent="reference:ticket",
                    bug="reference:bug",
                    count="integer",
                    open="boolean",
                    due="glide_date",
                    until="glide_date",
                    at="glide_date_time",
                    done="glide_date_time",
                    remark="html",
                    spent="glide_duration",
                    cost="decimal",
                    notes="journal_input",
                ),
            },
        ),
        Table("bug", "Bug", extends="ticket", fields=_fields("bug", level="integer", rank="string")),
        Table("crash", "Crash", extends="bug"),
        Table("wish", "Wish", extends="ticket", fields=_fields("wish", level="string")),
    ]
    dictionary = Dictionary({table.name: table for table in tables})
    check(dictionary)
    return dictionary


DICTIONARY = _dictionary()

texts = st.one_of(st.none(), st.sampled_from([text for text in TEXTS if text]))
people = st.builds(
    lambda sys_id, **values: {"sys_id": sys_id, "sys_class_name": "person", **values},
    st.sampled_from(PEOPLE),
    name=texts,
    boss=st.sampled_from([None, *PEOPLE, "gone"]),
    manager=st.sampled_from([None, *PEOPLE]),
    born=st.sampled_from([None, *MOMENTS]),
    secret=st.just("hash"),
    age=st.sampled_from([None, *NUMBERS]),
)


def _ticket(sys_id: str, kind: str, level: int | None, **values: object) -> dict[str, object]:
    record = {"sys_id": sys_id, "sys_class_name": kind, **values}
    if kind != "ticket":
        record["level"] = str(level) if kind == "wish" and level is not None else level
    return record


tickets = st.builds(
    _ticket,
    st.sampled_from(TICKETS),
    st.sampled_from(["ticket", "bug", "crash", "wish"]),
    st.sampled_from([None, *NUMBERS]),
    name=texts,
    owner=st.sampled_from([None, *PEOPLE, "gone"]),
    parent=st.sampled_from([None, *TICKETS]),
    bug=st.sampled_from([None, *TICKETS]),
    count=st.sampled_from([None, *NUMBERS]),
    open=st.sampled_from([None, True, False]),
    due=st.sampled_from([None, *DAYS]),
    until=st.sampled_from([None, *DAYS]),
    at=st.sampled_from([None, *MOMENTS]),
    done=st.sampled_from([None, *MOMENTS]),
    remark=texts,
    spent=st.sampled_from([None, 0, 137]),
    cost=st.sampled_from([None, *DECIMALS]),
)
records = st.builds(
    lambda some, others: [*some, *others],
    st.lists(people, unique_by=lambda each: each["sys_id"], max_size=3),
    st.lists(tickets, unique_by=lambda each: each["sys_id"], max_size=6),
)
