"""The instance's lab: reset, working clients and users, and the reasons of refusals."""

import sqlite3
from contextlib import closing

import pytest
from ticketlab.emulator import create_app
from ticketlab.emulator.settings import Settings
from ticketlab.emulator.testing import close, make_instance

AUTH = ("admin", "admin")
PLATFORM = "/api/now/table"


@pytest.fixture
def client(shared_instance):
    """A client; what its test did is undone afterwards."""
    made = shared_instance.test_client()
    yield made
    made.post("/lab/reset", json={})


def post(client, path, **body):
    return client.post(f"/lab/{path}", json=body)


def make_incident(client, **values):
    answer = client.post(f"{PLATFORM}/incident", json={"short_description": "x", **values}, auth=AUTH)
    assert answer.status_code == 201
    return answer.json["result"]


def total(client, table="incident", auth=AUTH):
    return int(client.get(f"{PLATFORM}/{table}?sysparm_limit=1", auth=auth).headers["X-Total-Count"])


def test_health_names_the_instance_and_its_release(client):
    health = client.get("/lab/health").json
    wanted = {"product": "instance", "name": "dev00001", "release": "orlando", "database": "ok"}
    assert {name: health[name] for name in wanted} == wanted


def test_a_reset_returns_to_the_seed(client):
    seeded = total(client)
    number = make_incident(client)["number"]
    assert post(client, "reset").json == {"reset": True, "seed": "demo"}
    assert total(client) == seeded
    assert make_incident(client)["number"] == number


def test_a_reset_takes_changed_rules_back_in_a_running_process(client):
    """Policy and dictionary are cached; the reset starts a new version."""
    query = "sysparm_query=name=incident&sysparm_fields=sys_id,label"
    table = client.get(f"{PLATFORM}/sys_db_object?{query}", auth=AUTH).json["result"][0]
    change = {"label": "Störung", "ws_access": "false"}
    client.patch(f"{PLATFORM}/sys_db_object/{table['sys_id']}", json=change, auth=AUTH)
    assert client.get(f"{PLATFORM}/incident", auth=AUTH).status_code == 403
    post(client, "reset")
    assert client.get(f"{PLATFORM}/incident", auth=AUTH).status_code == 200


def test_a_reset_signs_everybody_out_and_forgets_made_users(client):
    post(client, "users", user_name="short.lived", password="secret", roles=["itil"])
    auth = ("short.lived", "secret")
    assert client.get(f"{PLATFORM}/incident", auth=auth).status_code == 200
    post(client, "reset")
    assert client.get(f"{PLATFORM}/incident", auth=auth).status_code == 401


def test_a_reset_puts_the_clock_back(client):
    post(client, "clock", advance=3600)
    post(client, "reset")
    assert client.get("/lab/clock").json["offset_seconds"] == 0


def test_a_role_that_does_not_exist_is_named_with_the_one_that_was_meant(client):
    """And no user is left behind with fewer roles."""
    refused = post(client, "users", user_name="short.lived", password="secret", roles=["itil", "catalog_admim"])
    assert refused.status_code == 400
    said = {
        "message": "There is no such role",
        "detail": "catalog_admim is not a sys_user_role record. Did you mean catalog_admin?",
    }
    assert refused.json["error"] == said
    assert client.get(f"{PLATFORM}/incident", auth=("short.lived", "secret")).status_code == 401


def test_the_kept_state_is_what_a_reset_returns_to():
    own = make_instance()
    client = own.test_client()
    seeded = total(client)
    make_incident(client)
    assert post(client, "seed").json == {"kept": True}
    make_incident(client)
    post(client, "reset")
    assert total(client) == seeded + 1
    close(own)


def test_every_reset_puts_right_what_a_kept_state_says_of_the_instances_addresses_and_signs_everybody_out():
    """The first one as well as those after it, which may know the kept state."""
    own = make_instance()
    client = own.test_client()
    address = f"{PLATFORM}/sys_properties?sysparm_query=name=glide.servlet.uri&sysparm_fields=value,sys_id"
    (seeded,) = client.get(address, auth=AUTH).json["result"]
    assert post(client, "reset").status_code == 200
    changed = {"value": "https://moved.example.com/"}
    client.patch(f"{PLATFORM}/sys_properties/{seeded['sys_id']}", json=changed, auth=AUTH)
    client.get(f"{PLATFORM}/incident", auth=AUTH)
    session = {"Cookie": "; ".join(f"{each.key}={each.value}" for each in client._cookies.values())}
    assert post(client, "seed").json == {"kept": True}
    for _ in range(2):
        assert post(client, "reset").status_code == 200
        assert client.get(address, auth=AUTH).json["result"] == [seeded]
        assert own.test_client(use_cookies=False).get(address, headers=session).status_code == 401
    close(own)


