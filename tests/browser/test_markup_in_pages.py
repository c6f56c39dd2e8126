"""Attack C12 by real pages: with the whole corpus in front of the browser, nothing runs and nothing is fetched."""

from collections.abc import Iterator

import pytest
from browser_steps import CHECKLIST, Person
from markup import CORPUS
from playwright.sync_api import BrowserContext, expect
from servers import RunningPair
from ticket_flows import fields
from ticketlab.shared.clients.apis import InstanceApi, TenantApi
from ticketlab.shared.clients.connect import Connector, Wanted
from ticketlab.shared.clients.target import Target

pytestmark = pytest.mark.browser

NAME = "<img src=x onerror=alert(1)>"
HOOK = (
    "window.ran = []; for (const name of ['alert', 'prompt', 'confirm']) window[name] = text => window.ran.push(text);"
)
ADDED = (
    "[onerror], [onload], [onfocus], [onmouseover], [ontoggle], iframe, object, embed, video, base, img, main script"
)


class Watcher:
    """Opens pages, and sees to it that none has run, fetched or grown anything."""

    def __init__(self, context: BrowserContext, person: Person) -> None:
        self.page = person.page
        self.fetched: list[str] = []
        context.add_init_script(HOOK)
        context.on("request", lambda request: self.fetched.append(request.url))
        self.page.on("dialog", lambda dialog: pytest.fail(f"{self.page.url} opened a dialog: {dialog.message}"))

    def open(self, address: str, *shown: str) -> None:
        self.page.goto(address)
        self.look(*shown)

    def look(self, *shown: str) -> None:
        """These texts stand on the page that is open, as texts."""
        for text in shown:
            expect(self.page.locator("body")).to_contain_text(text)
        self.page.wait_for_load_state()
        assert self.page.evaluate("window.ran") == [], self.page.url
        assert self.page.locator(ADDED).count() == 0, self.page.url
        assert [url for url in self.fetched if "evil.example" in url or url.endswith("/x")] == []


@pytest.fixture
def watcher(context: BrowserContext, person: Person) -> Iterator[Watcher]:
    return Watcher(context, person)


@pytest.fixture
def connected(pair: RunningPair) -> RunningPair:
    wanted = Wanted(entity=f"{NAME} app", password="Quiet-Otter-42")
    Connector(Target(pair.emulator_url, pair.connector_url), wanted, lambda _line: None).connect()
    return pair


@pytest.mark.attack("C12")
@pytest.mark.attack("C13")
def test_c12_names_that_are_markup_are_texts_where_people_meet_them(
    person: Person, pair: RunningPair, watcher: Watcher
):
    """Client and user name on the consent page, what was typed at login and search, and errors in the address."""
    page = person.page
    client = pair.lab(pair.emulator_url, "oauth-clients", {"name": NAME, "redirect_url": "http://127.0.0.1:9/callback"})
    pair.lab(pair.emulator_url, "users", {"user_name": "<svg/onload=alert(1)>", "password": "x-y-z-1", "name": NAME})
    person.log_in_to_instance("<script>alert(1)</script>", "wrong")
    watcher.look("User name or password invalid")
    person.log_in_to_instance("<svg/onload=alert(1)>", "x-y-z-1")
    watcher.look(f"Welcome, {NAME}")
    watcher.open(f"{pair.emulator_url}/oauth_auth.do?response_type=code&client_id={client['client_id']}&state=x", NAME)
    expect(page.get_by_role("heading", level=1)).to_contain_text(NAME)
    watcher.open(f"{pair.emulator_url}/oauth_auth.do?response_type=code&client_id={NAME}&error_description={NAME}")
    watcher.open(f"{pair.emulator_url}/navigator.do?filter={NAME}", f"“{NAME}”")
    watcher.open(f"{pair.emulator_url}/incident_list.do?sysparm_query=short_descriptionLIKE{NAME}")
    person.sign_in_to_tenant()
    watcher.open(f"{pair.connector_url}/tickets?search={NAME}")
    watcher.open(f"{pair.connector_url}/ticketProvisioning/callback?error={NAME}&error_description={NAME}&state={NAME}")


@pytest.mark.long
@pytest.mark.attack("C12")
def test_c12_the_whole_corpus_is_text_in_both_apps(person: Person, connected: RunningPair, watcher: Watcher):
    """Forty tickets of forty hostile names on their way from the tenant to the instance, and what both show of them."""
    page = person.page
    tenant = TenantApi(connected.connector_url, "contoso", "secadmin")
    for text in CORPUS:
        tenant.post("tickets", fields(name=text, description=text))
    records = InstanceApi(connected.emulator_url)
    abort = {"name": "Refuses", "collection": "incident", "when": "before", "action_insert": "true", "active": "true"}
    records.insert("sys_script", {**abort, "abort_action": "true", "message": NAME, "add_message": "true"})
    refused = tenant.post("tickets", fields(name="Refused", kind="incident"))["id"]
    person.sign_in_to_tenant()
    for address in ("/", "/tickets", "/ticketProvisioning", f"/tickets/{refused}"):
        watcher.open(f"{connected.connector_url}{address}")
    watcher.open(f"{connected.connector_url}/tickets", CORPUS[-1], CORPUS[-20])

    person.log_in_to_instance()
    table = "x_mioms_m365ticket_change_request"
    found = records.rows(table, "short_descriptionISNOTEMPTY^ORDERBYnumber", fields="sys_id,short_description")
    assert {row["short_description"] for row in found} >= set(CORPUS)
    watcher.open(f"{connected.emulator_url}/{table}_list.do?sysparm_query=ORDERBYnumber", CORPUS[0], CORPUS[4])
    watcher.open(f"{connected.emulator_url}/{table}_list.do?sysparm_query=ORDERBYDESCnumber", CORPUS[-1])
    for row in found[::8]:
        watcher.open(f"{connected.emulator_url}/{table}.do?sys_id={row['sys_id']}")
        assert page.get_by_label("Short description").input_value() == row["short_description"]
    for address in (
        "/home.do",
        CHECKLIST,
        "/syslog_list.do",
        "/oauth_credential_list.do",
        "/lab/decisions",
        "/sys_script_list.do",
    ):
        watcher.open(f"{connected.emulator_url}{address}")
    watcher.open(f"{connected.emulator_url}{CHECKLIST}", f"{NAME} app")
