"""Rate limits: rules as data, counted by the hour and the user."""

import pytest
from set_clock import SetClock
from ticketlab.emulator.testing import close, make_instance

from .conftest import Api

HOUR = 3600
LIMITS = ("X-RateLimit-Limit", "X-RateLimit-Reset", "X-RateLimit-Rule")


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
def own(clock):
    """An instance whose rules are this test's own."""
    made = make_instance(real_clock=clock)
    yield Api(made)
    close(made)


def limit(api, per_hour, **further):
    values = {"name": "Few", "rest_api": "Table API", "request_limit": per_hour, **further}
    answer = api.send("POST", "sys_rate_limit_rules", values)
    assert answer.status_code == 201, answer.text
    return answer.json["result"]["sys_id"]


def user(own, *roles):
    count = own.rows("sys_user", sysparm_fields="user_name", sysparm_query="user_nameSTARTSWITHlimited.")
    name = f"limited.{len(count)}"
    body = {"user_name": name, "password": "secret", "roles": list(roles)}
    assert own.http.post("/lab/users", json=body).status_code == 201
    return Api(own.http.application, name, "secret")


@pytest.mark.source("platform 4.3", "D")
def test_beyond_a_limit_requests_are_refused_until_the_next_hour(own, clock):
    """The three headers stand on allowed answers, too; of other APIs nothing is limited."""
    caller = user(own, "itil")
    rule = limit(own, 2)
    for _request in range(2):
        answer = caller.get("incident", sysparm_limit=1)
        assert (answer.status_code, answer.headers["X-RateLimit-Limit"]) == (200, "2")
    refused = caller.get("incident", sysparm_limit=1)
    assert refused.status_code == 429
    assert refused.json == {
        "error": {
            "message": "Rate limit exceeded",
            "detail": "Rate limit of 2 requests per hour for Table API exceeded",
        },
        "status": "failure",
    }
    assert refused.headers["X-RateLimit-Rule"] == rule
    reset, wait = int(refused.headers["X-RateLimit-Reset"]), int(refused.headers["Retry-After"])
    assert (reset % HOUR, reset - int(clock.now().timestamp())) == (0, wait)
    assert caller.open("/api/now/stats/incident?sysparm_count=true").status_code == 200
    clock.advance(seconds=wait)
    assert caller.get("incident", sysparm_limit=1).status_code == 200


def test_a_refused_request_says_why_in_the_lab(own):
    """Its decision names the rule that somebody has to change."""
    caller = user(own, "itil")
    rule = limit(own, 0, table="incident")
    refused = caller.get("incident", sysparm_limit=1)
    why = own.http.get(f"/lab/decisions/{refused.headers['X-Transaction-ID']}").json["decisions"]
    assert [(each["step"], each["outcome"], each["rule"], each["table"], each["record"]) for each in why] == [
        ("rate limit", "refused", "Few", "incident", f"sys_rate_limit_rules.{rule}")
    ]


@pytest.mark.source("rest 1", "D")
def test_without_a_rule_there_are_no_limits_and_no_headers(own):
    assert not set(LIMITS) & set(own.get("incident", sysparm_limit=1).headers.keys())
    limit(own, 5, active="false")
    assert not set(LIMITS) & set(own.get("incident", sysparm_limit=1).headers.keys())


@pytest.mark.source("platform 4.3", "D")
def test_a_users_rule_comes_before_a_roles_before_that_for_all(own):
    """Of several for a role the lowest decides; each user has a count of its own."""
    first, second, third = user(own, "itil"), user(own, "itil"), user(own)
    named = own.rows("sys_user", user_name=first.auth[0])[0]["sys_id"]
    role = own.rows("sys_user_role", name="itil")[0]["sys_id"]
    limit(own, 50, type="user", user=named)
    limit(own, 7, type="role", role=role)
    limit(own, 6, type="role", role=role)
    limit(own, 3, type="all")
    told = [client.get("incident").headers["X-RateLimit-Limit"] for client in (first, second, third)]
    assert told == ["50", "6", "3"]


def test_a_rule_may_be_for_one_table(own):
    caller = user(own, "itil")
    limit(own, 0, table="incident")
    assert caller.get("incident").status_code == 429
    assert caller.get("change_request").status_code == 200


def test_each_request_of_a_batch_counts(own):
    caller = user(own, "itil")
    limit(own, 1)
    item = {"method": "GET", "url": "/api/now/table/incident?sysparm_limit=1", "headers": []}
    batch = {"batch_request_id": "1", "rest_requests": [{"id": str(each), **item} for each in range(2)]}
    answer = caller.open("/api/now/batch", "POST", json=batch).json
    assert [each["status_code"] for each in answer["serviced_requests"]] == [200, 429]


def test_only_their_administrator_makes_rules(own):
    for roles, status in ((("itil",), 403), (("rate_limit_admin",), 201)):
        answer = user(own, *roles).send("POST", "sys_rate_limit_rules", {"name": "x", "request_limit": "9"})
        assert answer.status_code == status
