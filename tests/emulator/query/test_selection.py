"""What queries select from an instance's tables."""

import pytest
from ticketlab.emulator.errors import InvalidTable, QueryTooComplex
from ticketlab.emulator.query import QueryContext, parse

ABEL, BETH = "a" * 32, "b" * 32
CHANGE = "x_mioms_m365ticket_change_request"

INCIDENTS = ["INC1", "INC2", "INC3", "inc4"]


@pytest.mark.source("rest 4", "meas")
@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", INCIDENTS),
        ("number=inc1", ["INC1"]),
        ("number!=INC1", ["INC2", "INC3", "inc4"]),
        ("priority=1^ORpriority=2", ["INC1", "INC2"]),
        ("state=1^priority=1^ORpriority=3", ["INC1", "INC3"]),
        ("priority=1^NQpriority=3", ["INC1", "INC3"]),
        ("priority>=2", ["INC2", "INC3"]),
        ("priority!=1", ["INC2", "INC3"]),
        ("priorityNOT IN1,2", ["INC3"]),
        ("priorityISEMPTY", ["inc4"]),
        ("priority=", ["inc4"]),
        ("active=false", ["inc4"]),
        ("opened_at>2020-01-31", ["INC1", "INC2", "INC3"]),
        ("opened_at=2020-01-31 10:20:30", ["INC1", "INC2", "INC3"]),
        ("opened_atSTARTSWITH2020-01", ["INC1", "INC2", "INC3"]),
        (f"caller_id={ABEL}", ["INC1"]),
        ("caller_id=Abel Tuter", []),
        ("caller_idLIKEtuter", ["INC1"]),
        ("caller_id.user_nameSTARTSWITHbeth", ["INC2"]),
        ("caller_id.manager.name=Beth Anglin", ["INC1"]),
        ("caller_id.nameISEMPTY", ["INC3", "inc4"]),
        ("caller_idISEMPTY", ["INC3"]),
        ("state==1", []),
        ("priority=high", []),
        ("priority!=high", []),
        ("opened_at>2020-02-30", []),
        ("state=99999999999999999999", []),
        ("number=a\0b", []),
        ("number=\ud800", []),
        ("no_such_field=banana", INCIDENTS),
        ("priorityFOOBAR7", INCIDENTS),
        ("numberIN_HIERARCHYabc", INCIDENTS),
        ("numberIN_HIERARCHY_DYNAMIC", INCIDENTS),
        ("NumberLIKE1", INCIDENTS),
        ("no_such_field=banana^ORpriority=1", ["INC1"]),
    ],
)
def test_a_query_selects_what_the_grammar_says(records, query, numbers):
    """Each line is one rule of the README."""
    assert records.values("incident", f"{query}^ORDERBYnumber") == numbers
    assert records.count("incident", query) == len(numbers)


@pytest.mark.attack("Q07")
@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("short_descriptionLIKE100%", ["INC1"]),
        ("short_descriptionLIKE%", ["INC1"]),
        ("short_descriptionLIKEk_f", ["INC2"]),
        ("short_descriptionENDSWITH:\\disk", ["INC3"]),
        ("short_descriptionSTARTSWITH[a", ["inc4"]),
        ("short_descriptionNOT LIKE_", ["INC1", "INC3", "inc4"]),
    ],
)
def test_q07_special_characters_stand_for_themselves(records, query, numbers):
    """% _ \\ [ match literally."""
    assert records.values("incident", f"{query}^ORDERBYnumber") == numbers


@pytest.mark.attack("Q07")
def test_q07_sixty_thousand_percent_signs_are_refused(records):
    """SQLite would fail on such a pattern."""
    with pytest.raises(QueryTooComplex):
        records.select("incident", "numberLIKE" + "%" * 60_000)


@pytest.mark.attack("Q01")
@pytest.mark.parametrize(
    "poison", ["' OR '1'='1", "x'; DROP TABLE task; --", '" OR 1=1', "1) OR (1=1", "${7*7}", "%27"]
)
@pytest.mark.parametrize("shape", ["number={}", "{}=1", "number{}1", "ORDERBY{}", "caller_id.{}=1", "numberIN{}"])
def test_q01_poison_reaches_sql_as_a_bound_value_only(records, poison, shape):
    """Wherever it stands, the SQL's text does not hold it."""
    selection = records.select("incident", shape.format(poison))
    assert poison not in str(selection.rows.statement)
    assert set(records.values("incident", shape.format(poison))) <= set(INCIDENTS)


