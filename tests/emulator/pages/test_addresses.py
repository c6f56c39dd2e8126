"""IP Address Access Control: who may reach the instance at all, and nobody locked out by his own hand."""

from pathlib import Path

import pytest
from people import api
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.settings import Settings
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.errors import RefusedToStart
from ticketlab.shared.web.parts import part_of

ELSEWHERE = "127.0.0.2"
RULES = "/api/now/table/ip_access"
PATHS = ("/", "/login.do", "/api/now/table/incident", "/oauth_token.do", "/static/login.css", "/no.do")
EVERYBODY = ("0.0.0.0", "255.255.255.255")  # noqa: S104 - a range of addresses, nothing to listen on


def rule(instance, start, end="", **values):
    """Add a rule over the REST API, from 127.0.0.1."""
    given = {"range_start": start, "range_end": end or start, "type": "deny", **values}
    return api(instance, "POST", RULES, given)["sys_id"]


def status_from(instance, address, path="/login.do", **headers):
    with instance.test_client().get(path, environ_base={"REMOTE_ADDR": address}, headers=headers) as answer:
        return answer.status_code


@pytest.mark.source("platform 2.4", "D")
@pytest.mark.parametrize("path", PATHS)
def test_a_denied_address_is_answered_403_on_every_path(instance, path):
    """Before anything else: no login page, no API envelope, no file, and no transaction."""
    rule(instance, ELSEWHERE)
    answer = instance.test_client().get(path, environ_base={"REMOTE_ADDR": ELSEWHERE})
    assert answer.status_code == 403
    assert "Access restricted (127.0.0.2 not authorized)" in answer.text
    assert "X-Transaction-ID" not in answer.headers
    assert status_from(instance, "127.0.0.1", path) != 403


@pytest.mark.source("platform 2.4", "D")
def test_a_denied_client_is_named_in_the_log_as_the_node_log_names_it(instance):
    """So that somebody who looks for the address finds it."""
    rule(instance, ELSEWHERE)
    status_from(instance, ELSEWHERE)
    written = (Path(instance.instance_path) / "logs" / "emulator.jsonl").read_text()
    assert "WARNING *** Security restricted: Access restricted (127.0.0.2 not authorized)" in written


def test_a_denied_client_is_explained_by_the_rule_that_denied_it(instance):
    """The lab names the record to change; the refused client learns of none."""
    made = rule(instance, ELSEWHERE)
    status_from(instance, ELSEWHERE)
    decision = part_of(instance, Gate).log.latest(1)[0]
    assert (decision.step, decision.outcome, decision.record) == ("address", "refused", f"ip_access.{made}")


def test_a_denied_request_can_be_opened_in_the_lab_and_names_its_address(instance):
    """It has an id of its own there, though its answer bears none."""
    rule(instance, ELSEWHERE)
    status_from(instance, ELSEWHERE)
    client, html = instance.test_client(), {"Accept": "text/html"}
    request = client.get("/lab/decisions").json["decisions"][0]["transaction"]
    assert f'href="/lab/decisions/{request}"' in client.get("/lab/decisions", headers=html).text
    page = client.get(f"/lab/decisions/{request}", headers=html).text
    assert "nobody" in page
    assert "The request came from 127.0.0.2, which the rule covers." in page


@pytest.mark.source("platform 2.4", "D")
def test_an_allow_rule_supersedes_every_deny_rule(instance):
    """An address that is both allowed and denied is allowed; its neighbours stay denied."""
    rule(instance, "127.0.0.1", type="allow")
    rule(instance, ELSEWHERE, type="allow")
    rule(instance, *EVERYBODY)
    assert status_from(instance, ELSEWHERE) == 200
    assert status_from(instance, "127.0.0.3") == 403


@pytest.mark.parametrize(
    ("values", "expected"),
    [({"active": "false"}, 200), ({"direction": "outbound"}, 200), ({"direction": "bidirectional"}, 403)],
    ids=["inactive", "outbound", "bidirectional"],
)
@pytest.mark.source("platform 2.4", "D")
def test_only_active_rules_for_inbound_requests_count(instance, values, expected):
    """A rule that is switched off, or for what the instance sends, keeps nobody out."""
    rule(instance, ELSEWHERE, **values)
    assert status_from(instance, ELSEWHERE) == expected


def test_a_rule_bites_and_is_lifted_with_the_next_request(instance):
    """Nothing is remembered beyond the version of the rules."""
    made = rule(instance, ELSEWHERE)
    assert status_from(instance, ELSEWHERE) == 403
    api(instance, "PATCH", f"{RULES}/{made}", {"active": "false"})
    assert status_from(instance, ELSEWHERE) == 200
    api(instance, "PATCH", f"{RULES}/{made}", {"active": "true"})
    assert status_from(instance, ELSEWHERE) == 403
    api(instance, "DELETE", f"{RULES}/{made}")
    assert status_from(instance, ELSEWHERE) == 200


@pytest.mark.source("platform 2.4", "D")
def test_nobody_locks_out_his_own_address(instance, admin):
    """The form says so, keeps what was typed, and saves nothing."""
    new = admin.get("/ip_access.do?sys_id=-1").form("sysparm_referring_url")
    answer = admin.send(new, "sysverb_insert", ip_access__range_start="127.0.0.0", ip_access__range_end="127.0.0.9")
    assert answer.status == 403
    assert "This would lock you out: you come from 127.0.0.1" in answer.alerts[0]
    assert answer.form("sysparm_referring_url").values["ip_access.range_end"] == "127.0.0.9"
    assert api(instance, "GET", RULES) == []


