"""What a new instance holds, and that it is the same every time."""

import hashlib
import sqlite3

import pytest
from ticketlab.emulator import create_app
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.errors import AclRefused
from ticketlab.emulator.records.attachments import Attachments
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.settings import Settings
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.errors import RefusedToStart
from ticketlab.shared.ids import Ids
from ticketlab.shared.secret import Secret
from ticketlab.shared.web.parts import part_of

ADMIN = "6816f79cc0a8016401c5a33be04be441"


@pytest.fixture
def records(shared_instance):
    return lambda table: part_of(shared_instance, Gate).record(table, Caller.system())


def total(records, table, query=""):
    return records(table).query(query, limit=1, count=True).total


@pytest.mark.source("rest 11", "C")
@pytest.mark.parametrize(
    ("table", "sys_id", "field", "value"),
    [
        ("sys_user", ADMIN, "user_name", "admin"),
        ("sys_user", ADMIN, "name", "System Administrator"),
        ("sys_user", ADMIN, "email", "admin@example.com"),
        ("sys_user", ADMIN, "department.dept_head.email", "natasha.ingram@example.com"),
        ("sys_user", "26fbff173b331300ad3cc9bb34efc4bd", "user_name", "problem.admin"),
        ("sys_user", "46c5bf6ca9fe1981010713e3ac7d3384", "user_name", "natasha.ingram"),
        ("cmn_department", "a581ab703710200044e0bfc8bcbe5de8", "name", "Finance"),
        ("sys_user_role", "2831a114c611228501d4ea6c309d626d", "name", "admin"),
    ],
)
def test_the_public_records_are_there_under_their_sys_ids(records, table, sys_id, field, value):
    assert records(table).get(sys_id, [field]).value(field) == value


@pytest.mark.source("rest 11", "C")
@pytest.mark.parametrize(
    ("table", "query", "least", "most"),
    [
        ("sys_user", "", 30, 99),
        ("sys_user", "mobile_phoneISNOTEMPTY", 1, 5),
        ("sys_user_has_role", "role.name=admin^state=active", 12, 24),
        ("sys_user_group", "active=true^managerISNOTEMPTY", 5, 50),
        ("sys_group_has_role", "role.nameLIKEadmin", 3, 20),
        ("incident", "", 15, 99),
        ("incident", "assigned_toISNOTEMPTY^caller_idISNOTEMPTY", 5, 99),
        ("change_request", "", 15, 99),
        ("problem", "", 9, 99),
        ("change_task", "", 3, 99),
        ("sys_journal_field", "", 5, 99),
        ("sys_attachment", "", 3, 99),
        ("problem_task", "", 1, 99),
        ("sc_request", "", 1, 99),
        ("sc_req_item", "", 1, 99),
        ("sc_task", "", 1, 99),
        ("sc_cat_item", "active=true", 1, 99),
        ("kb_knowledge", "textLIKE<p>", 1, 99),
        ("cmdb_ci_computer", "", 1, 99),
        ("cmdb_ci_server", "sys_class_name=cmdb_ci_server", 1, 99),
        ("cmdb_ci_linux_server", "", 1, 99),
        ("cmdb_ci_ec2_instance", "", 1, 99),
        ("cmdb_ci_vm_instance", "", 1, 99),
        ("cmdb_rel_type", "nameINCools::Cooled By,Uses::Used by,Contains::Contained by", 3, 3),
        ("cmdb_rel_ci", "parent.sys_class_nameISNOTEMPTY", 5, 99),
        ("std_change_producer_version", "", 1, 99),
        ("sys_metadata", "", 501, 9999),
        ("sys_db_object", "nameINalm_asset,bsm_chart", 2, 2),
    ],
)
def test_there_is_as_much_as_scripts_count_on(records, table, query, least, most):
    assert least <= total(records, table, query) <= most


def test_application_files_of_several_tables_are_read_as_one_table(records):
    """sys_metadata is a union that nobody stores, under the names of the tables that do."""
    roles = records("sys_metadata").query("sys_class_name=sys_user_role^ORDERBYsys_name", fields=["sys_name"]).rows
    names = [row.value("name") for row in records("sys_user_role").query("ORDERBYname", fields=["name"]).rows]
    assert [row.value("sys_name") for row in roles] == names


@pytest.mark.source("rest 1", "D")
def test_a_union_of_tables_is_read_only(records):
    with pytest.raises(AclRefused):
        records("sys_metadata").insert({"sys_name": "mine"})
    role = records("sys_user_role").query("name=admin", fields=["sys_id"]).rows[0]
    with pytest.raises(AclRefused):
        records("sys_metadata").update(role.sys_id, {"sys_name": "mine"})


@pytest.mark.source("rest 11", "C")
def test_files_are_attached_that_can_be_fetched_also_after_a_reset():
    """The file lies beside the database, held by the seed's image, so that no purge takes it."""
    made = make_instance()
    client = made.test_client()
    attachments = "/api/now/attachment"
    query = "table_name=incident^table_sys_id=9c573169c611228700193229fff72400"

    def fetch():
        found = client.get(f"{attachments}?sysparm_query={query}", auth=("admin", "admin")).json["result"]
        return found, [client.get(f"{attachments}/{each['sys_id']}/file", auth=("admin", "admin")) for each in found]

    found, answers = fetch()
    assert [each["file_name"] for each in found] == ["mailstore-events.log"]
    assert str(len(answers[0].data)) == found[0]["size_bytes"]
    assert hashlib.sha256(answers[0].data).hexdigest() == found[0]["hash"]
    client.delete(f"{attachments}/{found[0]['sys_id']}", auth=("admin", "admin"))
    assert part_of(made, Attachments).sweep() == 0
    assert fetch() == ([], [])
    assert client.post("/lab/reset", json={}).status_code == 200
    assert [answer.data for answer in fetch()[1]] == [answers[0].data]
    close(made)


