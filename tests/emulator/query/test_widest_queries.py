"""The widest queries that are read are also answered, on either database and for records of several classes."""

import pytest
from ticketlab.emulator.errors import QueryTooComplex
from ticketlab.emulator.query.parser import MOST_TERMS
from ticketlab.emulator.query.resolver import MOST_RELATED


def terms(joint, count=MOST_TERMS, text="priority!={}"):
    return joint.join(text.format(1000 + number) for number in range(count))


@pytest.mark.attack("Q05")
@pytest.mark.parametrize("joint", ["^", "^OR", "^NQ"])
@pytest.mark.parametrize(
    ("text", "count"),
    [("priority!={0}", MOST_TERMS), ("short_descriptionNOT LIKEx{0}^ORpriority={0}", MOST_TERMS // 2)],
)
def test_q05_as_many_terms_as_there_may_be_are_answered(records, joint, text, count):
    """SQLite counts the depth of a page's or a count's conditions together with that of what stands around them."""
    found = records.values("task", terms(joint, count, text))
    assert {"INC1", "INC2", "INC3"} <= set(found)
    assert records.count("task", terms(joint, count, text)) == len(found)


@pytest.mark.attack("Q05")
@pytest.mark.parametrize("joint", ["^", "^OR"])
def test_q05_as_many_terms_within_related_records_are_answered(records, joint):
    """And within those that are related to the related ones."""
    once = f"RLQUERYincident.caller_id,>=1^{terms(joint, MOST_TERMS - 1)}^ENDRLQUERY"
    assert sorted(records.values("sys_user", once, "user_name")) == ["abel.tuter", "beth.anglin"]
    inner = f"RLQUERYincident.caller_id,>=1^{terms(joint, MOST_TERMS - 2)}^ENDRLQUERY"
    twice = f"RLQUERYsys_user.manager,>=1^{inner}^ENDRLQUERY"
    assert records.values("sys_user", twice, "user_name") == ["beth.anglin"]


@pytest.mark.attack("Q13")
@pytest.mark.parametrize(
    "text",
    [
        "RLQUERYincident.caller_id,>=1^priority!={}^ENDRLQUERY",
        "SUBQUERYsys_id,caller_id,incident^priority!={}^ENDSUBQUERY",
        "JOINsys_user.sys_id=incident.caller_id!priority!={}",
        "roles!=r{}",
    ],
)
def test_q13_related_records_are_asked_about_so_often_and_no_more(records, text):
    """PostgreSQL plans such a query for seconds, and a wider one for minutes."""
    assert records.values("sys_user", terms("^", MOST_RELATED, text), "user_name")
    with pytest.raises(QueryTooComplex, match="at most 20 times"):
        records.values("sys_user", terms("^", MOST_RELATED + 1, text), "user_name")


@pytest.mark.attack("Q13")
def test_q13_enclosed_terms_about_related_records_count_as_well(records):
    inner = terms("^", MOST_RELATED, "RLQUERYincident.caller_id,>=1^priority!={}^ENDRLQUERY")
    with pytest.raises(QueryTooComplex, match="at most 20 times"):
        records.values("sys_user", f"RLQUERYsys_user.manager,>=1^{inner}^ENDRLQUERY", "user_name")
