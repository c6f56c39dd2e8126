"""The pages of OAuth: New asks for the kind, secrets stay behind a lock, and access is taken away again."""

import json
import re

import pytest
from oauth_flows import ClientBrowser, OAuthClient, code_for, exchange
from people import PASSWORD, Person, api, make_person

NEW = "/oauth_application_type.do"
TOKENS = "/oauth_credential_list.do"
MY_APPS = "/my_connected_apps.do"
BACK = "https://example.com/back"
REGISTRY = "/oauth_entity_list.do?sysparm_query=type%3Dclient"
ENDPOINT = "Create an OAuth API endpoint for external clients"


def make_entity(admin, **values):
    """Application Registry > New > Create an OAuth API endpoint for external clients."""
    page = admin.get(admin.get(admin.get(REGISTRY).link("New")).link(ENDPOINT))
    given = {"oauth_entity__name": "Handmade", "oauth_entity__redirect_url": BACK, **values}
    answer = admin.send(page.form("sysparm_referring_url"), "sysverb_insert", **given)
    assert answer.status == 302, answer.text
    return re.search(r"sysparm_done_record=([0-9a-f]{32})", answer.location)[1]


def opened(admin, sys_id, element):
    """The entity's form with one lock opened, by its icon."""
    label = {"client_secret": "Client Secret", "redirect_url": "Redirect URL"}[element]
    return admin.get(admin.get(f"/oauth_entity.do?sys_id={sys_id}").link(f"Unlock {label}"))


def client_of(instance, admin, sys_id):
    row = api(instance, "GET", f"/api/now/table/oauth_entity/{sys_id}")
    secret = opened(admin, sys_id, "client_secret").form("oauth_entity.name").values["oauth_entity.client_secret"]
    return OAuthClient(sys_id, row["client_id"], secret, BACK)


def connect(instance, client, user="admin", password="admin"):
    """Log in, allow and exchange; returns the tokens."""
    browser = ClientBrowser(instance.test_client())
    person = Person(instance)
    person.client = browser.client
    person.log_in(user, password)
    answer = exchange(browser, client, code_for(browser, client, user))
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


def works(instance, tokens):
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return instance.test_client().get("/api/now/table/sys_user?sysparm_limit=1", headers=headers).status_code == 200


@pytest.mark.source("platform 2.1", "D")
def test_new_asks_for_the_kind_of_application(looking):
    """Five choices; those that are not emulated say so and lead nowhere."""
    page = looking.get(looking.get(REGISTRY).link("New"))
    assert ENDPOINT in page.text
    assert page.text.count("Not emulated.") == 3
    assert page.link(ENDPOINT).startswith("/oauth_entity.do?sys_id=-1")
    assert (
        looking.get(page.link("Create an OAuth JWT API endpoint for external clients"))
        .form("sysparm_referring_url")
        .values["oauth_entity.type"]
        == "jwt_client"
    )


def test_somebody_without_the_role_is_not_asked(instance):
    """He could not create one anyway."""
    make_person(instance, "some.one", "itil")
    assert Person(instance).log_in("some.one", PASSWORD).get(NEW).status == 403


@pytest.mark.source("platform 2.1", "D")
def test_an_empty_client_secret_is_generated_on_submit_and_works(instance, admin):
    """Shown behind the lock, it gets a token."""
    client = client_of(instance, admin, make_entity(admin))
    assert len(client.secret) >= 32
    assert works(instance, connect(instance, client))


@pytest.mark.source("platform 6", "D")
def test_secret_and_redirect_url_stand_behind_a_lock(admin):
    """Neither is in an input, and the secret nowhere on the page, until its icon is chosen."""
    made = make_entity(admin, oauth_entity__client_secret="open-sesame")
    page = admin.get(f"/oauth_entity.do?sys_id={made}")
    values = page.form("oauth_entity.name").values
    assert "oauth_entity.client_secret" not in values
    assert "oauth_entity.redirect_url" not in values
    assert "open-sesame" not in page.html
    assert BACK in page.html
    assert (
        opened(admin, made, "client_secret").form("oauth_entity.name").values["oauth_entity.client_secret"]
        == "open-sesame"
    )