def test_changes_stand_in_every_state(records):
    states = {row.value("state") for row in records("change_request").query(fields=["state"]).rows}
    assert states == {"-5", "-4", "-3", "-2", "-1", "0", "3", "4"}


def test_no_reference_of_the_seed_leads_nowhere(shared_instance, records):
    """A filled reference has a display value."""
    dictionary = part_of(shared_instance, Gate).read_dictionary()
    for table in dictionary.tables:
        for row in records(table).query().rows:
            for path, value in row.values.items():
                if value.reference and value.value != "global":
                    assert value.label, f"{table}.{path} = {value.value}"


@pytest.mark.source("platform 2.2", "D")
def test_the_api_role_is_contained_in_itil_and_in_the_integration_role(records):
    pairs = {
        (row.value("role.name"), row.value("contains.name"))
        for row in records("sys_user_role_contains").query(fields=["role.name", "contains.name"]).rows
    }
    for role in ("itil", "x_mioms_m365ticket.integration"):
        assert (role, "snc_platform_rest_api_access") in pairs


def test_the_addresses_follow_the_settings_at_every_start(tmp_path):
    """The tenant may have another port at the next start."""
    found = []
    for port in (8090, 9090):
        made = make_instance(tmp_path, tenant_url=f"http://127.0.0.1:{port}")
        found.append(part_of(made, Gate).get_property("x_mioms_m365ticket.tenant_url"))
        close(made)
    assert found == ["http://127.0.0.1:8090", "http://127.0.0.1:9090"]


def test_an_instance_that_is_made_again_in_its_folder_has_what_it_had(tmp_path):
    made = make_instance(tmp_path)
    kept = part_of(made, Gate).record("incident", Caller.system()).insert({"short_description": "Kept"})
    close(made)
    again = make_instance(tmp_path)
    assert (
        part_of(again, Gate).record("incident", Caller.system()).get(kept.sys_id).display("short_description") == "Kept"
    )
    close(again)


def dump(folder):
    """All records; what depends on the moment of the start is left out."""
    with sqlite3.connect(folder / "emulator.db") as connection:
        lines = [line for line in connection.iterdump() if not line.startswith('INSERT INTO "ticketlab_version"')]
    connection.close()
    return sorted(lines)


def make_fresh(folder, **settings):
    made = create_app(Settings(data=folder, log_to_terminal=False, password_memory_kib=64, **settings))
    close(made)
    return made


def test_two_demo_seeds_are_equal(tmp_path):
    for name in ("a", "b"):
        make_fresh(tmp_path / name)
    assert dump(tmp_path / "a") == dump(tmp_path / "b")


def test_an_empty_seed_s_admin_has_the_password_that_the_settings_give(tmp_path):
    """It is written down nowhere; one that other machines could guess is refused."""
    (tmp_path / "admin-password").write_text("of an earlier start")
    given = {"data": tmp_path, "seed": "empty", "log_to_terminal": False}
    made = create_app(Settings(**given, admin_password=Secret("for the tests"), password_memory_kib=64))
    answer = made.test_client().get("/api/now/table/sys_user", auth=("admin", "for the tests"))
    close(made)
    assert answer.status_code == 200
    assert not (tmp_path / "admin-password").exists()
    with pytest.raises(RefusedToStart, match="TICKETLAB_ADMIN_PASSWORD needs 12 characters or more"):
        Settings(**given, admin_password=Secret("admin"), password_memory_kib=19456, host="0.0.0.0")  # noqa: S104 - refused


def test_an_empty_seed_has_one_admin_whose_password_only_the_data_folder_tells(tmp_path):
    made = create_app(Settings(data=tmp_path, seed="empty", log_to_terminal=False, password_memory_kib=64))
    path = tmp_path / "admin-password"
    password = path.read_text().strip()
    client = made.test_client()
    rows = client.get("/api/now/table/sys_user", auth=("admin", password)).json["result"]
    refused = client.get("/api/now/table/sys_user", auth=("admin", "admin"))
    records = client.get("/api/now/table/task", auth=("admin", password)).json["result"]
    close(made)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [row["user_name"] for row in rows] == ["admin"]
    assert refused.status_code == 401
    assert records == []


@pytest.mark.source("security-center, prerequisites", "D")
def test_before_kingston_the_connectors_app_is_not_there():
    made = make_instance(release="jakarta")
    apps = part_of(made, Gate).record("sys_store_app", Caller.system()).query().rows
    close(made)
    assert [row.value("scope") for row in apps] == []


@pytest.mark.parametrize(("release", "value"), [("london", ""), ("madrid", "true"), ("orlando", "true")])
@pytest.mark.source("platform 1.1", "D")
def test_the_state_parameter_is_required_from_madrid_on(release, value):
    made = make_instance(release=release)
    found = part_of(made, Gate).get_property("glide.oauth.state.parameter.required")
    close(made)
    assert found == value


def test_instances_with_equal_random_sources_keep_their_own_rules():
    """Compiled rules are shared by version in the process, so no two contents may bear one version."""
    made = [make_instance(ids=Ids.seeded(7)) for name in "ab"]
    found = []
    for number, instance in enumerate(made):
        gate = part_of(instance, Gate)
        properties = gate.record("sys_properties", Caller.system())
        sys_id = properties.find("name=instance_name", ("name",)).sys_id
        properties.update(sys_id, {"value": f"renamed{number}"})
        found.append(gate.get_property("instance_name"))
        close(instance)
    assert found == ["renamed0", "renamed1"]
