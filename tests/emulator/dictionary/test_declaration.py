"""The declared dictionary: complete, consistent, and the platform's own where that is known."""

import pytest
from ticketlab.emulator.dictionary.checks import problems
from ticketlab.emulator.dictionary.declaration import load_schema
from ticketlab.emulator.dictionary.model import Choice, Dictionary, Field, Table
from ticketlab.emulator.dictionary.types import FieldType

NEEDED = """
    sys_db_object sys_dictionary sys_choice sys_number sys_properties sys_scope sys_scope_privilege
    sys_security_acl sys_security_acl_role sys_user sys_user_role sys_user_role_contains sys_user_has_role
    sys_user_group sys_user_grmember sys_group_has_role oauth_entity oauth_credential task incident
    change_request change_task problem syslog sys_journal_field sys_audit sys_data_policy2 sys_data_policy_rule
    sys_script sys_restricted_caller_access cmdb_ci core_company cmn_department cmn_location
    x_mioms_m365ticket_change_request x_mioms_m365ticket_incident x_mioms_m365ticket_setup
""".split()  # noqa: SIM905 - a hundred quotes would hide the names

TASK_COLUMNS = """
    parent made_sla watch_list upon_reject sys_updated_on approval_history number sys_updated_by opened_by
    user_input sys_created_on sys_domain state sys_created_by knowledge order closed_at cmdb_ci delivery_plan
    impact active work_notes_list business_service priority sys_domain_path time_worked expected_start
    rejection_goto opened_at business_duration group_list work_end approval_set wf_activity work_notes
    short_description correlation_display correlation_id delivery_task work_start assignment_group
    additional_assignee_list description calendar_duration close_notes sys_class_name closed_by follow_up sys_id
    contact_type urgency company reassignment_count activity_due assigned_to comments approval sla_due
    comments_and_work_notes due_date sys_mod_count sys_tags escalation upon_approval location
""".split()  # noqa: SIM905 - a hundred quotes would hide the names


@pytest.fixture(name="schema", scope="module")
def _schema() -> Dictionary:
    return load_schema()


@pytest.mark.parametrize("name", NEEDED)
def test_every_table_that_the_product_needs_is_declared(schema, name):
    """The dictionary is the only source of what exists."""
    assert schema.table(name).label


def test_every_reference_and_every_mentioned_field_exists(schema):
    """Nothing points into the void: references, lists, forms, labels, defaults, choices, indexes."""
    assert list(problems(schema)) == []


def test_every_table_has_a_list_and_a_form(schema):
    """A page never has to guess what to show; a table that extends another may show that one's."""
    bare = [
        name
        for name in schema.tables
        if not any(each.list_columns for each in schema.chain(name))
        or not any(each.form_sections for each in schema.chain(name))
    ]
    assert bare == []


def test_every_table_has_the_platforms_own_fields(schema):
    """Each record has a sys_id and says who wrote it when; an entry of a journal is written once."""
    own = {
        "sys_id",
        "sys_created_on",
        "sys_created_by",
        "sys_updated_on",
        "sys_updated_by",
        "sys_mod_count",
        "sys_tags",
    }
    assert [name for name in schema.tables if own - schema.fields(name).keys()] == ["sys_journal_field"]


def test_every_default_of_a_choice_is_one_of_its_choices(schema):
    """A default that is no choice would be dropped on insert."""
    wrong = [
        f"{name}.{element}"
        for name in schema.tables
        for element, field in schema.fields(name).items()
        if field.choices and field.default and field.default not in {choice.value for choice in field.choices}
    ]
    assert wrong == []


@pytest.mark.source("platform 5.1", "F")
def test_task_has_every_recorded_column(schema):
    """The columns that a real instance was seen to send."""
    assert set(TASK_COLUMNS) - schema.fields("task").keys() == set()


@pytest.mark.source("platform 5.1", "F")
@pytest.mark.parametrize(
    ("table", "element", "default"),
    [
        ("task", "approval", "not requested"),
        ("task", "priority", "4"),
        ("task", "upon_approval", "proceed"),
        ("task", "upon_reject", "cancel"),
        ("incident", "state", "1"),
        ("change_request", "state", "-5"),
        ("x_mioms_m365ticket_change_request", "state", "-5"),
        ("task", "active", "true"),
        ("task", "knowledge", "false"),
    ],
)
def test_a_new_task_has_the_recorded_defaults(schema, table, element, default):
    """A class may give an inherited field another default, and its children have that."""
    assert schema.fields(table)[element].default == default


