"""Microsoft's troubleshooting cases, met by their exact sentence and cured by hand in the steps that the page gives."""

import pytest
from browser_steps import CHECKLIST, ENTITY, Integration, Person
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.long]

NOT_CREATABLE = (
    "Create operation against 'oauth_entity' from scope 'x_mioms_m365ticket' has been refused due to the table's "
    "cross-scope access policy"
)
NO_SUCH_USER = "User name or password invalid. Please try again"
MANDATORY = "Data Policy Exception: The following fields are mandatory: Cost center"
NO_ADMIN = "Security constraints prevent access to requested page"


@pytest.mark.source("security-center.md, Troubleshooting", "D")
def test_what_goes_wrong_before_and_while_connecting_is_cured_where_the_page_says(person: Person) -> None:
    """Cases oauth-entity-not-creatable, oauth-entity-check and integration-user-check, one after the other."""
    person.log_in_to_instance()
    made = create_the_entity_though_the_table_refuses(person)
    person.sign_in_to_tenant()
    person.provision(made)
    person.allow_as(made)
    person.both_sides_say_connected(made.user)
    find_the_entity_by_its_name_and_activate_it(person, made)
    create_the_integration_user_again(person, made)


def create_the_entity_though_the_table_refuses(person: Person) -> Integration:
    """System Definition > Tables > oauth_entity, Application Access: Can create."""
    tick_can_create(person, wanted=False)
    person.try_to_create_entity()
    expect(person.step(1).get_by_role("alert")).to_have_text(NOT_CREATABLE)
    tick_can_create(person, wanted=True)
    return person.run_checklist()


def tick_can_create(person: Person, *, wanted: bool) -> None:
    page = person.page
    person.open_instance("/")
    person.menu("System Definition", "Tables")
    person.search("Name", "oauth_entity")
    page.get_by_role("link", name="Application Registeries").click()
    page.get_by_label("Can create").set_checked(wanted)
    page.get_by_role("button", name="Update").first.click()


def find_the_entity_by_its_name_and_activate_it(person: Person, made: Integration) -> None:
    """System OAuth > Application Registry, by the name of step 1."""
    page = person.page
    set_entity_active(person, active=False)
    page.goto(f"{person.tenant}/ticketProvisioning")
    page.get_by_role("button", name="Authorize").first.click()
    expect(page.get_by_role("alert")).to_have_text("Invalid client_id")
    set_entity_active(person, active=True)
    authorize(person, made)


def set_entity_active(person: Person, *, active: bool) -> None:
    page = person.page
    person.log_in_to_instance()
    person.menu("System OAuth", "Application Registry")
    page.get_by_role("link", name=ENTITY, exact=True).click()
    page.get_by_label("Active").set_checked(active)
    page.get_by_role("button", name="Update").first.click()


def create_the_integration_user_again(person: Person, made: Integration) -> None:
    """User Administration > Users shows that it is gone; the checklist's second step makes it again."""
    page = person.page
    person.log_in_to_instance()
    person.open_user(made.user)
    page.get_by_role("button", name="Delete").first.click()
    page.get_by_role("button", name="Delete").click()
    page.goto(f"{person.tenant}/ticketProvisioning")
    page.get_by_role("button", name="Authorize").first.click()
    page.get_by_role("link", name="Not You").click()
    person.enter_instance_password(made.user, made.password)
    expect(page.get_by_role("alert")).to_have_text(NO_SUCH_USER)

    person.log_in_to_instance()
    person.menu("User Administration", "Users")
    person.search("User ID", made.user)
    expect(page.locator("table.list")).to_contain_text("No records to display")
    person.open_instance(CHECKLIST)
    person.create_user(made)
    authorize(person, made)


def authorize(person: Person, made: Integration) -> None:
    page = person.page
    page.goto(f"{person.tenant}/ticketProvisioning")
    page.get_by_role("button", name="Authorize").first.click()
    person.allow_as(made)
    person.both_sides_say_connected(made.user)


@pytest.mark.source("security-center.md, Troubleshooting", "D")
def test_a_mandatory_field_of_ones_own_refuses_the_ticket_until_the_policy_is_relaxed(person: Person) -> None:
    """Case customised-change-form: the ticket says why, the policy is switched off, Retry now sends it."""
    page = person.page
    person.log_in_to_instance()
    made = person.run_checklist()
    make_cost_center_mandatory(person)
    person.sign_in_to_tenant()
    person.provision(made)
    person.allow_as(made)
    page.goto(f"{person.tenant}/tickets/new?kind=change")
    person.fill_ticket("Refused for the want of a cost center")
    page.get_by_role("button", name="Send to ServiceNow").click()
    expect(page.locator("#delivery")).to_contain_text("ServiceNow did not take this ticket.")
    expect(page.locator("#delivery")).to_contain_text(MANDATORY)
    ticket = page.url

    person.log_in_to_instance()
    person.menu("System Policy", "Data Policies")
    page.get_by_role("link", name="change_request").first.click()
    page.get_by_label("Active").uncheck()
    page.get_by_role("button", name="Update").first.click()
    page.goto(ticket)
    page.get_by_role("button", name="Retry now").click()
    expect(page.locator("#delivery strong.number")).to_have_text("CHG0030001")


def make_cost_center_mandatory(person: Person) -> None:
    """What a customer had done to the change form: a column, a data policy, its rule."""
    person.submit_new(
        "sys_dictionary", {"Table": "change_request", "Column label": "Cost center", "Column name": "u_cost_center"}
    )
    person.submit_new(
        "sys_data_policy2", {"Table": "change_request", "Short description": "Changes need a cost center"}
    )
    person.submit_new(
        "sys_data_policy_rule",
        {"Data Policy": "Changes need a cost center", "Table": "change_request", "Field name": "u_cost_center"},
        choices={"Mandatory": "True"},
    )


@pytest.mark.source("security-center.md, Prerequisites", "D")
def test_whoever_is_no_administrator_is_refused_the_checklist_until_given_the_role(person: Person, pair) -> None:
    """Case not-an-admin: the page's sentence, then the role admin, given in the pages."""
    page = person.page
    account = {"user_name": "jo.example", "password": "Personal-2020", "name": "Jo Example", "roles": ["itil"]}
    pair.lab(pair.emulator_url, "users", account)
    person.log_in_to_instance("jo.example", "Personal-2020")
    person.open_instance(CHECKLIST)
    expect(page.get_by_role("alert")).to_have_text(NO_ADMIN)
    person.log_in_to_instance()
    person.submit_new("sys_user_has_role", {"User": "Jo Example", "Role": "admin"})
    person.log_in_to_instance("jo.example", "Personal-2020")
    person.run_checklist()