@pytest.mark.source("rest 3", "meas")
def test_a_parent_table_has_the_records_of_all_that_extend_it(records):
    """With their class; an exact class by sys_class_name=, subclasses by INSTANCEOF."""
    rows = records.rows("task", "ORDERBYnumber", "number")
    assert [(row["number"], row["sys_class_name"]) for row in rows] == [
        ("CHG1", "change_request"),
        ("CHG2", CHANGE),
        *((number, "incident") for number in INCIDENTS),
    ]
    assert records.values("change_request", "ORDERBYnumber") == ["CHG1", "CHG2"]
    assert records.values(CHANGE, "") == ["CHG2"]
    assert records.values("task", "sys_class_name=change_request") == ["CHG1"]
    assert records.values("task", "sys_class_nameINSTANCEOFchange_request^ORDERBYnumber") == ["CHG1", "CHG2"]
    assert records.values("task", "sys_class_nameINSTANCEOFno_such") == []
    assert records.values("task", "sys_class_name=no_such") == []


def test_a_reference_comes_with_the_display_value_of_its_record(records):
    """Empty and dangling references have none."""
    rows = records.rows("incident", "ORDERBYnumber", "caller_id", "caller_id.manager")
    assert [(row["caller_id"], row["caller_id.§display"], row["caller_id.manager.§display"]) for row in rows] == [
        (ABEL, "Abel Tuter", "Beth Anglin"),
        (BETH, "Beth Anglin", None),
        (None, None, None),
        ("gone", None, None),
    ]


def test_a_table_without_classes_names_itself(records):
    """The gate can rely on sys_id and sys_class_name in every row."""
    row = records.rows("sys_user_group", "", "name")[0]
    assert (row["sys_id"], row["sys_class_name"]) == ("c" * 32, "sys_user_group")


def test_paths_that_do_not_exist_are_left_out_and_journals_come_empty(records):
    """sysparm_fields may name anything."""
    selection = records.select(
        "incident", "", "number", "nothing", "caller_id.nothing", "number", "comments", "a.b.c.d.e"
    )
    assert selection.paths == ("number", "comments")
    assert records.rows("incident", "number=INC1", "comments")[0]["comments"] is None


def test_what_was_dropped_is_told(records):
    """The gate warns of a write that a dropped term would have widened."""
    selection = records.select("incident", "nothing=1^priority=1^ORDERBYnowhere")
    assert [str(each) for each in selection.dropped] == ["nothing=1", "ORDERBYnowhere"]


@pytest.mark.source("rest 4", "D")
def test_unknown_terms_match_nothing_where_the_instance_says_so(records):
    """Property glide.invalid_query.returns_no_rows."""
    strict = QueryContext(invalid_returns_nothing=True)
    assert records.values("incident", "nothing=1", context=strict) == []
    assert records.values("incident", "nothing=1^ORpriority=1", context=strict) == []
    assert records.count("incident", "nothing=1^ORpriority=1", context=strict) == 0
    assert records.values("incident", "priority=1^ORDERBYnowhere", context=strict) == ["INC1"]


@pytest.mark.source("rest 1", "meas")
def test_the_page_is_cut_before_restrictions_and_the_count_is_blind_to_them(records):
    """A short page does not mean the end, and X-Total-Count counts what ACLs hide."""
    only_second = [parse("priority=2")]
    options = {"restrictions": only_second, "limit": 1}
    assert records.values("incident", "ORDERBYnumber", **options) == []
    assert records.values("incident", "ORDERBYnumber", **options, offset=1) == ["INC2"]
    assert records.values("incident", "ORDERBYnumber", restrictions=only_second, limit=None) == ["INC2"]
    assert records.count("incident", "", **options) == 4


