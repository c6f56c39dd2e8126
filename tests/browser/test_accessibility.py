"""Attack C25: axe-core finds nothing on any page of either app, wide or narrow; and no page goes unseen."""

import pytest
from browser_steps import CHECKLIST, GLOBAL_ADMINISTRATOR, Person
from examiner import DESK, Examiner
from people import Person as Admin
from servers import RunningPair
from tenant_flows import signed_in
from ticket_flows import fields
from ticketlab.connector.testing import engine_of, make_tenant
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared.clients.apis import InstanceApi, TenantApi
from ticketlab.shared.clients.connect import Connector, Wanted
from ticketlab.shared.clients.target import Target

pytestmark = pytest.mark.browser

NO_PAGES_OF_THE_INSTANCE = frozenset({"/api/", "/static/", "/lab/static/", "/now/nav/", "/oauth_revoke"})
NO_PAGES_OF_THE_TENANT = frozenset(
    {"/api/", "/static/", "/lab/static/", "/<tenant>/", "/cards", "/tickets/<ticket_id>/status"}
)
"""The last two are fragments of pages."""


@pytest.fixture
def connected(pair: RunningPair) -> RunningPair:
    """A pair that is connected, as ``ticketlab connect`` does it."""
    Connector(Target(pair.emulator_url, pair.connector_url), Wanted(), lambda _line: None).connect()
    return pair


@pytest.mark.attack("C25")
def test_c25_the_pages_of_the_story_have_no_fault(person: Person, pair: RunningPair) -> None:
    """The thin part of the two tests below: the kinds of pages that everybody meets."""
    examiner = Examiner(person.page, DESK)
    examiner.open(pair.emulator_url, "/login.do")
    person.log_in_to_instance()
    change = "/change_request.do?sysparm_query=number=CHG0000007"
    examiner.open(pair.emulator_url, "/incident_list.do", "/incident.do?sys_id=-1", change, CHECKLIST)
    examiner.open(pair.connector_url, "/signin")
    person.sign_in_to_tenant()
    examiner.open(pair.connector_url, "/", "/ticketProvisioning", "/tickets/new")
    assert examiner.found == []


@pytest.mark.long
@pytest.mark.attack("C25")
def test_c25_no_page_of_the_instance_has_a_fault(person: Person, connected: RunningPair, tmp_path) -> None:
    """Every route that answers with a page, every module of the navigator, and the pages that only a form leads to."""
    examiner = Examiner(person.page)
    look_in_front_of_the_instance(person, examiner, connected)
    person.log_in_to_instance()
    examiner.open(person.instance, "/stats.do", "/", "/home.do")
    examiner.open(person.instance, *modules(person), sizes=(DESK,))
    examiner.open(person.instance, *first_records(person))
    examiner.open(
        person.instance,
        "/navigator.do?filter=registry",
        "/navigator.do?filter=zzz",
        "/incident.do?sysparm_query=number=INC0000002",
        "/change_request.do?sysparm_query=number=CHG0000007",
        "/incident_list.do?sysparm_query=number=none",
        "/incident_list.do?sysparm_filter=active=true^priorityIN1,2",
        "/incident_list.do?sysparm_query=GROUPBYpriority",
        "/personalize_list_columns.do?sysparm_table=incident",
        "/app_store_uninstall.do?scope=x_mioms_m365ticket",
        "/impersonate_dialog.do",
        "/elevate_role.do",
        "/oauth_application_type.do",
        "/nothing.do",
        "/incident.do?sys_id=none",
    )
    look_at_what_forms_lead_to(person, examiner)
    look_at_the_lab(person.instance, examiner)
    examiner.open(person.instance, "/lab/decisions", f"/lab/decisions/{'0' * 32}", "/lab/explain")
    examiner.open(person.instance, "/lab/explain?user=admin&operation=read&table=incident")

    instance = make_instance(tmp_path)
    admin = Admin(instance).log_in().client
    assert examiner.unseen(person.instance, instance, admin, NO_PAGES_OF_THE_INSTANCE) == set()
    close(instance)
    assert examiner.found == []


def look_in_front_of_the_instance(person: Person, examiner: Examiner, pair: RunningPair) -> None:
    """What is met before anybody is logged in: login, its steps, single sign-on, OAuth's errors."""
    page = person.page
    examiner.open(person.instance, "/login.do", "/side_door.do", "/oauth_login.do", "/oauth_auth.do?client_id=none")
    pair.lab(pair.emulator_url, "users", {"user_name": "jo.example", "password": "Personal-2020"})
    records = InstanceApi(pair.emulator_url)
    user = records.row("sys_user", "user_name=jo.example")["sys_id"]
    records.update("sys_user", user, {"password_needs_reset": "true", "enable_multifactor_authn": "true"})
    person.log_in_to_instance("jo.example", "wrong")
    examiner.look()
    person.log_in_to_instance("jo.example", "Personal-2020")
    examiner.look()
    page.get_by_label("6-digit code").fill("000000")
    page.get_by_role("button", name="Verify").click()
    examiner.look()
    records.update("sys_user", user, {"enable_multifactor_authn": "false"})
    person.log_in_to_instance("jo.example", "Personal-2020")
    examiner.look()

    pair.lab(pair.emulator_url, "single-sign-on", {"enabled": True, "redirect": False})
    examiner.open(person.instance, "/login.do", "/login_locate_sso.do", "/sso_callback.do?state=none")
    examiner.open(person.instance, "/login_with_sso.do?glide_sso_id=none")


