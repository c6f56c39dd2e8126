"""Names, letter for letter, each on the page where the product had it (security-center, last table)."""

import pytest

CLASS_LABEL = "Microsoft 365 Security and Configuration Change Request"


@pytest.mark.source("security-center Names", "D")
def test_the_instance_calls_each_thing_by_its_name(connected):
    """Each on the page where a person looks for it."""
    for path, name in (
        ("/home.do", "Microsoft 365 Security & Compliance connector"),
        ("/home.do", "System OAuth"),
        ("/home.do", "Application Registry"),
        ("/home.do", "User Administration"),
        ("/x_mioms_m365ticket_connection.do", "Microsoft 365 Ticketing Connector App"),
        ("/x_mioms_m365ticket_change_request_list.do", CLASS_LABEL),
        ("/sys_db_object_list.do?sysparm_query=name=oauth_entity", "Application Registeries"),
        ("/sys_db_object_list.do?sysparm_query=name=oauth_entity", "oauth_entity"),
        ("/x_mioms_m365ticket_installation_checklist.do", "Security + Compliance Connector"),
    ):
        connected.browser.open(connected.instance + path).expect(name)


@pytest.mark.source("security-center Names", "D")
def test_the_form_of_oauth_entitys_table_has_the_settings(connected):
    listed = connected.browser.open(f"{connected.instance}/sys_db_object_list.do?sysparm_query=name=oauth_entity")
    form = connected.browser.follow(listed, "Application Registeries")
    for name in ("Accessible from", "All application scopes", "Can read", "Label", "Name"):
        form.expect(name)


@pytest.mark.source("security-center Names", "A")
def test_the_class_of_an_incident_ticket_has_its_label(connected):
    page = connected.browser.open(f"{connected.instance}/x_mioms_m365ticket_incident_list.do")
    page.expect("Microsoft 365 Security and Configuration Incident")


@pytest.mark.source("security-center Names", "D")
def test_the_tenant_asks_whether_servicenow_is_used(pair):
    from ticketlab.shared.clients.browser import Browser

    browser = Browser()
    page = browser.open(f"{pair.connector_url}/signin")
    page = browser.fill(page, "Sign in", {"upn": "secadmin@contoso.onmicrosoft.com", "password": "ticketlab"})
    page = browser.open(pair.connector_url).expect("Do you use ServiceNow?")
    browser.follow(page, "Connect to ServiceNow").expect("Microsoft 365 Connector app").expect("Authorize")


@pytest.mark.source("security-center Names", "D")
def test_the_tenant_calls_each_thing_by_its_name(connected):
    for path, name in (
        ("/", "Manage ServiceNow configuration"),
        ("/ticketProvisioning", "Authorize"),
        ("/ticketProvisioning", "Data exchange"),
        ("/securescore", "Microsoft Secure Score"),
    ):
        connected.browser.open(connected.tenant + path).expect(name)
