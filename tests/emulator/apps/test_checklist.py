"""The scoped app: its checklist, what refuses it, and what it says of the connection."""

import re

import pytest
from oauth_flows import ClientBrowser, OAuthClient, code_for, exchange
from people import PASSWORD, Person, api, make_person

CHECKLIST = "/x_mioms_m365ticket_installation_checklist.do"
STATUS = "/x_mioms_m365ticket_connection.do"
CONNECTION_API = "/api/x_mioms_m365ticket/connection"
CALLBACK = "http://127.0.0.1:8090/ticketProvisioning/callback"
READ_REFUSED = (
    "Read operation against 'oauth_entity' from scope 'x_mioms_m365ticket' has been refused due to the table's "
    "cross-scope access policy"
)
CREATE_REFUSED = READ_REFUSED.replace("Read operation", "Create operation")
USER = {"user_name": "m365.tickets", "user_full_name": "Microsoft 365 Tickets", "email": "m365@example.com"}


def step_one(admin, **changes):
    return admin.send(admin.get(CHECKLIST).form("redirect_url"), **changes)


def step_two(admin, **changes):
    return admin.send(admin.get(CHECKLIST).form("email"), **{**USER, "password": PASSWORD, **changes})


def set_access(admin, **changes):
    """System Definition > Tables > oauth_entity, by hand."""
    page = admin.follow(admin.get("/sys_db_object.do?sysparm_query=name=oauth_entity"))
    given = {f"sys_db_object__{element}": value for element, value in changes.items()}
    answer = admin.send(page.form("sys_db_object.name"), "sysverb_update", **given)
    assert answer.status == 302, answer.text


def copied(page):
    """Client ID and secret as they stand on the checklist for copying."""
    return [
        re.search(rf'id="{name}" readonly value="([^"]+)"', page.html)[1] for name in ("client_id", "client_secret")
    ]


def connect(instance, admin, user_name="m365.tickets", password=None):
    """What the security center and a person at the consent page do; returns the access token."""
    client_id, secret = copied(admin.get(CHECKLIST))
    client = OAuthClient("", client_id, secret, CALLBACK)
    browser = ClientBrowser(instance.test_client())
    if password:
        Person.log_in(_wrapped(browser), user_name, password)
    answer = exchange(browser, client, code_for(browser, client, user_name))
    assert answer.status == 200, answer.text
    return re.search(r'"access_token":"([^"]+)"', answer.text)[1]


def _wrapped(browser):
    person = Person.__new__(Person)
    person.client = browser.client
    return person


@pytest.mark.source("security-center.md, names", "D")
def test_checklist_proposes_the_names_letter_for_letter(looking):
    """The menu, the pages and the proposed name are Microsoft's."""
    page = looking.get(CHECKLIST)
    assert "Microsoft 365 Security & Compliance connector" in page.text
    assert "Installation Checklist" in page.text
    assert page.form("redirect_url").values["name"] == "Security + Compliance Connector"
    assert page.form("redirect_url").values["redirect_url"] == CALLBACK
    assert page.text.count("Not complete") == 3
    assert "Microsoft 365 Ticketing Connector App" in looking.get(STATUS).text


def test_step_one_makes_an_entity_found_by_its_name(instance, admin):
    """The entity has the name it was given, and stands under System OAuth > Application Registry."""
    page = admin.follow(step_one(admin, name="My connector"))
    assert "Step 1 is complete" in page.text
    client_id, secret = copied(page)
    assert re.fullmatch(r"[0-9a-f]{32}", client_id)
    assert len(secret) >= 32
    registry = admin.get(admin.get("/home.do").link("Application Registry"))
    assert "My connector" in [label for label, _address in registry.links]
    made = api(instance, "GET", "/api/now/table/oauth_entity?sysparm_query=name=My connector")[0]
    assert (made["redirect_url"], made["client_id"]) == (CALLBACK, client_id)


def test_step_two_makes_a_user_found_by_its_name(instance, admin):
    """The user logs in with the password, has the app's role, and stands under User Administration > Users."""
    page = admin.follow(step_two(admin))
    assert "Step 2 is complete" in page.text
    users = admin.get(f"{admin.get('/home.do').link('Users')}?sysparm_query=ORDERBYDESCsys_created_on")
    assert "m365.tickets" in [label for label, _address in users.links]
    assert "Microsoft 365 Tickets" in users.text
    assert Person(instance).log_in("m365.tickets", PASSWORD).get("/home.do").status == 200
    given = api(
        instance,
        "GET",
        "/api/now/table/sys_user_has_role?sysparm_query=user.user_name=m365.tickets&sysparm_fields=role.name",
    )
    assert [each["role.name"] for each in given] == ["x_mioms_m365ticket.integration"]