def test_every_restriction_binds_and_one_that_names_nothing_closes(records):
    """A rule whose field is gone must not open the table."""
    assert records.values("incident", "", restrictions=[parse("priority>1"), parse("priority<3")]) == ["INC2"]
    assert records.values("incident", "", restrictions=[parse("nothing=1")]) == []
    assert records.values("incident", "", restrictions=[parse("priority=1^NQnothing=1")]) == ["INC1"]
    assert records.values("incident", "", restrictions=[parse("caller_id.name=Beth Anglin")]) == ["INC2"]


@pytest.mark.attack("Q09")
def test_q09_only_whitelisted_calls_stand_for_something(records):
    """Everything else after javascript: is text; for nobody a call matches nothing."""
    abel = QueryContext(ABEL, "abel.tuter")
    assert records.values("incident", "caller_id=javascript:gs.getUserID()", context=abel) == ["INC1"]
    assert records.values("incident", "caller_id.user_name=javascript: gs.getUserName();", context=abel) == ["INC1"]
    assert records.values("incident", "caller_id=javascript:gs.getUserID()") == []
    assert records.values("incident", "caller_id!=javascript:gs.getUserID()") == []
    assert records.values("incident", "number=javascript:gs.getProperty('x')", context=abel) == []
    assert records.values("incident", "number=javascript:__import__('os')", context=abel) == []


@pytest.mark.attack("Q11")
@pytest.mark.parametrize(
    "term",
    ["user_passwordSTARTSWITHh", "user_password=hash", "user_passwordISEMPTY", "manager.user_passwordSTARTSWITHx"],
)
def test_q11_no_query_feels_its_way_to_a_secret(records, term):
    """A term on a password field is dropped, so a right and a wrong guess look the same."""
    assert len(records.values("sys_user", term, "user_name")) == 2


@pytest.mark.attack("Q10")
def test_q10_a_path_leads_through_three_references_at_most(records):
    """A deeper one does not exist; a cycle of references is cut the same way."""
    assert records.select("incident", "caller_id.manager.manager.manager.name=x").dropped
    assert not records.select("incident", "caller_id.manager.manager.name=x").dropped


@pytest.mark.attack("Q10")
def test_q10_too_many_joins_are_refused(records):
    """SQLite joins 64 tables at most."""
    references = [name for name, field in records.schema.fields("incident").items() if field.reference]
    paths = [f"{one}.{two}.sys_id" for one in references for two in ("parent", "manager", "company", "location")]
    with pytest.raises(QueryTooComplex, match="40 references"):
        records.select("incident", "", *paths)


@pytest.mark.attack("Q12")
def test_q12_two_hundred_orders_known_and_unknown_do_no_harm(records):
    """16 keys count, the others are dropped and sys_id comes last; 64 keys over joined tables end SQLite's process."""
    fields = list(records.schema.fields("incident"))
    query = "^".join(f"ORDERBY{name}" for name in ["nothing", "caller_id.user_password", *fields, *fields])
    selection = records.select("incident", query)
    assert len(selection.dropped) > 50
    assert "task.sys_id" in str(selection.rows.statement).split("ORDER BY")[1].split(",")[-1]
    assert len(records.values("incident", query)) == 4


def test_empty_values_come_first_and_last_when_descending(records):
    """One direction is the other read backwards, ties included."""
    ascending = records.values("incident", "ORDERBYpriority^ORDERBYnumber")
    assert ascending == ["inc4", "INC1", "INC2", "INC3"]
    assert records.values("incident", "ORDERBYDESCpriority^ORDERBYDESCnumber") == ascending[::-1]


def test_a_reference_is_ordered_by_its_display_value(records):
    """Beth's sys_id is the later one, and so is her name; a missing record has no name."""
    assert records.values("incident", "caller_idISNOTEMPTY^ORDERBYDESCcaller_id") == ["INC2", "INC1", "inc4"]


@pytest.mark.parametrize("descending", [False, True])
def test_ties_are_decided_by_sys_id_in_the_direction_of_the_last_key(records, descending):
    """So pages neither lose nor repeat a record, and an index can be read backwards."""
    word = "ORDERBYDESC" if descending else "ORDERBY"
    assert records.values("incident", f"opened_atISNOTEMPTY^{word}opened_at") == (
        ["INC3", "INC2", "INC1"] if descending else ["INC1", "INC2", "INC3"]
    )


