"""Encoded queries as clients, lists and the vendor's own articles write them, asked of the Table API (rest 4)."""

from datetime import UTC, datetime, timedelta

import pytest
from set_clock import SetClock
from ticketlab.emulator.testing import close, make_instance

from .conftest import Api

ADMIN = "6816f79cc0a8016401c5a33be04be441"
NOW = datetime(2020, 5, 29, 18, 40, 30, tzinfo=UTC)
"""In the middle of an hour, and of a day in US/Pacific."""


@pytest.fixture
def then():
    """A client of an instance where it is that moment."""
    made = make_instance(real_clock=SetClock(NOW))
    yield Api(made)
    close(made)


@pytest.mark.source("rest 4", "C")
@pytest.mark.parametrize(
    ("label", "name", "inside", "outside"),
    [
        ("Current hour", "CurrentHour", timedelta(minutes=-40), timedelta(minutes=-41)),
        ("Current minute", "CurrentMinute", timedelta(seconds=-30), timedelta(seconds=-31)),
        ("One year ago", "OneYearAgo", timedelta(days=-366), timedelta(days=-367)),
    ],
)
def test_the_choices_of_the_on_filter_are_understood(then, label, name, inside, outside):
    """As aiosnow has them from the platform's own drop-down list."""
    numbers = [
        then.create("incident", opened_at=f"{NOW + each:%Y-%m-%d %H:%M:%S}")["number"] for each in (inside, outside)
    ]
    on = f"opened_atON{label}@javascript:gs.beginningOf{name}()@javascript:gs.endOf{name}()"
    found = then.rows("incident", sysparm_query=f"numberIN{','.join(numbers)}^{on}", sysparm_fields="number")
    assert [row["number"] for row in found] == numbers[:1]


@pytest.mark.source("platform 2.3", "D")
def test_null_is_how_an_address_says_empty(api):
    """``status!=2^ORstatus=NULL`` stands in the vendor's article on restricted callers."""
    nobody = api.create("incident", assigned_to="")["number"]
    somebody = api.create("incident", assigned_to="beth.anglin")["number"]
    both = f"numberIN{nobody},{somebody}"

    def found(**parameters):
        return [row["number"] for row in api.rows("incident", sysparm_fields="number", **parameters)]

    assert found(sysparm_query=f"{both}^assigned_to=NULL") == [nobody]
    assert found(sysparm_query=f"{both}^assigned_to!=NULL") == [somebody]
    assert found(number=nobody, assigned_to="NULL") == [nobody]
    assert found(number=somebody, assigned_to="NULL") == []


@pytest.mark.source("platform documentation", "D")
@pytest.mark.parametrize(
    ("comparison", "days"),
    [("GE", {1, 2, 3, 4, 5, 6}), ("LE", {0, 1}), ("GT", {2, 3, 4, 5, 6}), ("LT", {0}), ("EE", {1})],
)
def test_a_week_of_the_trend_filter_begins_on_sunday(api, comparison, days):
    """*On or after Monday* is every day but Sunday, *before* it is Sunday alone: the table of operators says so."""
    of_days = {api.create("incident", opened_at=f"2020-05-{3 + day:02} 19:00:00")["number"]: day for day in range(7)}
    trend = f"opened_atDATEPARTMonday@javascript:gs.datePart('dayofweek','monday','{comparison}')"
    found = api.rows("incident", sysparm_query=f"numberIN{','.join(of_days)}^{trend}", sysparm_fields="number")
    assert {of_days[row["number"]] for row in found} == days


@pytest.mark.source("platform documentation", "D")
@pytest.mark.parametrize("operator", ["IN_HIERARCHY", "IN_HIERARCHY_DYNAMIC"])
def test_a_hierarchy_is_named_before_where_it_starts(api, operator):
    """As the condition builder writes *Manager is in hierarchy, starting at*."""
    me = "90d1921e5f510100a9ad2572f2b477fe" if "DYNAMIC" in operator else ADMIN
    lead = api.create("sys_user", user_name=f"lead.{operator}", manager=ADMIN)["sys_id"]
    below = api.create("sys_user", user_name=f"below.{operator}", manager=lead)["sys_id"]
    query = f"manager{operator}fdd0fa0f93f5d2505bd0bd886cba1015@{me}"
    found = {row["sys_id"] for row in api.rows("sys_user", sysparm_query=query, sysparm_fields="sys_id")}
    assert {lead, below} <= found
    assert ADMIN not in found


