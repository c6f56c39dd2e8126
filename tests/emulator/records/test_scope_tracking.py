"""Runtime Access Tracking and Restricted Caller Access: what is refused, written down, and said in the log."""

import pytest
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.errors import CallerRestricted, PrivilegeRefused, ScopedApiRefused, ScopeRefused, SourceNotFound
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.web.parts import part_of

SCOPE = "x_mioms_m365ticket"
APP = "Microsoft 365 Security & Compliance connector"
SYSTEM = Caller.system()


@pytest.fixture
def gate():
    instance = make_instance()
    yield part_of(instance, Gate)
    close(instance)


@pytest.fixture
def app_code(gate) -> Caller:
    """The connector's code, run for the admin."""
    user = gate.record("sys_user", SYSTEM).find("user_name=admin")
    return Caller(user.sys_id, "admin", gate.roles_of(user.sys_id), transaction="00ff00ff00ff").as_scope(SCOPE)


def change(gate: Gate, table: str, query: str, **values: object) -> None:
    records = gate.record(table, SYSTEM)
    records.update(records.find(query).sys_id, values)


def track(gate: Gate, kind: str) -> None:
    change(gate, "sys_scope", f"scope={SCOPE}", runtime_access_tracking=kind)


def privileges(gate: Gate) -> list[tuple[str, ...]]:
    elements = ("source_scope.scope", "target_scope.scope", "target_name", "target_type", "operation", "status")
    rows = gate.record("sys_scope_privilege", SYSTEM).query(fields=elements).rows
    return [tuple(row.value(each) for each in elements) for row in rows]


def callers(gate: Gate) -> list[tuple[str, ...]]:
    rows = gate.record("sys_restricted_caller_access", SYSTEM).query().rows
    return [tuple(row.value(each) for each in ("target", "operation", "status")) for row in rows]


def logged(gate: Gate) -> list[str]:
    rows = gate.record("syslog", SYSTEM).query("messageSTARTSWITHSecurity restricted").rows
    assert {row.value("transaction") for row in rows} <= {"00ff00ff00ff"}
    return [row.value("message") for row in rows]


@pytest.mark.source("platform 3 tracking", "D")
def test_without_tracking_an_access_leaves_no_record(gate, app_code):
    gate.record("sys_user", app_code).query()
    assert privileges(gate) == []
    assert logged(gate) == []


@pytest.mark.source("platform 3 b granted", "F")
def test_tracking_grants_the_access_and_writes_it_down_once(gate, app_code):
    track(gate, "permissive")
    for _ in range(3):
        gate.record("sys_user", app_code).query()
    assert privileges(gate) == [(SCOPE, "global", "sys_user", "sys_db_object", "read", "allowed")]
    [message] = logged(gate)
    assert message == (
        f"Security restricted: Read operation on table 'sys_user' from scope '{APP}' was granted and added to '{APP}' "
        "cross scope privileges"
    )


@pytest.mark.source("platform 3 tracking", "D")
def test_enforcing_refuses_writes_the_request_down_and_passes_once_it_is_allowed(gate, app_code):
    """The rows come after the refused transaction was undone, or they would have gone with it."""
    track(gate, "enforcing")
    for _ in range(2):
        with pytest.raises(PrivilegeRefused, match=r"^Create operation on table 'sys_user' from scope"):
            gate.record("sys_user", app_code).insert({"user_name": "someone"})
    assert privileges(gate) == [(SCOPE, "global", "sys_user", "sys_db_object", "create", "requested")]
    assert len(logged(gate)) == 2
    change(gate, "sys_scope_privilege", "operation=create", status="allowed")
    with pytest.raises(PrivilegeRefused, match=r"^Read operation"):
        gate.record("sys_user", app_code).query()
    gate.record("sys_user", app_code).insert({"user_name": "someone"})


@pytest.mark.source("platform 3 layer a", "D")
@pytest.mark.attack("X04")
def test_x04_a_refusal_of_the_tables_own_policy_is_logged_with_the_prefix_and_asks_for_no_privilege(gate, app_code):
    track(gate, "enforcing")
    change(gate, "sys_db_object", "name=oauth_entity", read_access=False)
    with pytest.raises(ScopeRefused) as refusal:
        gate.record("oauth_entity", app_code).query()
    assert logged(gate) == [f"Security restricted: {refusal.value.message}"]
    assert privileges(gate) == []
    assert gate.log.of("00ff00ff00ff")[-1].rule == "Application Access of oauth_entity: Can read"


@pytest.mark.attack("X04")
def test_x04_a_privilege_to_read_grants_no_write(gate, app_code):
    track(gate, "enforcing")
    with pytest.raises(PrivilegeRefused):
        gate.record("sys_user", app_code).query()
    change(gate, "sys_scope_privilege", "operation=read", status="allowed")
    user = gate.record("sys_user", app_code).query().rows[0]
    with pytest.raises(PrivilegeRefused, match=r"^Write operation"):
        gate.record("sys_user", app_code).update(user.sys_id, {"title": "x"})


