"""What the app is called and what it brings, in one place.

The names are Microsoft's where its pages give them (security-center.md, "Names, letter for letter"); tables, roles and
addresses of the real app are not known (platform 7.1), these are ours.
"""

from ...pages.menu import ADMIN, Application, Module

SCOPE = "x_mioms_m365ticket"
CONNECTOR = "Microsoft 365 Security & Compliance connector"
"""Its application in the navigator."""
STATUS_PAGE = "Microsoft 365 Ticketing Connector App"
CHECKLIST_PAGE = "Installation Checklist"

SETUP_TABLE = "x_mioms_m365ticket_setup"
CHANGE_TABLE = "x_mioms_m365ticket_change_request"
INCIDENT_TABLE = "x_mioms_m365ticket_incident"
INTEGRATION_ROLE = "x_mioms_m365ticket.integration"
ADMIN_ROLE = "x_mioms_m365ticket.admin"
TENANT_URL = "x_mioms_m365ticket.tenant_url"
"""Property: where the security center is."""

PROPOSED_ENTITY_NAME = "Security + Compliance Connector"
PROVISIONING_PATH = "/ticketProvisioning"
CALLBACK_PATH = "/ticketProvisioning/callback"

CHECKLIST_URL = "/x_mioms_m365ticket_installation_checklist.do"
STATUS_URL = "/x_mioms_m365ticket_connection.do"

MENU = Application(
    CONNECTOR,
    (
        Module(CHECKLIST_PAGE, CHECKLIST_URL.lstrip("/"), frozenset({ADMIN})),
        Module(STATUS_PAGE, STATUS_URL.lstrip("/")),
        Module("Change Requests", f"{CHANGE_TABLE}_list.do"),
        Module("Incidents", f"{INCIDENT_TABLE}_list.do"),
    ),
    frozenset({ADMIN, ADMIN_ROLE, INTEGRATION_ROLE, "itil"}),
    table=SETUP_TABLE,
)