@pytest.mark.source("platform 3", "D")
@pytest.mark.parametrize("broken", [{"access": "package_private"}, {"read_access": False}])
def test_unreadable_oauth_entity_stops_step_one_and_the_cure_lets_it_go_on(admin, broken):
    """The page's first trouble: the refusal letter for letter, and the cure as the page words it."""
    set_access(admin, **broken)
    page = step_one(admin, name="Kept name")
    assert page.status == 403
    assert READ_REFUSED in page.alerts
    assert page.form("redirect_url").values["name"] == "Kept name"
    set_access(admin, access="public", read_access=True)
    assert admin.follow(admin.send(page.form("redirect_url"))).status == 200
    assert "Step 1 is complete" in admin.follow(step_one(admin, name="Another")).text


@pytest.mark.source("platform 3", "D")
def test_oauth_entity_that_cannot_be_created_stops_step_one(instance, admin):
    """Can create unticked: the same sentence with Create operation, and nothing is left behind."""
    set_access(admin, create_access=False)
    page = step_one(admin, name="Nothing of this")
    assert CREATE_REFUSED in page.alerts
    assert api(instance, "GET", "/api/now/table/oauth_entity?sysparm_query=name=Nothing of this") == []
    set_access(admin, create_access=True)
    assert "Step 1 is complete" in admin.follow(step_one(admin)).text


@pytest.mark.source("platform 3", "D")
def test_unreadable_oauth_entity_shows_at_a_checklist_already_begun(admin):
    """The app cannot read what it made either: the refusal stands at step 1."""
    step_one(admin)
    set_access(admin, read_access=False)
    page = admin.get(CHECKLIST)
    assert page.status == 200
    assert READ_REFUSED in page.alerts


def test_refused_table_does_not_bother_people(admin):
    """The cross-scope policy is for code of other scopes; an admin still sees the registry."""
    step_one(admin, name="Still there")
    set_access(admin, access="package_private")
    assert "Still there" in admin.get("/oauth_entity_list.do").text


def test_checklist_is_for_admins(instance):
    """Somebody without admin is refused, and forced, too."""
    make_person(instance, "clerk", "itil")
    clerk = Person(instance).log_in("clerk", PASSWORD)
    page = clerk.get(CHECKLIST)
    assert page.status == 403
    assert "Security constraints prevent access to requested page" in page.alerts
    token = re.search(r"g_ck = '([^']+)'", page.html)[1]
    forced = clerk.client.post(
        CHECKLIST, data={"step": "oauth", "name": "x", "redirect_url": CALLBACK, "sysparm_ck": token}
    )
    assert forced.status_code == 403
    assert api(instance, "GET", "/api/now/table/oauth_entity?sysparm_query=name=x") == []


@pytest.mark.attack("C01")
def test_c01_checklist_needs_the_sessions_token(instance, admin):
    """A step that another site sends is not done."""
    assert step_one(admin, name="Forged", sysparm_ck="wrong").status == 403
    assert api(instance, "GET", "/api/now/table/oauth_entity?sysparm_query=name=Forged") == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": ""}, "Give the OAuth entity a name."),
        ({"name": "x" * 101}, "At most 100 characters."),
        ({"redirect_url": "nonsense"}, "Give the whole address"),
        ({"redirect_url": "javascript:alert(1)"}, "Give the whole address"),
        ({"redirect_url": "https://example.com/a#b"}, "Give the whole address"),
    ],
)
def test_bad_input_of_step_one_stands_beside_its_field(looking, changes, told):
    """What cannot be used is told, and the rest of what was typed is kept."""
    page = step_one(looking, **changes)
    assert page.status == 422
    assert told in page.text
    values = page.form("redirect_url").values
    assert all(values[name] == value for name, value in changes.items())


@pytest.mark.parametrize("name", ["user_name", "user_full_name", "email", "password"])
def test_empty_input_of_step_two_stands_beside_its_field(looking, name):
    """Every field of step 2 is needed; a password is never sent back."""
    page = step_two(looking, **{name: ""})
    assert page.status == 422
    assert f'id="error.{name}"' in page.html
    assert page.form("email").values["password"] == ""


