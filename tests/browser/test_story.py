"""The story clicked by one person in one browser, who ran the checklist as admin."""

import pytest
from browser_steps import CHECKLIST, ENTITY, READER
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"], indirect=True)
def test_a_security_administrator_shares_an_action_and_follows_its_state(person):
    """The whole of the connector's life: checklist, consent, tickets, states, removal, re-provisioning."""
    page = person.page
    person.log_in_to_instance()
    made = person.run_checklist()
    expect(person.step(3)).to_contain_text("Not authorized", ignore_case=True)
    person.menu("System OAuth", "Application Registry")
    expect(page.get_by_role("link", name=ENTITY, exact=True)).to_be_visible()
    person.menu("User Administration", "Users")
    page.goto(f"{person.instance}/sys_user_list.do?sysparm_query=user_name={made.user}")
    expect(page.get_by_role("link", name=made.user, exact=True)).to_be_visible()

    person.sign_in_to_tenant()
    person.home()
    expect(page.get_by_role("heading", name="Do you use ServiceNow?")).to_be_visible()
    page.get_by_role("link", name="Connect to ServiceNow").click()
    expect(page.locator("main")).to_contain_text("Do not use your personal credentials")
    person.provision(made)
    expect(page.get_by_role("heading", level=1)).to_contain_text(ENTITY)
    expect(page.locator("body")).to_contain_text("System Administrator")
    person.allow_as(made)
    expect(page.get_by_role("region", name="Connection status")).to_contain_text("Connected")
    expect(page.get_by_role("region", name="Connection status")).to_contain_text(made.user)

    change = share_an_action(person)
    incident = create_from_a_card(person)
    person.home()
    expect(person.card("change")).to_contain_text(change)
    expect(person.card("incident")).to_contain_text(incident)
    person.card("change").get_by_role("link", name="View all tickets").click()
    expect(page.get_by_role("link", name=change)).to_be_visible()

    rename_state(person, "Assess", "Being weighed up")
    person.log_in_to_instance()
    page.goto(f"{person.instance}/change_request_list.do?sysparm_query=number={change}")
    expect(page.locator("table")).to_contain_text("Microsoft 365 Security and Configuration Change Request")
    person.set_state(change, "Assess")
    person.home()
    expect(person.card("change")).to_contain_text("Being weighed up")
    expect(person.card("change").get_by_role("listitem")).to_contain_text([change])

    person.open_instance(CHECKLIST)
    expect(person.step(3)).to_contain_text(made.user)
    remove_connection(person)
    person.open_instance(CHECKLIST)
    expect(person.step(3)).to_contain_text("revoked", ignore_case=True)
    person.provision(made)
    person.allow_as(made)
    person.both_sides_say_connected(made.user)


def share_an_action(person) -> str:
    """From Secure Score to the ticket's number; the task comes prefilled."""
    page = person.page
    page.goto(f"{person.tenant}/securescore/AdminMFAV2")
    page.locator("#share summary").click()
    page.locator("#share").get_by_role("link", name="ServiceNow").click()
    expect(page.get_by_label("Name", exact=False).first).not_to_have_value("")
    expect(page.locator("main")).to_contain_text("Microsoft recommendation")
    expect(page.locator("main")).to_contain_text("Identity")
    return person.send_ticket()


def create_from_a_card(person) -> str:
    page = person.page
    person.home()
    person.card("incident").get_by_role("link", name="Create a ticket").click()
    expect(page.get_by_role("radio", name="Incident")).to_be_checked()
    person.fill_ticket("A mailbox forwards to an unknown address")
    return person.send_ticket()


def rename_state(person, old: str, new: str) -> None:
    person.home()
    person.card("change").get_by_role("link", name="Manage ServiceNow configuration").click()
    person.page.get_by_label(old).first.fill(new)
    person.page.get_by_role("button", name="Save names").click()