def test_nobody_takes_away_the_rule_that_lets_him_in(instance):
    """Deleting it or switching it off would lock out as well."""
    mine = rule(instance, "127.0.0.1", type="allow")
    rule(instance, *EVERYBODY)
    client = instance.test_client()
    assert client.delete(f"{RULES}/{mine}", auth=("admin", "admin")).status_code == 403
    off = client.patch(f"{RULES}/{mine}", json={"active": "false"}, auth=("admin", "admin"))
    assert off.status_code == 403
    assert "This would lock you out" in off.json["error"]["detail"]
    assert status_from(instance, "127.0.0.1") == 200


@pytest.mark.source("platform 2.4", "D")
@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        ("10.0.0.0/8", "10.0.0.0", "asterisks and CIDR blocks are not supported"),
        ("10.*", "10.*", "asterisks and CIDR blocks are not supported"),
        ("10.0.0", "10.0.0.9", "10.0.0 is not an IP address"),
        ("10.0.0.9", "10.0.0.1", "The range ends before it starts"),
        ("10.0.0.9", "2001:db8::1", "both be IPv4 or both be IPv6"),
    ],
)
def test_a_range_that_could_never_match_is_refused_in_words(instance, start, end, sentence):
    """Asterisks, CIDR blocks and typing errors: the rule would do nothing, and nobody would know."""
    answer = instance.test_client().post(RULES, json={"range_start": start, "range_end": end}, auth=("admin", "admin"))
    assert answer.status_code == 403
    assert sentence in answer.json["error"]["detail"]


def test_an_ipv4_address_is_the_same_written_in_ipv6(instance):
    """A dual-stack socket names an IPv4 peer so."""
    rule(instance, "10.0.0.1", "10.0.0.9")
    assert status_from(instance, "::ffff:10.0.0.5") == 403
    assert status_from(instance, "::ffff:10.0.0.10") == 200
    assert status_from(instance, "2001:db8::5") == 200


def test_the_lab_stays_within_reach_of_its_guard(instance):
    """Whoever is at this machine can mend a mistake; the lab's own guard refuses others."""
    rule(instance, ELSEWHERE)
    assert status_from(instance, ELSEWHERE, "/lab/health") == 200
    assert status_from(instance, "203.0.113.5", "/lab/health") == 403


def test_the_strict_property_keeps_no_customer_out(instance):
    """It narrows the addresses of ServiceNow's own staff; whom to deny is a rule's to say."""
    found = api(instance, "GET", "/api/now/table/sys_properties?sysparm_query=name=glide.ip.authenticate.strict")
    api(instance, "PATCH", f"/api/now/table/sys_properties/{found[0]['sys_id']}", {"value": "true"})
    assert status_from(instance, ELSEWHERE) == 200


def test_a_forwarded_address_is_not_looked_at_from_just_anybody(instance):
    """It is a claim of whoever sends it."""
    rule(instance, "203.0.113.5")
    assert status_from(instance, "127.0.0.1", **{"X-Forwarded-For": "203.0.113.5"}) == 200
    assert status_from(instance, "203.0.113.5", **{"X-Forwarded-For": "127.0.0.1"}) == 403


class TestBehindAProxy:
    @pytest.fixture
    def instance(self):
        made = make_instance(trusted_proxies=("10.1.0.0/16",))
        yield made
        close(made)

    @pytest.mark.parametrize(
        ("forwarded", "expected"),
        [
            ("203.0.113.5", 403),
            ("198.51.100.1", 200),
            ("198.51.100.1, 203.0.113.5", 403),
            ("203.0.113.5, 198.51.100.1", 200),
            ("203.0.113.5, 10.1.0.9", 403),
        ],
    )
    @pytest.mark.source("platform 2.4", "D")
    def test_the_address_is_the_one_a_trusted_proxy_names(self, instance, forwarded, expected):
        """From the right, as far as each hop is trusted; what a client wrote before that is not believed."""
        rule(instance, "203.0.113.5")
        assert status_from(instance, "10.1.0.1", **{"X-Forwarded-For": forwarded}) == expected

    def test_a_client_behind_the_proxy_is_no_loopback_peer_for_the_lab(self, instance):
        """Else a proxy on this machine would open the lab to everybody."""
        assert status_from(instance, "10.1.0.1", "/lab/health", **{"X-Forwarded-For": "203.0.113.5"}) == 403


def test_a_proxy_that_is_no_address_is_refused_at_the_start(tmp_path):
    """Misspelt, it would be trusted never, and nobody would know why."""
    with pytest.raises(RefusedToStart, match="TRUSTED_PROXIES"):
        Settings(data=tmp_path, trusted_proxies=("proxy",))


def test_the_menu_leads_to_the_rules(looking):
    """System Security > IP Address Access Control."""
    page = looking.get("/home.do")
    listed = looking.get(f"/{page.link('IP Address Access Control').lstrip('/')}")
    assert "IP Address Access Controls" in listed.text