def test_records_carry_the_clocks_time(client):
    post(client, "clock", set="2020-10-01T12:00:00Z")
    post(client, "clock", freeze=True)
    assert make_incident(client)["sys_created_on"].startswith("2020-10-01 12:00:0")


def test_a_made_user_logs_in_with_its_roles_and_no_others(client):
    made = post(client, "users", user_name="made", password="s", name="Made Up", email="m@x.org", roles=["itil"])
    assert made.status_code == 201
    record = client.get(f"{PLATFORM}/sys_user/{made.json['sys_id']}", auth=("made", "s")).json["result"]
    assert (record["user_name"], record["name"], record["email"]) == ("made", "Made Up", "m@x.org")
    assert len(client.get(f"{PLATFORM}/incident", auth=("made", "s")).json["result"]) > 15
    assert client.get(f"{PLATFORM}/sys_properties", auth=("made", "s")).json["result"] == []


def test_a_made_oauth_client_is_a_record_whose_secret_is_not_readable(client):
    made = post(client, "oauth-clients", name="A client", redirect_url="https://client.example/callback")
    assert made.status_code == 201
    assert made.json.keys() == {"sys_id", "client_id", "client_secret"}
    record = client.get(f"{PLATFORM}/oauth_entity/{made.json['sys_id']}", auth=AUTH)
    assert record.json["result"]["client_id"] == made.json["client_id"]
    assert made.json["client_secret"] not in record.text


BAD_USERS = [
    {},
    {"user_name": "x"},
    {"password": "x"},
    {"user_name": "", "password": "x"},
    {"user_name": "a^b", "password": "x"},
    {"user_name": "a b", "password": "x"},
    {"user_name": 5, "password": "x"},
    {"user_name": "x" * 41, "password": "x"},
    {"user_name": "x", "password": ""},
    {"user_name": "x", "password": None},
    {"user_name": "x\0", "password": "x"},
    {"user_name": "x\ud800", "password": "x"},
    {"user_name": "x", "password": "x\ud800"},
    {"user_name": "x", "password": "x", "roles": "admin"},
    {"user_name": "x", "password": "x", "roles": ["itil", "no_such_role"]},
    {"user_name": "x", "password": "x", "roles": ["itil^ORname=admin"]},
    {"user_name": "x", "password": "x", "roles": [None]},
    {"user_name": "x", "password": "x", "admin": True},
    {"user_name": "x", "password": "x", "web_service_access_only": "yes"},
]


@pytest.mark.parametrize("body", BAD_USERS, ids=repr)
def test_a_bad_user_is_refused_and_nothing_is_made(client, body):
    before = total(client, "sys_user"), total(client, "sys_user_has_role")
    answer = post(client, "users", **body)
    assert answer.status_code == 400
    assert answer.json["error"]["message"]
    assert (total(client, "sys_user"), total(client, "sys_user_has_role")) == before


def test_a_second_user_of_one_name_is_a_conflict(client):
    assert post(client, "users", user_name="admin", password="other").status_code == 409
    assert client.get(f"{PLATFORM}/incident", auth=AUTH).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {"name": " ", "redirect_url": "https://x.example"},
        {"name": "x", "redirect_url": "javascript:alert(1)"},
        {"name": "x", "redirect_url": "https://x.example/#fragment"},
        {"name": "x", "redirect_url": ["https://x.example"]},
        {"name": "x", "redirect_url": "https://x.example", "access_token_lifespan": "1800"},
        {"name": "x", "redirect_url": "https://x.example", "access_token_lifespan": 1.9},
        {"name": "x", "redirect_url": "https://x.example", "access_token_lifespan": True},
        {"name": "x", "redirect_url": "https://x.example", "access_token_lifespan": 0},
        {"name": "x", "redirect_url": "https://x.example", "client_secret": "mine"},
        {"name": "x", "redirect_url": "https://x.example", "user": "nobody"},
    ],
    ids=repr,
)
def test_a_bad_client_is_refused_and_nothing_is_made(client, body):
    before = total(client, "oauth_entity")
    assert post(client, "oauth-clients", **body).status_code == 400
    assert total(client, "oauth_entity") == before


