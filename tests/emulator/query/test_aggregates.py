"""Counts, averages and groups, made by the database."""

from decimal import Decimal

import pytest
from ticketlab.emulator.query import (
    Aggregate,
    Function,
    Grouping,
    GroupOrder,
    Having,
    QueryContext,
    parse,
    select_aggregates,
)

COUNT = Aggregate(Function.COUNT)


@pytest.fixture(name="aggregate")
def _aggregate(records):
    def ask(table, query="", *, limit=100, restrictions=(), **asked):
        grouping = Grouping(**{name: tuple(values) for name, values in asked.items()}).known(records.schema, table)
        prepared = select_aggregates(
            records.tables,
            table,
            parse(query),
            grouping,
            restrictions=[parse(each) for each in restrictions],
            context=QueryContext(),
            limit=limit,
        )
        with records.store.reading() as connection:
            return [dict(row) for row in records.store.rows(connection, prepared)]

    return ask


def test_functions_go_over_what_matches(aggregate):
    """Empty values take no part in them, empty records in the count."""
    asked = [COUNT, *(Aggregate(each, "priority") for each in (Function.AVG, Function.MIN, Function.MAX, Function.SUM))]
    (row,) = aggregate("incident", aggregates=asked)
    assert [Decimal(str(row[f"aggregate_{index}"])) for index in range(5)] == [4, 2, 1, 3, 6]


def test_no_match_is_one_row_of_nothing(aggregate):
    (row,) = aggregate("incident", "number=none", aggregates=[COUNT, Aggregate(Function.MIN, "number")])
    assert (row["aggregate_0"], row["aggregate_1"]) == (0, None)


def test_extremes_of_texts_go_by_code_point_in_every_database(aggregate):
    (row,) = aggregate("incident", aggregates=[Aggregate(each, "number") for each in (Function.MIN, Function.MAX)])
    assert (row["aggregate_0"], row["aggregate_1"]) == ("INC1", "inc4")


def test_groups_fold_case_as_comparisons_do(records, aggregate):
    records.insert("core_company", "7" * 32, name="ACME")
    records.insert("core_company", "8" * 32, name="Acme")
    (row,) = aggregate("core_company", aggregates=[COUNT], groups=["name"])
    assert (row["aggregate_0"], row["group_0"]) == (2, "ACME")


def test_groups_of_references_come_with_their_display_value_in_its_order(aggregate):
    rows = aggregate("incident", "caller_idISEMPTY^ORcaller_id!=gone", aggregates=[COUNT], groups=["caller_id"])
    assert [row["shown_0"] for row in rows] == [None, "Abel Tuter", "Beth Anglin"]
    rows = aggregate("incident", groups=["caller_id.manager", "active"])
    assert [(row["shown_0"], row["group_1"]) for row in rows] == [
        (None, False),
        (None, True),
        ("Beth Anglin", True),
    ]


def test_groups_are_ordered_by_aggregates_or_keys(aggregate):
    by_count = aggregate("task", aggregates=[COUNT], groups=["sys_class_name"], orders=[GroupOrder(COUNT, True)])
    assert [row["aggregate_0"] for row in by_count] == [4, 1, 1]
    last = aggregate("task", groups=["sys_class_name"], orders=[GroupOrder("sys_class_name", True)], limit=1)
    assert [row["group_0"] for row in last] == ["x_mioms_m365ticket_change_request"]


@pytest.mark.parametrize(
    ("comparison", "value", "found"),
    [(">", "1", [4]), ("<=", "1", [1, 1]), ("!=", "4", [1, 1]), ("=", "1.0", [1, 1]), ("<", "0.5", [])],
)
def test_having_keeps_the_groups_that_compare_so(aggregate, comparison, value, found):
    having = [Having(COUNT, comparison, Decimal(value))]
    rows = aggregate("task", aggregates=[COUNT], groups=["sys_class_name"], havings=having)
    assert [row["aggregate_0"] for row in rows] == found


def test_restrictions_take_records_away(aggregate):
    (row,) = aggregate("incident", "priority<3", restrictions=["priority=1"], aggregates=[COUNT])
    assert row["aggregate_0"] == 1


def test_what_the_table_cannot_answer_is_left_out(records):
    """Secrets are never grouped by, texts never added up."""
    asked = Grouping(
        aggregates=(Aggregate(Function.SUM, "name"), Aggregate(Function.MAX, "user_password"), COUNT),
        groups=("user_password", "nothing", "department.name"),
        orders=(GroupOrder("user_password"), GroupOrder(Aggregate(Function.AVG, "name"))),
        havings=(Having(Aggregate(Function.MIN, "name"), ">", Decimal(1)),),
    )
    assert asked.known(records.schema, "sys_user") == Grouping((COUNT,), ("department.name",))
