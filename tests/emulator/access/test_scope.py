"""The scope step: what the code of an application scope may touch."""

from dataclasses import replace

import pytest
from ticketlab.emulator.access.caller import Caller, Channel
from ticketlab.emulator.access.operations import Operation
from ticketlab.emulator.access.policy import ApplicationScope, Policy, ScopePrivilege
from ticketlab.emulator.access.scope import check_scope
from ticketlab.emulator.access.trail import Trail
from ticketlab.emulator.dictionary.model import ApplicationAccess, Dictionary, Table
from ticketlab.emulator.errors import PrivilegeRefused, ScopeRefused

APP = "x_mioms_m365ticket"
READ_REFUSED = (
    "Read operation against 'oauth_entity' from scope 'x_mioms_m365ticket' has been refused due to the table's "
    "cross-scope access policy"
)


def dictionary(**access: bool) -> Dictionary:
    return Dictionary(
        {
            "oauth_entity": Table(
                "oauth_entity", "Application Registeries", access=ApplicationAccess(**access), sys_id="t"
            )
        }
    )


def trail(operation: Operation = Operation.READ) -> Trail:
    return Trail(Caller("u", "admin", frozenset({"admin"})).as_scope(APP), "oauth_entity", operation)


@pytest.mark.source("platform 3 layer a read", "D")
@pytest.mark.parametrize("access", [{"all_scopes": False}, {"read": False}])
def test_a_table_closed_to_other_scopes_refuses_the_read_in_the_platforms_words(access):
    with pytest.raises(ScopeRefused) as refusal:
        check_scope(dictionary(**access), Policy(), trail(), Operation.READ)
    assert refusal.value.message == READ_REFUSED


@pytest.mark.source("platform 3 layer a create", "D")
def test_creating_needs_can_create():
    with pytest.raises(ScopeRefused, match=r"^Create operation against 'oauth_entity'"):
        check_scope(dictionary(create=False), Policy(), trail(Operation.CREATE), Operation.CREATE)


@pytest.mark.source("platform 3", "D")
@pytest.mark.parametrize(
    ("operation", "word"), [("read", "Read"), ("create", "Create"), ("write", "Write"), ("delete", "Delete")]
)
def test_both_layers_name_each_operation_in_the_platforms_words(operation, word):
    """Layer a tells the technical name of the scope, layer b its display name."""
    asked = Operation(operation)
    with pytest.raises(ScopeRefused) as closed:
        check_scope(dictionary(read=False), Policy(), trail(asked), asked)
    assert closed.value.message == (
        f"{word} operation against 'oauth_entity' from scope '{APP}' has been refused due to the table's "
        "cross-scope access policy"
    )
    policy = Policy(
        scopes={APP: ApplicationScope("s", APP, "The Connector")},
        privileges={(APP, "oauth_entity", operation): ScopePrivilege("p", "denied")},
    )
    with pytest.raises(PrivilegeRefused) as denied:
        check_scope(dictionary(delete=True), policy, trail(asked), asked)
    assert denied.value.message == (
        f"{word} operation on table 'oauth_entity' from scope 'The Connector' was denied. The application "
        "'The Connector' must declare a cross scope access privilege. Please contact the application admin to update "
        "their access requests."
    )


@pytest.mark.source("platform 2.3", "D")
def test_can_read_is_needed_for_every_other_operation():
    with pytest.raises(ScopeRefused, match=r"^Write operation"):
        check_scope(dictionary(read=False), Policy(), trail(Operation.WRITE), Operation.WRITE)


@pytest.mark.source("platform 7.1", "D")
def test_the_texts_of_autumn_2020_say_because_of():
    policy = Policy(scopes={APP: ApplicationScope("s", APP, "Connector", version="1.1.0")})
    with pytest.raises(ScopeRefused, match="has been refused because of the table's"):
        check_scope(dictionary(read=False), policy, trail(), Operation.READ)


@pytest.mark.source("platform 3 layer b", "D")
def test_a_denied_privilege_refuses_in_the_words_of_the_second_layer():
    policy = Policy(
        scopes={APP: ApplicationScope("s", APP, "The Connector")},
        privileges={(APP, "oauth_entity", "read"): ScopePrivilege("p", "denied")},
    )
    with pytest.raises(
        PrivilegeRefused, match=r"^Read operation on table 'oauth_entity' from scope 'The Connector' was"
    ):
        check_scope(dictionary(), policy, trail(), Operation.READ)


@pytest.mark.source("platform 3 tracking", "D")
def test_enforcing_refuses_what_is_only_requested():
    policy = Policy(
        scopes={APP: ApplicationScope("s", APP, "The Connector", runtime_access_tracking="enforcing")},
        privileges={(APP, "oauth_entity", "read"): ScopePrivilege("p", "requested")},
    )
    with pytest.raises(PrivilegeRefused):
        check_scope(dictionary(), policy, trail(), Operation.READ)


def test_a_person_in_the_pages_runs_no_code_of_a_scope():
    person = trail()
    person.caller = replace(person.caller, channel=Channel.PAGE, scope="global")
    check_scope(dictionary(read=False), Policy(), person, Operation.READ)
    assert not person.notable


def test_a_refusal_names_the_setting_and_the_record_to_change():
    refused = trail()
    with pytest.raises(ScopeRefused):
        check_scope(dictionary(read=False), Policy(), refused, Operation.READ)
    assert refused.decisions[-1].rule == "Application Access of oauth_entity: Can read"
    assert refused.decisions[-1].record == "sys_db_object.t"