@pytest.mark.source("KB0715430", "D")
@pytest.mark.parametrize("term", ["assigned_to!={0}", "assigned_toNOT IN{0}", "assigned_toNSAMEAScaller_id"])
def test_what_is_not_somebody_is_not_nobody_either(api, term):
    """*Is not*, *is not one of* and *is different* leave empty fields out, unless one asks for those as well."""
    abel, beth = (api.rows("sys_user", user_name=each)[0]["sys_id"] for each in ("abel.tuter", "beth.anglin"))
    numbers = [api.create("incident", caller_id=abel, assigned_to=each)["number"] for each in (abel, beth, "")]

    def found(query):
        rows = api.rows("incident", sysparm_query=f"numberIN{','.join(numbers)}^{query}", sysparm_fields="number")
        return [row["number"] for row in rows]

    query = term.format(abel)
    assert found(query) == numbers[1:2]
    assert sorted(found(f"{query}^ORassigned_toISEMPTY")) == numbers[1:]


@pytest.mark.source("platform documentation", "D")
def test_what_is_not_true_may_be_empty(api):
    """*False, empty, or NULL*, the table of operators says of a boolean."""
    number = api.create("incident", active=None)["number"]
    assert len(api.rows("incident", sysparm_query=f"number={number}^active!=true")) == 1
    assert api.rows("incident", sysparm_query=f"number={number}^active=false") == []


@pytest.mark.source("platform documentation", "D")
def test_users_are_found_by_their_roles(api, make_user):
    """The examples of encoded queries: ``roles=itil``, ``rolesIN…``, ``rolesLIKE…`` and ``Assigned_to.roles=itil``."""
    itil, plain = make_user("itil", "catalog_admin").auth[0], make_user().auth[0]
    either = f"user_nameIN{itil},{plain}"

    def found(query, user=api):
        rows = user.rows("sys_user", sysparm_query=f"{either}^{query}", sysparm_fields="user_name")
        return [row["user_name"] for row in rows]

    for query in ("roles=itil", "rolesINadmin,itil", "rolesLIKEti", "roles=nothing^ORroles=itil", "rolesISNOTEMPTY"):
        assert found(query) == [itil], query
    for query in ("roles!=itil", "rolesNOT LIKEitil", "rolesISEMPTY", "roles=admin^ORrolesISEMPTY"):
        assert found(query) == [plain], query
    number = api.create("incident", assigned_to=itil)["number"]
    for role, rows in (("itil", 1), ("admin", 0)):
        query = f"number={number}^assigned_to.roles={role}"
        assert len(api.rows("incident", sysparm_query=query)) == rows


@pytest.mark.source("platform documentation", "D")
def test_a_related_list_query_has_its_condition_after_a_comma(api):
    """``RLQUERYincident.problem_id,>=1,priority=1``, and in the query that follows as well."""
    sys_id = api.create("problem", short_description="x")["sys_id"]
    api.create("incident", problem_id=sys_id, impact="1", urgency="1", category="network")

    def count(related):
        query = f"sys_id={sys_id}^RLQUERYincident.problem_id,>=1{related}^ENDRLQUERY"
        return len(api.rows("problem", sysparm_query=query))

    assert [count(each) for each in ("", ",priority=1", ",m2m,priority=1", ",priority=1^category=network")] == [1] * 4
    assert [count(each) for each in (",priority=2", "^priority=2", ",priority=1^category=software")] == [0] * 3


@pytest.mark.source("rest 3", "C")
@pytest.mark.parametrize("query", ["sys_class_nameINSTANCEOFsys_metadata", "sys_class_nameINSTANCEOFsys_script"])
def test_what_one_table_shows_of_several_are_instances_of_it(api, query):
    """As every application file is of sys_metadata."""
    asked = {"sysparm_fields": "sys_id,sys_class_name", "sysparm_limit": 10_000}
    everything = api.rows("sys_metadata", **asked)
    wanted = [row for row in everything if query.endswith("metadata") or row["sys_class_name"] == "sys_script"]
    found = api.rows("sys_metadata", sysparm_query=query, **asked)
    assert {row["sys_id"] for row in found} == {row["sys_id"] for row in wanted}
    assert found