def test_user_id_in_use_is_refused(admin):
    """The checklist does not take over somebody else's account."""
    page = step_two(admin, user_name="admin")
    assert page.status == 422
    assert "There is a user with this user ID." in page.text


def test_another_entity_of_the_name_is_refused(instance, admin):
    """Two applications of one name could not be told apart on the consent page."""
    api(instance, "POST", "/api/now/table/oauth_entity", {"name": "Taken", "type": "client"})
    page = step_one(admin, name="Taken")
    assert page.status == 422
    assert "Choose another." in page.text


def test_step_one_again_replaces_the_entity(instance, admin):
    """A second entity has its own client ID and secret; the first one is switched off, and the page warns of it."""
    step_one(admin)
    first = copied(admin.get(CHECKLIST))
    assert "this one is switched off" in admin.get(CHECKLIST).text
    step_one(admin)
    second = copied(admin.get(CHECKLIST))
    assert set(first).isdisjoint(second)
    entities = api(
        instance,
        "GET",
        "/api/now/table/oauth_entity?sysparm_query=nameSTARTSWITHSecurity&sysparm_fields=active,client_id",
    )
    assert {each["client_id"]: each["active"] for each in entities} == {first[0]: "false", second[0]: "true"}


def test_step_two_again_changes_the_password(instance, admin):
    """The same user ID keeps the user and gives the new password."""
    step_two(admin)
    step_two(admin, password="another one")
    users = api(instance, "GET", "/api/now/table/sys_user?sysparm_query=user_name=m365.tickets")
    assert len(users) == 1
    assert Person(instance).log_in("m365.tickets", "another one").get("/home.do").status == 200


def test_status_follows_the_connection(instance, admin):
    """Not authorized; connected, as whom, since when, last call; revoked."""
    step_one(admin)
    step_two(admin)
    assert "Not authorized" in admin.get(CHECKLIST).text
    token = connect(instance, admin)
    page = admin.get(CHECKLIST)
    assert "Connected as m365.tickets" in page.text
    assert "Last call None yet" in page.text
    assert page.text.count("Not complete") == 0
    bearer = {"Authorization": f"Bearer {token}"}
    assert instance.test_client().get("/api/now/table/x_mioms_m365ticket_incident", headers=bearer).status_code == 200
    page = admin.get(STATUS)
    assert "None yet" not in page.text
    assert re.search(r"Last call \d{4}-\d\d-\d\d \d\d:\d\d:\d\d", page.text)
    refresh = api(instance, "GET", "/api/now/table/oauth_credential?sysparm_query=type=refresh_token")[0]
    api(instance, "PATCH", f"/api/now/table/oauth_credential/{refresh['sys_id']}", {"revoked": "true"})
    assert "Revoked" in admin.get(STATUS).text


def test_status_tells_the_wrong_user(instance, admin):
    """Allowed by anybody but the integration user, the status says so and what to do."""
    step_one(admin)
    step_two(admin)
    connect(instance, admin, "admin", "admin")
    for path in (CHECKLIST, STATUS):
        page = admin.get(path)
        assert "Connected as the wrong user" in page.text
        assert "The integration user is m365.tickets, the connection was allowed by admin." in page.text
        assert "Not You" in page.text
    assert admin.get(CHECKLIST).text.count("Not complete") == 1


def test_status_tells_an_expired_connection(instance, admin, clock):
    """After a hundred days the refresh token is dead."""
    step_one(admin)
    step_two(admin)
    connect(instance, admin)
    clock.advance(days=101)
    assert "Expired" in admin.log_in().get(STATUS).text


def test_api_tells_the_security_center_who_it_is_connected_as(instance, admin):
    """App version, release, who asks and who should (ours)."""
    step_two(admin)
    result = api(instance, "GET", CONNECTION_API)
    assert result == {
        "app_version": "1.0.3",
        "release": "orlando",
        "connected_user": "admin",
        "expected_user": "m365.tickets",
    }


def test_api_needs_credentials(untouched):
    """Nobody learns anything without credentials."""
    answer = untouched.test_client().get(CONNECTION_API)
    assert answer.status_code == 401
    assert answer.json["error"]["message"] == "User Not Authenticated"


def test_names_given_are_text_not_markup(admin):
    """A name that holds markup is shown as it was typed."""
    step_one(admin, name="<script>alert(1)</script>")
    for path in (CHECKLIST, STATUS, "/oauth_entity_list.do"):
        page = admin.get(path)
        assert "<script>alert" not in page.html
        assert "<script>alert(1)</script>" in page.text