def remove_connection(person) -> None:
    person.home()
    person.card("change").get_by_role("link", name="Manage ServiceNow configuration").click()
    person.page.get_by_label("Yes, remove the current connection").check()
    person.page.get_by_role("button", name="Remove connection").click()
    person.home()
    expect(person.page.get_by_role("heading", name="Do you use ServiceNow?")).to_be_visible()


def test_the_cross_scope_error_is_met_and_cured_in_the_pages_as_the_page_words_it(person):
    """Label Application Registeries, Name oauth_entity, Accessible from All application scopes, Can read."""
    page = person.page
    person.log_in_to_instance()
    set_application_access(person, accessible="This application scope only", can_read=True)
    person.try_to_create_entity()
    refusal = (
        "Read operation against 'oauth_entity' from scope 'x_mioms_m365ticket' has been refused due to the table's "
        "cross-scope access policy"
    )
    expect(person.step(1).get_by_role("alert")).to_have_text(refusal)
    set_application_access(person, accessible="All application scopes", can_read=False)
    person.try_to_create_entity()
    expect(person.step(1).get_by_role("alert")).to_have_text(refusal)
    set_application_access(person, accessible="All application scopes", can_read=True)
    made = person.run_checklist()
    person.sign_in_to_tenant()
    person.provision(made)
    person.allow_as(made)
    expect(page.get_by_role("region", name="Connection status")).to_contain_text("Connected")


def set_application_access(person, *, accessible: str, can_read: bool) -> None:
    page = person.page
    person.open_instance("/")
    person.menu("System Definition", "Tables")
    page.goto(f"{person.instance}/sys_db_object_list.do?sysparm_query=name=oauth_entity")
    page.get_by_role("link", name="Application Registeries").click()
    expect(page.get_by_role("textbox", name="Label", exact=True)).to_have_value("Application Registeries")
    page.get_by_label("Accessible from").select_option(label=accessible)
    page.get_by_label("Can read").set_checked(can_read)
    page.get_by_role("button", name="Update").first.click()


def test_from_provisioned_not_authorised_one_press_of_authorize_leads_to_the_cards(person):
    """Denied at first: no cards, no ServiceNow under Share, and the provisioning page says so."""
    page = person.page
    made = person.set_out()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("region", name="Connection status")).to_contain_text("not authorized", ignore_case=True)
    person.home()
    expect(person.card("change")).to_have_count(0)
    expect(page.locator("#unauthorized")).to_contain_text("ServiceNow is not authorized.")
    page.goto(f"{person.tenant}/securescore/AdminMFAV2")
    page.locator("#share summary").click()
    expect(page.locator("#share").get_by_role("link", name="ServiceNow")).to_have_count(0)

    page.goto(f"{person.tenant}/ticketProvisioning")
    expect(page.get_by_role("region", name="Connection status")).to_contain_text("not authorized", ignore_case=True)
    page.get_by_role("button", name="Authorize").first.click()
    person.allow_as(made)
    person.home()
    expect(person.card("change")).to_be_visible()
    expect(person.card("incident")).to_be_visible()


def test_authorized_with_personal_credentials_both_sides_warn(person):
    """Case signed-in-as-yourself: Allow pressed while admin is logged in."""
    page = person.page
    made = person.set_out()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("region", name="Connection status").get_by_role("alert")).to_contain_text(
        "The connection was authorized by admin, not by the integration user m365.integration"
    )
    person.open_instance(CHECKLIST)
    expect(person.step(3)).to_contain_text("wrong user", ignore_case=True)
    page.goto(f"{person.tenant}/ticketProvisioning")
    page.get_by_role("button", name="Authorize").first.click()
    person.allow_as(made)
    person.both_sides_say_connected(made.user)


def test_a_reader_sees_everything_and_shares_nothing(person):
    page = person.page
    person.connect()
    page.get_by_role("button", name="Sign out").click()
    person.sign_in_to_tenant(READER)
    page.goto(f"{person.tenant}/securescore/AdminMFAV2")
    page.locator("#share summary").click()
    expect(page.locator("#share").get_by_role("link", name="ServiceNow")).to_have_count(0)
    assert page.goto(f"{person.tenant}/tickets/new").status == 403