@pytest.mark.parametrize(
    ("limit", "offset", "numbers"),
    [(2, 1, ["INC2", "INC3"]), (-1, 0, []), (0, 0, []), (10**30, -5, INCIDENTS), (1, 10**30, [])],
)
def test_limits_and_offsets_of_any_size_are_taken(records, limit, offset, numbers):
    """A negative limit is not SQLite's *no limit*, and none overflows."""
    assert records.values("incident", "ORDERBYnumber", limit=limit, offset=offset) == numbers


def test_an_offset_without_a_limit_skips(records):
    """For reading on to the end."""
    assert records.values("incident", "ORDERBYnumber", limit=None, offset=3) == ["inc4"]


def test_queries_that_differ_in_values_only_share_a_statement(records):
    """So the database's driver and SQLAlchemy compile it once."""
    one = records.select("incident", "priority=1^numberINa,b", limit=1)
    other = records.select("incident", "priority=2^numberINc", limit=7)
    assert one.rows.statement is other.rows.statement
    assert one.rows.values != other.rows.values


def test_different_questions_about_a_table_share_its_labels(records):
    """They are most of what a kept statement weighs, and whoever asks a thousand different ones has a thousand kept."""
    asked = [records.select("incident", query, "caller_id", "number") for query in ("priority=1", "state=1^ORnumber=2")]
    first, second = (each.rows.statement.selected_columns for each in asked)
    for label in ("number", "caller_id", "caller_id.§display"):
        assert first[label] is second[label]


def test_an_unknown_table_is_an_invalid_table(records):
    """400 for everybody, whatever the query."""
    with pytest.raises(InvalidTable):
        records.select("no_such_table", "")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "ORDERBYDESCnumber",
        "ORDERBYsys_class_name^ORDERBYDESCstate",
        "ORDERBYDESCsys_class_name",
        "sys_class_name=incident^ORsys_class_nameLIKEm365^ORDERBYpriority",
        "stateISNOTEMPTY^NQactive=false^ORDERBYshort_description",
    ],
)
@pytest.mark.parametrize("restriction", ["", "sys_class_name!=change_request"])
def test_pages_over_several_classes_together_are_the_whole_list(records, query, restriction):
    """Each is merged from the classes, and restricted after it was cut: no record is lost, repeated or out of place."""
    restrictions = [parse(restriction)] if restriction else []
    whole = records.values("task", query, limit=None, restrictions=restrictions)
    pages = [records.values("task", query, limit=2, offset=offset, restrictions=restrictions) for offset in (0, 2, 4)]
    assert [number for page in pages for number in page] == whole
    assert records.count("task", query, limit=2) == records.count("task", query, limit=None)


@pytest.mark.parametrize("empty_records", ["sqlite"], indirect=True)
@pytest.mark.parametrize("table", ["task", "incident", "change_request"])
@pytest.mark.parametrize("query", ["", "ORDERBYDESCsys_updated_on", "state=1^priority=3^ORDERBYDESCsys_created_on"])
def test_an_index_gives_each_class_its_records_in_the_order_of_the_page(records, table, query):
    """The time of a page does not grow with the table: only what the classes contribute is sorted.

    On SQLite only: of an empty table PostgreSQL's plans tell nothing.
    """
    plan = plan_of(records, table, query)
    assert not [step for step in plan if step.startswith("SCAN task")], plan
    assert sum(step.startswith("USE TEMP B-TREE") for step in plan) <= 2, plan


@pytest.mark.parametrize("empty_records", ["sqlite"], indirect=True)
@pytest.mark.parametrize("table", ["task", "incident", "change_request"])
def test_the_newest_tasks_of_an_item_are_found_by_the_item(records, table):
    """As its form shows them: of an item without any, the whole table would be looked through by number."""
    plan = plan_of(records, table, f"cmdb_ci={'0' * 32}^ORDERBYDESCnumber")
    assert [step for step in plan if "index_task_cmdb_ci_number (sys_class_name=? AND cmdb_ci=?)" in step], plan


def plan_of(records, table, query):
    """The steps in which SQLite finds a page."""
    prepared = records.select(table, query, limit=20).rows
    compiled = prepared.statement.compile(dialect=records.store.engine.dialect)
    values = tuple({**compiled.params, **prepared.values}[name] for name in compiled.positiontup)
    with records.store.reading() as connection:
        return [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values)]
