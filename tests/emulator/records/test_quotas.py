"""Which quota rule stands for a request."""

import pytest
from ticketlab.emulator.records.quotas import OTHER_APIS, PAGES, RULES, Quotas

QUOTAS = Quotas({name: number for number, name in enumerate([*RULES.values(), OTHER_APIS, PAGES], 1)})


@pytest.mark.source("platform 4.4", "I")
@pytest.mark.parametrize(
    ("path", "in_json", "rule"),
    [
        ("/api/now/table/incident", False, RULES["table"]),
        ("/api/now/v2/table/incident", False, RULES["table"]),
        ("/api/now/import/u_staged", False, RULES["import"]),
        ("/api/now/stats/incident", False, RULES["stats"]),
        ("/api/now/attachment/file", False, RULES["attachment"]),
        ("/api/now/tables", False, OTHER_APIS),
        ("/api/sn_chg_rest/change", False, OTHER_APIS),
        ("/incident.do", True, OTHER_APIS),
        ("/incident.do", False, PAGES),
        ("/incident_list.do", False, PAGES),
    ],
)
def test_a_request_has_the_quota_of_its_rule(path, in_json, rule):
    assert QUOTAS.of(path, in_json=in_json) == QUOTAS.seconds[rule]


def test_a_request_without_an_active_rule_has_no_quota():
    assert Quotas({}).of("/api/now/table/incident") is None
