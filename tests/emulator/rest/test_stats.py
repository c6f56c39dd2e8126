"""The Aggregate API (rest 5)."""

import pytest

GROUP = "287ebd7da9fe198100f92cc8d1d2154e"


@pytest.fixture(name="stats")
def _stats(api):
    def ask(table="incident", client=None, version="", **parameters):
        given = {f"sysparm_{name}": value for name, value in parameters.items()}
        return (client or api).open(f"/api/now/{version}stats/{table}", query_string=given)

    return ask


@pytest.mark.source("rest 5", "D")
@pytest.mark.parametrize("version", ["", "v1/", "v2/"])
def test_statistics_without_groups_are_one_object_of_strings(stats, version):
    answer = stats(
        version=version, query="number<INC0000005", count="True", avg_fields="priority", max_fields="number,opened_at"
    )
    assert answer.text == (
        '{"result":{"stats":{"count":"4","avg":{"priority":"2.0000"},'
        '"max":{"number":"INC0000004","opened_at":"2020-03-10 12:31:00"}}}}'
    )


@pytest.mark.source("rest 5", "D")
def test_groups_come_as_a_list_with_their_fields(stats):
    answer = stats(query=f"assignment_group={GROUP}", count="true", group_by="assignment_group,state")
    assert answer.json["result"][0] == {
        "stats": {"count": "3"},
        "groupby_fields": [{"field": "assignment_group", "value": GROUP}, {"field": "state", "value": "2"}],
    }


@pytest.mark.source("rest 5", "D")
@pytest.mark.parametrize(
    ("display", "form"),
    [
        ("true", {"field": "assignment_group", "value": "Network"}),
        ("all", {"field": "assignment_group", "value": GROUP, "display_value": "Network"}),
    ],
)
def test_a_groups_value_is_written_as_asked_for(stats, display, form):
    answer = stats(query=f"assignment_group={GROUP}", group_by="assignment_group", display_value=display)
    assert answer.json["result"][0]["groupby_fields"] == [form]


@pytest.mark.source("rest 5", "D")
def test_the_empty_group_and_a_dot_walk_are_groups_too(stats):
    found = stats(count="true", group_by="assignment_group.manager.user_name").json["result"]
    assert found[0]["groupby_fields"] == [{"field": "assignment_group.manager.user_name", "value": ""}]


@pytest.mark.source("rest 5", "D")
def test_groups_are_ordered_and_chosen_by_their_statistics(stats):
    parameters = {"count": "true", "group_by": "state", "order_by": "COUNT^DESC", "having": "count^state^>^2"}
    counts = [int(each["stats"]["count"]) for each in stats(**parameters).json["result"]]
    assert counts == sorted(counts, reverse=True)
    assert min(counts) > 2


@pytest.mark.source("rest 5", "D")
def test_pairs_of_name_and_value_filter_as_in_lists(api, stats):
    answer = api.open("/api/now/stats/incident", query_string={"sysparm_count": "true", "number": "INC0000001"})
    assert answer.json["result"]["stats"]["count"] == "1"


@pytest.mark.source("rest 5", "G")
def test_an_empty_result_counts_nothing(stats):
    assert stats(query="number=none", count="true", min_fields="number").json["result"] == {
        "stats": {"count": "0", "min": {"number": ""}}
    }
    assert stats(query="number=none", count="true", group_by="state").json["result"] == []


@pytest.mark.source("rest 5", "D")
@pytest.mark.parametrize("parameters", [{"count": "true"}, {}, {"count": "true", "having": "x"}])
def test_an_invalid_table_is_400_whatever_is_asked_of_it(stats, parameters):
    answer = stats("no_table", **parameters)
    assert (answer.status_code, answer.json["error"]["message"]) == (400, "Invalid table no_table")


@pytest.mark.source("rest 1", "G")
@pytest.mark.parametrize("parameters", [{}, {"count": "false"}, {"min_fields": " , "}])
def test_nothing_to_aggregate_is_400(stats, parameters):
    answer = stats(**parameters)
    assert answer.status_code == 400
    assert answer.json["error"]["message"] == "No request parameter for aggregate operation specified"


@pytest.mark.parametrize(
    "parameters",
    [{"having": "count^state^>^many"}, {"having": "x"}, {"group_by": ",".join(f"f{each}" for each in range(200))}],
)
def test_conditions_without_meaning_and_endless_lists_are_400(stats, parameters):
    assert stats(**{"count": "true", "group_by": "state", **parameters}).status_code == 400


@pytest.mark.source("rest 1", "C")
def test_a_bare_count_is_blind_to_access_rules_and_whatever_shows_values_is_not(stats, make_user):
    nobody = make_user()
    everything = stats(count="true").json
    assert stats(client=nobody, count="true").json == everything
    assert stats(client=nobody, count="true", group_by="short_description").json["result"] == []
    assert stats(client=nobody, count="true", max_fields="number").json["result"]["stats"]["max"] == {"number": ""}
    assert stats("sys_properties", nobody, max_fields="value").json["result"]["stats"]["max"] == {"value": ""}
    assert stats("sys_db_object", nobody, count="true").status_code == 403


@pytest.mark.source("platform 4.2", "C")
@pytest.mark.parametrize("how", ["group_by", "min_fields", "order_by"])
def test_a_field_one_may_not_read_is_not_aggregated(stats, make_user, how):
    asked = {"count": "true", "group_by": "label", how: "value"}
    answer = stats("sys_choice", make_user(), **asked)
    if how == "order_by":  # only what is grouped by orders
        assert answer.status_code == 200
    else:
        assert answer.status_code == 403
        assert answer.json["error"]["message"] == "Insufficient rights to query records"
    ordered = {"count": "true", "group_by": "label", "order_by": "MAX^value"}
    assert stats("sys_choice", make_user(), **ordered).status_code == 403


@pytest.mark.source("platform 2.3", "C")
def test_a_table_closed_to_rest_is_not_counted_either(stats):
    assert stats("sys_store_app", count="true").status_code == 403


def test_statistics_need_credentials(stats, stranger):
    assert stats(client=stranger, count="true").status_code == 401
