"""What a person does in the pages, named as the documentation names it."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect
from served_tenant import wait_until
from servers import RunningPair

GLOBAL_ADMINISTRATOR = "globaladmin@contoso.onmicrosoft.com"
SECADMIN = "secadmin@contoso.onmicrosoft.com"
READER = "reader@contoso.onmicrosoft.com"
TENANT_PASSWORD = "ticketlab"
CHECKLIST = "/x_mioms_m365ticket_installation_checklist.do"
ENTITY = "Security + Compliance Connector"


@dataclass
class Integration:
    """What the checklist made."""

    client_id: str
    client_secret: str
    user: str = "m365.integration"
    password: str = "Quiet-Otter-42"
    entity: str = ENTITY


class Person:
    def __init__(self, page: Page, pair: RunningPair) -> None:
        self.page = page
        self.instance = pair.emulator_url
        self.tenant = pair.connector_url

    # the instance

    def log_in_to_instance(self, user: str = "admin", password: str = "admin") -> None:
        self.page.goto(f"{self.instance}/login.do")
        self.enter_instance_password(user, password)

    def enter_instance_password(self, user: str, password: str) -> None:
        self.page.locator("#user_name").fill(user)
        self.page.locator("#user_password").fill(password)
        with self.page.expect_navigation():
            self.page.locator("#sysverb_login").click()

    def open_instance(self, path: str) -> None:
        self.page.goto(self.instance + path)

    def menu(self, application: str, module: str) -> None:
        """Open a module of the application navigator."""
        group = self.page.locator("nav details", has=self.page.locator("summary", has_text=application)).first
        if group.get_attribute("open") is None:
            group.locator("summary").click()
        group.get_by_role("link", name=module, exact=True).click()

    def search(self, field: str, text: str) -> None:
        """Search in the list that is open."""
        self.page.get_by_label("Search in", exact=True).select_option(label=field)
        self.page.get_by_label("Search for").fill(text)
        self.page.get_by_role("button", name="Search").click()

    def open_user(self, user_name: str) -> None:
        """User Administration > Users > the user's form."""
        self.open_instance("/")
        self.menu("User Administration", "Users")
        self.search("User ID", user_name)
        self.page.get_by_role("link", name=user_name, exact=True).click()

    def submit_new(self, table: str, texts: dict[str, str], choices: dict[str, str] | None = None) -> None:
        """Fill in and submit the form of a new record."""
        self.open_instance(f"/{table}.do?sys_id=-1")
        for label, text in texts.items():
            self.page.get_by_role("textbox", name=label).or_(self.page.get_by_role("combobox", name=label)).first.fill(
                text
            )
        for label, choice in (choices or {}).items():
            self.page.get_by_label(label).select_option(label=choice)
        self.page.get_by_role("button", name="Submit").first.click()
        expect(self.page.get_by_role("alert")).to_have_count(0)

    def step(self, number: int) -> Locator:
        return self.page.locator(f"#step-{number}")

    def try_to_create_entity(self, name: str = ENTITY) -> None:
        self.open_instance(CHECKLIST)
        self.step(1).get_by_label("Name").fill(name)
        self.step(1).get_by_role("button", name="Create OAuth entity").click()

    def run_checklist(self, entity: str = ENTITY) -> Integration:
        """Steps 1 and 2, with what is shown for copying."""
        self.try_to_create_entity(entity)
        made = Integration(
            self.page.locator("#client_id").input_value(),
            self.page.locator("#client_secret").input_value(),
            entity=entity,
        )
        self.create_user(made)
        return made

    def create_user(self, made: Integration) -> None:
        """Step 2 of the checklist, which is open."""
        second = self.step(2)
        second.get_by_label("User ID").fill(made.user)
        second.get_by_label("Name", exact=False).last.fill("Microsoft 365 integration")
        second.get_by_label("Email").fill("m365.integration@example.com")
        second.get_by_label("Password").fill(made.password)
        second.get_by_role("button", name="Create integration user").click()
        expect(self.step(2)).to_contain_text("Complete")

    def allow_as(self, made: Integration) -> None:
        """Not You, log in as the integration user, Allow."""
        self.page.get_by_role("link", name="Not You").click()
        self.enter_instance_password(made.user, made.password)
        self.page.get_by_role("button", name="Allow").click()
        expect(self.page.get_by_role("region", name="Connection status")).to_be_visible()

    def set_state(self, number: str, label: str) -> None:
        """Change a ticket's state on its form."""
        self.open_instance(f"/task_list.do?sysparm_query=number={number}")
        self.page.get_by_role("link", name=number, exact=True).click()
        self.page.get_by_role("combobox", name="State", exact=True).select_option(label=label)
        self.page.get_by_role("button", name="Update").first.click()

    # the tenant

    def sign_in_to_tenant(self, user: str = SECADMIN) -> None:
        self.page.goto(f"{self.tenant}/signin")
        self.page.get_by_label("Email").fill(user)
        self.page.get_by_label("Password").fill(TENANT_PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()

    def home(self) -> None:
        self.page.goto(self.tenant)

    def provision(self, made: Integration) -> None:
        """Enter what the checklist showed and press Authorize."""
        self.page.goto(f"{self.tenant}/ticketProvisioning")
        self.page.get_by_label("Instance name").fill("dev00001")
        self.page.get_by_label("Client ID").fill(made.client_id)
        self.page.get_by_label("Client secret").fill(made.client_secret)
        self.page.get_by_role("button", name="Authorize").click()

    def fill_ticket(self, name: str, priority: str = "2 - High", category: str = "Identity") -> None:
        self.page.get_by_label("Name", exact=False).first.fill(name)
        self.page.get_by_label("Description").fill("Described by a person.")
        self.page.get_by_label("Priority").select_option(label=priority)
        self.page.get_by_label("Recommendation category").select_option(label=category)

    def send_ticket(self) -> str:
        """Send the form and return the number that ServiceNow gave."""
        self.page.get_by_role("button", name="Send to ServiceNow").click()
        number = self.page.locator("#delivery strong.number")
        expect(number).to_be_visible()
        return number.inner_text()

    def card(self, kind: str) -> Locator:
        return self.page.locator(f"#{kind}-card")

    def set_out(self) -> Integration:
        """From an untouched pair to the instance's consent page, logged in there as the administrator."""
        self.log_in_to_instance()
        made = self.run_checklist()
        self.sign_in_to_tenant()
        self.provision(made)
        return made

    def connect(self) -> Integration:
        """From an untouched pair to a connection as the integration user."""
        made = self.set_out()
        self.allow_as(made)
        return made

    def both_sides_say_connected(self, user: str) -> None:
        self.page.goto(f"{self.tenant}/ticketProvisioning")
        expect(self.page.get_by_role("region", name="Connection status")).to_contain_text("Connected")
        expect(self.page.get_by_role("region", name="Connection status")).to_contain_text(user)

    def see_the_connection_say(self, text: str) -> None:
        """Open the connection's page until it says so: it does not change by itself."""

        def says() -> bool:
            self.page.goto(f"{self.tenant}/ticketProvisioning")
            return text in self.page.get_by_role("region", name="Connection status").inner_text()

        wait_until(says)