@pytest.mark.source("platform 2.3", "D")
@pytest.mark.attack("X04")
def test_x04_an_allowed_privilege_never_exceeds_the_tables_own_flags(gate, app_code):
    scopes = {row.value("scope"): row.sys_id for row in gate.record("sys_scope", SYSTEM).query().rows}
    gate.record("sys_scope_privilege", SYSTEM).insert(
        {
            "source_scope": scopes[SCOPE],
            "target_scope": scopes["global"],
            "target_name": "sys_user",
            "operation": "delete",
            "status": "allowed",
        }
    )
    user = gate.record("sys_user", app_code).query().rows[0]
    with pytest.raises(ScopeRefused, match=r"^Delete operation against 'sys_user'"):
        gate.record("sys_user", app_code).delete(user.sys_id)


@pytest.mark.source("platform 3 layer c", "D")
def test_caller_restriction_refuses_until_an_admin_allows_it(gate, app_code):
    change(gate, "sys_db_object", "name=sys_user", caller_access="2")
    with pytest.raises(CallerRestricted) as refusal:
        gate.record("sys_user", app_code).query()
    assert refusal.value.message == (
        f"Read operation on table 'sys_user' from scope '{APP}' was denied. The application '{APP}' must declare a "
        "Restricted Caller Access privilege. Please contact the application admin to update their access requests"
    )
    assert callers(gate) == [("sys_user", "read", "1")]
    change(gate, "sys_restricted_caller_access", "operation=read", status="2")
    assert gate.record("sys_user", app_code).query().rows


@pytest.mark.source("platform 2.3", "D")
def test_caller_tracking_lets_in_and_writes_down_as_allowed(gate, app_code):
    change(gate, "sys_db_object", "name=sys_user", caller_access="1")
    assert gate.record("sys_user", app_code).query().rows
    assert callers(gate) == [("sys_user", "read", "2")]


@pytest.mark.source("platform 3 layer c cure", "D")
def test_setting_caller_access_to_none_cures_the_refusal(gate, app_code):
    change(gate, "sys_db_object", "name=sys_user", caller_access="2")
    with pytest.raises(CallerRestricted):
        gate.record("sys_user", app_code).query()
    change(gate, "sys_db_object", "name=sys_user", caller_access="")
    assert gate.record("sys_user", app_code).query().rows


@pytest.mark.source("platform 3 layer c no source", "D")
def test_a_restricted_table_refuses_code_of_no_known_scope(gate, app_code):
    change(gate, "sys_db_object", "name=sys_user", caller_access="2")
    with pytest.raises(SourceNotFound) as refusal:
        gate.record("sys_user", app_code.as_scope("rhino")).query()
    assert refusal.value.message == (
        "Read operation on table 'sys_user' from scope 'rhino' was denied because the source could not be found. "
        "Please contact the application admin."
    )


@pytest.mark.source("platform 3 b deny script", "D")
def test_calling_a_script_include_needs_a_privilege_where_the_scope_is_enforcing(gate, app_code):
    gate.check_execute("JSUtil", app_code)
    track(gate, "enforcing")
    with pytest.raises(PrivilegeRefused) as refusal:
        gate.check_execute("JSUtil", app_code)
    assert refusal.value.message == (
        f"Execute operation on script include 'JSUtil' from scope '{APP}' was denied. The application '{APP}' must "
        "declare a cross scope access privilege. Please contact the application admin to update their access requests."
    )
    assert privileges(gate) == [(SCOPE, "global", "JSUtil", "sys_script_include", "execute", "requested")]
    change(gate, "sys_scope_privilege", "operation=execute", status="allowed")
    gate.check_execute("JSUtil", app_code)


@pytest.mark.source("platform 3 layer a api", "D")
def test_a_script_include_of_its_own_scope_only_is_refused_by_name(gate, app_code):
    with pytest.raises(ScopedApiRefused) as refusal:
        gate.check_execute("SecurityManager", app_code)
    assert refusal.value.message == (
        "Access to api 'SecurityManager' from scope 'x_mioms_m365ticket' has been refused due to the api's cross-scope "
        "access policy"
    )
    assert logged(gate) == [f"Security restricted: {refusal.value.message}"]


def test_a_read_inside_a_transaction_of_others_is_tracked_after_it(gate, app_code):
    """Written at once it would wait for the lock that its own request holds."""
    track(gate, "permissive")
    with gate.transaction():
        gate.record("sys_user", app_code).query()
        assert privileges(gate) == []
    assert len(privileges(gate)) == 1