def modules(person: Person) -> list[str]:
    """Where the navigator leads to."""
    found = person.page.locator("#navigator a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return [address for address in dict.fromkeys(found) if address.startswith("/") and address != "/logout.do"]


def first_records(person: Person) -> list[str]:
    """A form of each kind: the first record of tables that differ in their fields."""
    forms = []
    for table in ("incident", "change_request", "sys_user", "oauth_entity", "sys_db_object", "sys_security_acl"):
        person.open_instance(f"/{table}_list.do")
        forms.append(person.page.locator("table.list tbody a").first.get_attribute("href") or "")
    return forms


def look_at_what_forms_lead_to(person: Person, examiner: Examiner) -> None:
    """Refused and confirmed forms, the consent page, somebody impersonated, somebody who may not."""
    page = person.page
    person.open_instance("/sys_user.do?sys_id=-1")
    page.get_by_label("Email").fill("x" * 200)
    page.get_by_role("button", name="Submit").first.click()
    examiner.look()
    person.open_instance(first_records(person)[0])
    page.get_by_role("button", name="Delete").first.click()
    examiner.look()
    person.open_instance("/incident.do?sysparm_query=number=INC0000002")
    page.get_by_text("Attach files").click()
    examiner.look()
    page.get_by_role("button", name="Delete shares-out-of-reach.csv").click()
    examiner.look()
    person.open_instance(CHECKLIST)
    page.get_by_text("Create another one").click()
    page.get_by_role("button", name="Replace OAuth entity").click()
    examiner.look()
    person.sign_in_to_tenant()
    page.goto(f"{person.tenant}/ticketProvisioning")
    page.get_by_role("button", name="Authorize").first.click()
    examiner.look()
    person.open_instance("/impersonate_dialog.do")
    page.get_by_label("User ID").fill("m365.integration")
    page.get_by_role("button", name="Impersonate user").click()
    examiner.look()
    examiner.open(person.instance, CHECKLIST, "/my_connected_apps.do", "/elevate_role.do")
    person.log_in_to_instance()


def look_at_the_lab(site: str, examiner: Examiner) -> None:
    examiner.open(site, "/lab", "/lab/cases", "/lab/cases?text=no+cards", "/lab/cases?text=zzz")
    examiner.open(site, "/lab/cases/sso-blocks-login")


@pytest.mark.long
@pytest.mark.attack("C25")
def test_c25_no_page_of_the_tenant_has_a_fault(person: Person, connected: RunningPair, tmp_path) -> None:
    """Every route that answers with a page, connected and not, with and without the right to share."""
    page, examiner = person.page, Examiner(person.page)
    examiner.open(person.tenant, "/signin", "/nothing")
    person.sign_in_to_tenant("nobody@contoso.onmicrosoft.com")
    examiner.look()
    look_at_the_lab(person.tenant, examiner)
    person.sign_in_to_tenant()
    api = TenantApi(connected.connector_url, "contoso", "secadmin")
    ticket = api.post("tickets", fields())["id"]
    examiner.open(
        person.tenant,
        "/",
        "/securescore",
        "/securescore?tab=actions",
        "/securescore/AdminMFAV2",
        "/securescore/AdminMFAV2/manage",
        "/ticketConfiguration",
        "/ticketProvisioning",
        "/ticketProvisioning?change=1",
        "/ticketProvisioning/callback?state=none",
        "/tickets",
        "/tickets?search=none",
        "/tickets/new",
        "/tickets/new?control=AdminMFAV2",
        f"/tickets/{ticket}",
        "/tickets/none",
    )
    page.goto(f"{person.tenant}/securescore/AdminMFAV2")
    page.locator("#share summary").click()
    examiner.look()
    page.goto(f"{person.tenant}/tickets/new")
    page.locator("main form").evaluate("form => { form.noValidate = true }")
    page.get_by_role("button", name="Send to ServiceNow").click()
    examiner.look()
    api.delete("connection")
    examiner.open(person.tenant, "/", "/ticketProvisioning", "/tickets/new")

    page.get_by_role("button", name="Sign out").click()
    person.sign_in_to_tenant(GLOBAL_ADMINISTRATOR)
    examiner.open(person.tenant, "/azureActiveDirectory/users/new", "/azureActiveDirectory/users")
    page.locator("main table a").first.click()
    examiner.look()

    tenant = make_tenant(tmp_path)
    admin = signed_in(tenant, GLOBAL_ADMINISTRATOR)
    assert examiner.unseen(person.tenant, tenant, admin, NO_PAGES_OF_THE_TENANT) == set()
    engine_of(tenant).dispose()
    assert examiner.found == []
