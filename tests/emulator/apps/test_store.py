"""Installing the app: release, administrator, HI credentials; and what is gone when it is uninstalled."""

import pytest
from people import PASSWORD, Person, api, make_person
from ticketlab.emulator.testing import close, make_instance

STORE = "/app_store.do"
UNINSTALL = "/app_store_uninstall.do?scope=x_mioms_m365ticket"
CHECKLIST = "/x_mioms_m365ticket_installation_checklist.do"
STATUS = "/x_mioms_m365ticket_connection.do"
CONNECTION_API = "/api/x_mioms_m365ticket/connection"
HI = {"hi_user": "hi.admin", "hi_password": "hi-demo"}
TABLES = ("x_mioms_m365ticket_change_request", "x_mioms_m365ticket_incident", "x_mioms_m365ticket_setup")
ADMIN = ("admin", "admin")


@pytest.fixture
def jakarta(tmp_path):
    made = make_instance(tmp_path, release="jakarta")
    yield made
    close(made)


@pytest.fixture
def kingston(tmp_path):
    """An instance that was Jakarta when it was made, upgraded since: so the app is not there yet."""
    close(make_instance(tmp_path, release="jakarta"))
    made = make_instance_again(tmp_path, release="kingston")
    yield made
    close(made)


def make_instance_again(folder, **settings):
    from ticketlab.emulator import create_app
    from ticketlab.emulator.settings import Settings
    from ticketlab.emulator.testing import DEFAULTS

    return create_app(Settings(data=folder, **{**DEFAULTS, **settings}))


def install(admin, version="1.0.3", **hi):
    return admin.send(admin.get(STORE).form("hi_user"), version=version, **{**HI, **hi})


def uninstall(admin):
    return admin.follow(admin.send(admin.get(UNINSTALL).form("confirmed")))


def error_of(instance, path):
    answer = instance.test_client().get(path, auth=ADMIN)
    return answer.status_code, (answer.json or {}).get("error", {}).get("message")


@pytest.mark.source("security-center.md, Prerequisites", "D")
def test_jakarta_has_no_app_and_installs_none(jakarta):
    """Case release-too-old: the store says what it needs and what there is."""
    admin = Person(jakarta).log_in()
    page = install(admin)
    assert page.status == 422
    assert "requires Kingston or later. This instance runs Jakarta." in page.alerts[0]
    assert error_of(jakarta, f"/api/now/table/{TABLES[0]}") == (400, f"Invalid table {TABLES[0]}")


@pytest.mark.source("security-center.md, Prerequisites", "D")
def test_kingston_installs_the_app_and_it_works(kingston):
    """The checklist runs through, and the tables take a ticket."""
    admin = Person(kingston).log_in()
    assert "The app is not installed" in admin.get(CHECKLIST).text
    page = admin.follow(install(admin))
    assert "The application was installed." in page.text
    assert "Step 1 is complete" in admin.follow(admin.send(admin.get(CHECKLIST).form("redirect_url"))).text
    made = api(kingston, "POST", f"/api/now/table/{TABLES[0]}", {"short_description": "A ticket"})
    assert made["number"].startswith("CHG")
    assert api(kingston, "GET", CONNECTION_API)["app_version"] == "1.0.3"


@pytest.mark.parametrize(
    "wrong", [{"hi_user": "somebody"}, {"hi_password": "hi-demp"}, {"hi_user": "", "hi_password": ""}]
)
@pytest.mark.source("security-center.md, Prerequisites", "D")
def test_without_right_hi_credentials_nothing_is_installed(kingston, wrong):
    """Case no-hi-credentials; what was typed stands there again, but no password."""
    admin = Person(kingston).log_in()
    page = install(admin, **wrong)
    assert page.status == 422
    assert "The HI credentials are not accepted" in page.alerts[0]
    assert page.form("hi_user").values["hi_password"] == ""
    assert error_of(kingston, CONNECTION_API)[0] == 400


@pytest.mark.source("security-center.md, Prerequisites", "D")
@pytest.mark.parametrize("path", [STORE, UNINSTALL])
def test_only_an_admin_gets_at_the_store(instance, path):
    """By its pages and by a form sent without them."""
    make_person(instance, "some.one", "itil")
    person = Person(instance).log_in("some.one", PASSWORD)
    assert person.get(path).alerts == ["Security constraints prevent access to requested page"]
    ck = person.get("/home.do").html.partition("g_ck = '")[2].partition("'")[0]
    data = {"sysparm_ck": ck, "scope": "x_mioms_m365ticket", "version": "1.1.0", "confirmed": "true", **HI}
    assert person.client.post(path.partition("?")[0], data=data).status_code == 403
    assert api(instance, "GET", CONNECTION_API)["app_version"] == "1.0.3"