def test_a_refusal_can_be_looked_up_by_its_transaction(client):
    """Step, rule, reason and the record to change."""
    post(client, "users", user_name="plain", password="s")
    refused = client.post(f"{PLATFORM}/change_request", json={}, auth=("plain", "s"))
    transaction = refused.headers["X-Transaction-ID"]
    found = client.get(f"/lab/decisions/{transaction}").json
    last = found["decisions"][-1]
    wanted = {"outcome": "refused", "step": "user", "user_name": "plain", "table": "change_request", "channel": "rest"}
    wanted["address"] = "127.0.0.1"
    assert {name: last[name] for name in wanted} == wanted
    assert last["rule"] == "ACL change_request (create)"
    assert last["record"].startswith("sys_security_acl.")
    page = client.get(f"/lab/decisions/{transaction}", headers={"Accept": "text/html"}).text
    assert "ACL change_request (create)" in page
    assert ">127.0.0.1<" in page
    assert f'href="/lab/decisions/{transaction}"' in client.get("/lab/decisions", headers={"Accept": "text/html"}).text


def test_a_client_that_is_refused_again_and_again_hides_no_other_refusal(client):
    """The page has each refusal once, with how often it came; a program is told each that came."""
    post(client, "users", user_name="plain", password="s")
    client.post(f"{PLATFORM}/change_request", json={}, auth=("plain", "s"))
    for _ in range(3):
        newest = client.post(f"{PLATFORM}/problem", json={}, auth=("plain", "s")).headers["X-Transaction-ID"]
    page = client.get("/lab/decisions", headers={"Accept": "text/html"}).text
    assert [page.count(f"ACL {table} (create)") for table in ("change_request", "problem")] == [1, 1]
    assert "the newest of 3" in page
    assert f'href="/lab/decisions/{newest}"' in page
    found = client.get("/lab/decisions").json["decisions"]
    assert [each["table"] for each in found] == ["problem"] * 3 + ["change_request"]


@pytest.mark.sqlite
def test_notes_of_an_earlier_version_are_kept_and_completed(tmp_path):
    """A column that came later is added at the start; what was noted before it has none."""
    earlier = make_instance(tmp_path)
    post(earlier.test_client(), "users", user_name="plain", password="s")
    earlier.test_client().post(f"{PLATFORM}/change_request", json={}, auth=("plain", "s"))
    close(earlier)
    with closing(sqlite3.connect(tmp_path / "lab.db")) as notes:
        notes.execute("ALTER TABLE decision DROP COLUMN address")
        notes.commit()
    later = create_app(Settings(data=tmp_path, log_to_terminal=False, durable=False))
    later.test_client().post(f"{PLATFORM}/change_request", json={}, auth=("plain", "s"))
    found = later.test_client().get("/lab/decisions").json["decisions"]
    assert [each["address"] for each in found] == ["127.0.0.1", ""]
    close(later)


def test_an_unknown_transaction_has_no_decisions(client):
    for transaction in ("000000000000", "x" * 500, "%00", "'; drop"):
        assert client.get(f"/lab/decisions/{transaction}").json["decisions"] == []
    assert "Nothing is recorded" in client.get("/lab/decisions/abc", headers={"Accept": "text/html"}).text


@pytest.mark.attack("C13")
def test_c13_decisions_show_hostile_input_as_text(client):
    hostile = "<script>alert(1)</script>"
    changed = client.post(f"{PLATFORM}/incident", json={hostile: "x"}, auth=AUTH)
    page = client.get(f"/lab/decisions/{changed.headers['X-Transaction-ID']}", headers={"Accept": "text/html"}).text
    assert "&lt;script&gt;" in page
    assert hostile not in page


def test_the_start_page_names_both_apps_and_the_account(client):
    page = client.get("/lab").text
    for text in ("Installation Checklist", "http://127.0.0.1:8090/ticketProvisioning", "<code>admin</code>", "Reset"):
        assert text in page


def test_the_whole_lab_is_guarded(client):
    for path in ("users", "oauth-clients", "reset", "seed", "clock"):
        answer = client.post(f"/lab/{path}", json={}, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
    assert client.get("/lab/decisions", headers={"Host": "evil.example"}).status_code == 403
