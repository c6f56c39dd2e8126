"""The role snc_read_only, as clients of the Table API meet it."""

import pytest


@pytest.mark.source("platform 1.1", "D")
@pytest.mark.parametrize("role", ["itil", "admin"])
def test_whoever_is_read_only_changes_nothing_whatever_other_roles_allow(api, make_user, role):
    """snc_read_only takes rights away: every write is refused as the access rules refuse, and reads go on."""
    made = api.create("incident", short_description="kept")
    reader, path = make_user(role, "snc_read_only"), f"incident/{made['sys_id']}"
    refused = {
        "POST": ("incident", "Insert"),
        "PATCH": (path, "Update"),
        "PUT": (path, "Update"),
        "DELETE": (path, "Delete"),
    }
    for method, (address, word) in refused.items():
        answer = reader.send(method, address, {"short_description": "changed"})
        assert (answer.status_code, answer.json["error"]["message"]) == (403, "Operation Failed")
        assert answer.json["error"]["detail"] == f"ACL Exception {word} Failed due to security constraints"
    assert reader.get(path).json["result"]["short_description"] == "kept"


@pytest.mark.source("platform 1.1", "D")
def test_a_property_names_the_tables_in_which_read_only_users_may_create_records(api, make_user):
    reader = make_user("admin", "snc_read_only")
    assert reader.send("POST", "sys_user_preference", {"name": "x"}).status_code == 201
    exempt = "glide.security.snc_read_only_role.tables.exempt_create"
    (found,) = api.rows("sys_properties", name=exempt)
    api.send("PATCH", f"sys_properties/{found['sys_id']}", {"value": "syslog, incident"})
    assert reader.send("POST", "incident", {"short_description": "allowed"}).status_code == 201
    assert reader.send("POST", "problem", {"short_description": "refused"}).status_code == 403
    api.send("PATCH", f"sys_properties/{found['sys_id']}", {"value": found["value"]})