@pytest.mark.source("platform 5.3", "D")
def test_the_states_of_a_change_are_its_own(schema):
    """Choices resolve along the class chain: a change is New where a task is Open."""
    states = [
        (choice.value, choice.label) for choice in schema.fields("x_mioms_m365ticket_change_request")["state"].choices
    ]
    assert states == [
        ("-5", "New"),
        ("-4", "Assess"),
        ("-3", "Authorize"),
        ("-2", "Scheduled"),
        ("-1", "Implement"),
        ("0", "Review"),
        ("3", "Closed"),
        ("4", "Canceled"),
    ]


@pytest.mark.source("platform 5.2", "D")
def test_the_states_of_an_incident_are_its_own(schema):
    """Numbered 1, 2, 3, 6, 7, 8."""
    assert [choice.value for choice in schema.fields("x_mioms_m365ticket_incident")["state"].choices] == list("123678")


@pytest.mark.source("platform 2.3", "D")
def test_oauth_entity_is_as_microsoft_describes_it_out_of_the_box(schema):
    """Label Application Registeries (sic), all application scopes, Can read; writable as DESIGN says."""
    table = schema.table("oauth_entity")
    access = table.access
    assert table.label == "Application Registeries"
    assert (access.all_scopes, access.read, access.create, access.update, access.delete, access.web_service) == (
        True,
        True,
        True,
        True,
        False,
        True,
    )


@pytest.mark.source("platform 2.3", "D")
@pytest.mark.parametrize("name", ["x_mioms_m365ticket_change_request", "x_mioms_m365ticket_incident"])
def test_a_table_of_an_application_may_only_be_read_by_others(schema, name):
    """The default of a new application table: read on, create, update and delete off, web services on."""
    access = schema.table(name).access
    assert (access.all_scopes, access.read, access.create, access.update, access.delete, access.web_service) == (
        True,
        True,
        False,
        False,
        False,
        True,
    )


@pytest.mark.source("platform 7.1", "D")
def test_a_ticket_for_a_change_bears_microsofts_label(schema):
    """It shows as a Microsoft 365 Security and Configuration Change Request."""
    table = schema.table("x_mioms_m365ticket_change_request")
    assert (table.label, table.scope) == (
        "Microsoft 365 Security and Configuration Change Request",
        "x_mioms_m365ticket",
    )


@pytest.mark.source("platform 5.3", "D")
def test_a_class_is_numbered_as_the_nearest_that_has_numbers(schema):
    """The app's changes count on with all changes."""
    numbering = schema.numbering("x_mioms_m365ticket_change_request")
    assert numbering == schema.table("change_request").numbering
    assert (numbering.prefix, numbering.first) == ("CHG", 30001)


def _dictionary(*tables: Table) -> Dictionary:
    return Dictionary({table.name: table for table in tables})


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (_dictionary(Table("a", "A", extends="b")), "a extends b, which does not exist"),
        (_dictionary(Table("a", "A", extends="b"), Table("b", "B", extends="a")), "extends itself"),
        (_dictionary(Table("Bad Name", "A")), "cannot be the name of a table"),
        (
            _dictionary(Table("a", "A", fields={"x": Field("a", "x", FieldType.REFERENCE, "X", reference="b")})),
            "a.x refers to b, which does not exist",
        ),
        (
            _dictionary(Table("a", "A", fields={"x.y": Field("a", "x.y", FieldType.STRING, "X")})),
            "cannot be the name of a field",
        ),
        (
            _dictionary(Table("a", "A", choices={"x": (Choice("1", "One"),)})),
            "a mentions x, which is not a field of it",
        ),
        (
            _dictionary(
                Table("a", "A", fields={"x": Field("a", "x", FieldType.STRING, "X")}),
                Table("b", "B", extends="a", fields={"x": Field("b", "x", FieldType.INTEGER, "X")}),
            ),
            "b.x is stored differently",
        ),
    ],
)
def test_a_dictionary_that_makes_no_sense_is_told_from_one_that_does(broken, said):
    """The first sentence names what to mend."""
    assert said in next(iter(problems(broken)))