@pytest.mark.source("platform 6", "D")
@pytest.mark.parametrize(
    ("element", "value"), [("redirect_url", "https://example.com/other"), ("client_secret", "changed")]
)
def test_what_is_unlocked_is_edited_in_place(instance, admin, element, value):
    """And saved; the other one stays as it was."""
    made = make_entity(admin)
    before = client_of(instance, admin, made)
    form = opened(admin, made, element).form("oauth_entity.name")
    assert admin.send(form, "sysverb_update", **{f"oauth_entity__{element}": value}).status == 302
    after = client_of(instance, admin, made)
    row = api(instance, "GET", f"/api/now/table/oauth_entity/{made}")
    assert row["redirect_url"] == (value if element == "redirect_url" else BACK)
    assert after.secret == (value if element == "client_secret" else before.secret)


def test_saving_the_form_with_both_locks_closed_changes_neither(instance, admin):
    """What was not shown is not written."""
    made = make_entity(admin)
    before = client_of(instance, admin, made)
    admin.save(f"/oauth_entity.do?sys_id={made}", oauth_entity__comments="Noted")
    assert client_of(instance, admin, made) == before


def test_a_secret_is_revealed_to_nobody_without_the_role(instance, admin):
    """The address alone opens nothing."""
    made = make_entity(admin, oauth_entity__client_secret="open-sesame")
    make_person(instance, "some.one", "itil")
    page = (
        Person(instance)
        .log_in("some.one", PASSWORD)
        .get(f"/oauth_entity.do?sys_id={made}&sysparm_unlock=client_secret")
    )
    assert "open-sesame" not in page.html


@pytest.mark.source("platform 1.5", "D")
def test_a_token_is_revoked_under_manage_tokens(instance, admin):
    """Revoking the refresh token ends the access token that it gave."""
    client = client_of(instance, admin, make_entity(admin))
    tokens = connect(instance, client)
    refresh = api(instance, "GET", "/api/now/table/oauth_credential?sysparm_query=type=refresh_token")[0]
    page = admin.get(TOKENS)
    form = next(each for each in page.forms if each.values.get("sys_id") == refresh["sys_id"])
    after = admin.follow(admin.send(form))
    assert "The token was revoked." in after.text
    assert not works(instance, tokens)
    assert all(each.values.get("sys_id") != refresh["sys_id"] for each in after.forms)


def test_tokens_are_revoked_by_nobody_without_the_role(instance, admin):
    """Neither is the button shown, nor is a form of one's own obeyed."""
    tokens = connect(instance, client_of(instance, admin, make_entity(admin)))
    refresh = api(instance, "GET", "/api/now/table/oauth_credential?sysparm_query=type=refresh_token")[0]
    make_person(instance, "some.one")
    person = Person(instance).log_in("some.one", PASSWORD)
    ck = person.get("/home.do").html.partition("g_ck = '")[2].partition("'")[0]
    data = {"sysparm_ck": ck, "sys_id": refresh["sys_id"]}
    assert person.client.post("/oauth_revoke_token_record.do", data=data).status_code == 403
    assert works(instance, tokens)


@pytest.mark.source("platform 1.5", "D")
def test_access_is_revoked_under_my_connected_apps(instance, admin):
    """Everybody takes away what was given in his own name."""
    client = client_of(instance, admin, make_entity(admin))
    make_person(instance, "some.one", "itil")
    tokens = connect(instance, client, "some.one", PASSWORD)
    person = Person(instance).log_in("some.one", PASSWORD)
    page = person.get(MY_APPS)
    assert "Handmade" in page.text
    after = person.follow(person.send(page.form("entity")))
    assert "No application is connected." in after.text
    assert not works(instance, tokens)


@pytest.mark.parametrize("name", ["{entity}", "{entity}^NQuser={admin}", "{entity}^ORuser={admin}"])
def test_nobody_revokes_what_another_allowed(instance, admin, name):
    """The application's id does not become a query of its own."""
    made = make_entity(admin)
    tokens = connect(instance, client_of(instance, admin, made))
    make_person(instance, "some.one")
    person = Person(instance).log_in("some.one", PASSWORD)
    ck = person.get("/home.do").html.partition("g_ck = '")[2].partition("'")[0]
    entity = name.format(entity=made, admin="6816f79cc0a8016401c5a33be04be441")
    assert person.client.post(MY_APPS, data={"sysparm_ck": ck, "entity": entity}).status_code == 302
    assert works(instance, tokens)