@pytest.mark.source("platform 7.1", "D")
def test_the_upgrade_changes_the_wording(instance, admin):
    """Due to until autumn 2020, because of since; the version numbers are ours."""
    api(instance, "PATCH", f"/api/now/table/sys_db_object/{entity_table(instance)}", {"read_access": "false"})
    before = admin.send(admin.get(CHECKLIST).form("redirect_url"))
    assert any("has been refused due to the table's" in each for each in before.alerts)
    assert "The application was installed." in admin.follow(install(admin, "1.1.0")).text
    after = admin.send(admin.get(CHECKLIST).form("redirect_url"))
    assert any("has been refused because of the table's" in each for each in after.alerts)
    assert "It is up to date." in admin.get(STORE).text


def entity_table(instance):
    return api(instance, "GET", "/api/now/table/sys_db_object?sysparm_query=name=oauth_entity")[0]["sys_id"]


def test_an_upgrade_keeps_tickets_and_the_connection_made(instance, admin):
    """Nothing but the version changes."""
    admin.send(admin.get(CHECKLIST).form("redirect_url"))
    api(instance, "POST", f"/api/now/table/{TABLES[1]}", {"short_description": "Kept"})
    install(admin, "1.1.0")
    assert "Complete" in admin.get(CHECKLIST).text
    assert [each["short_description"] for each in api(instance, "GET", f"/api/now/table/{TABLES[1]}")] == ["Kept"]


def test_an_older_version_is_not_installed_over_a_newer_one(instance, admin):
    """There is no way back but uninstalling."""
    form = admin.get(STORE).form("hi_user")
    form.values["version"] = "1.0.3"
    page = admin.send(form, **HI)
    assert "Version 1.0.3 cannot be installed here" in page.alerts[0]


class TestUninstalled:
    @pytest.fixture
    def instance(self, tmp_path):
        made = make_instance(tmp_path)
        admin = Person(made).log_in()
        admin.send(admin.get(CHECKLIST).form("redirect_url"))
        api(made, "POST", f"/api/now/table/{TABLES[0]}", {"short_description": "A ticket"})
        uninstall(admin)
        yield made
        close(made)

    @pytest.mark.source("platform 4.2", "F")
    @pytest.mark.parametrize("table", TABLES)
    def test_its_tables_are_no_tables(self, instance, table):
        """As for any name that is none."""
        assert error_of(instance, f"/api/now/table/{table}") == (400, f"Invalid table {table}")

    @pytest.mark.source("platform 4.2", "D")
    def test_its_api_is_no_resource(self, instance):
        """For everybody, whoever they are."""
        expected = "Requested URI does not represent any resource"
        assert error_of(instance, CONNECTION_API) == (400, expected)
        assert instance.test_client().get(CONNECTION_API).json["error"]["message"] == expected

    def test_nothing_of_it_is_left(self, instance):
        """No scope, role, rule, entity, dictionary row or ticket."""
        queries = {
            "sys_scope": "scope=x_mioms_m365ticket",
            "sys_user_role": "nameSTARTSWITHx_mioms",
            "sys_security_acl": "nameSTARTSWITHx_mioms",
            "sys_db_object": "nameSTARTSWITHx_mioms",
            "sys_dictionary": "nameSTARTSWITHx_mioms",
            "sys_choice": "nameSTARTSWITHx_mioms",
            "oauth_entity": "name=Security + Compliance Connector",
            "task": "short_description=A ticket",
        }
        for table, query in queries.items():
            rows = api(instance, "GET", f"/api/now/table/{table}?sysparm_query={query.replace('+', '%2B')}")
            assert rows == [], table

    @pytest.mark.parametrize("path", [CHECKLIST, STATUS])
    def test_its_pages_say_so(self, admin, path):
        """And lead an admin to the store."""
        page = admin.get(path)
        assert (page.status, page.alerts) == (404, ["The app is not installed on this instance."])
        assert page.link("All Available Applications") == "/app_store.do"
        with pytest.raises(AssertionError):
            page.link("Installation Checklist")

    def test_installed_again_it_is_as_new(self, instance, admin):
        """Nothing of the earlier one comes back, and everything works."""
        assert "Installed" in admin.follow(install(admin, "1.1.0")).text
        assert api(instance, "GET", f"/api/now/table/{TABLES[0]}") == []
        assert admin.get(CHECKLIST).text.count("Not complete") == 3
        assert "Step 1 is complete" in admin.follow(admin.send(admin.get(CHECKLIST).form("redirect_url"))).text

    @pytest.mark.usefixtures("instance")
    def test_a_restart_does_not_bring_it_back(self, tmp_path):
        """What was uninstalled stays uninstalled."""
        again = make_instance_again(tmp_path)
        assert error_of(again, CONNECTION_API)[0] == 400
        close(again)


@pytest.mark.parametrize(
    ("release", "label", "tag"),
    [("jakarta", "Jakarta", "glide-jakarta-05-03-2017"), ("orlando", "Orlando", "glide-orlando-12-11-2019")],
)
@pytest.mark.source("rest 10", "C")
def test_the_statistics_page_tells_the_release(tmp_path, release, label, tag):
    """Without a login, as clients read it."""
    made = make_instance(tmp_path, release=release)
    text = made.test_client().get("/stats.do").text
    assert f"Build name: {label}<br>" in text
    assert tag in text
    assert "Instance name: dev00001<br>" in text
    close(made)
