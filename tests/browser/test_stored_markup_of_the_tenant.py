"""The tenant's pages under hostile texts of its people and of the instance: C12, C14 and C16."""

import html
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from faults.fake_instance import FakeInstance, fake_instance
from faults.ticket_tables import TicketTables, refusing
from markup import ACTIVE, CORPUS, HOME, LINKS, PRODUCT, SCHEMES, TEMPLATES, first_difference, harmless, trees
from playwright.sync_api import Browser, Page
from tenant_flows import connect, signed_in
from ticket_flows import deliver, post, read_states
from ticketlab.connector.testing import bearer, csrf_token, engine_of, make_tenant

pytestmark = pytest.mark.browser

PAGES = ("/", "/tickets", "/tickets/new?control=AdminMFAV2", "/ticketConfiguration", "/securescore/AdminMFAV2")
GLOBAL = "globaladmin@contoso.onmicrosoft.com"
USERS = "/azureActiveDirectory/users"


@pytest.fixture(scope="module")
def parser(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


@contextmanager
def instance_that_says(text: Callable[[int], str]) -> Iterator[tuple[FakeInstance, TicketTables]]:
    """An instance whose user, numbers, states and refusals are all hostile."""
    with fake_instance(connected_user=text(0), expected_user=text(1)) as instance:
        tables = TicketTables()
        tables.install(instance)
        yield instance, tables


def pages_with(folder: Path, text: Callable[[int], str]) -> list[str]:
    """Each page of a tenant in which every text is ``text`` of another number."""
    with instance_that_says(text) as (instance, tables):
        tenant = make_tenant(folder, instances={"dev00001": instance.url})
        client = connect(tenant)
        api = bearer(tenant.test_client())
        tables.faults = [refusing(403, text(6), text(7))]
        tickets = []
        for at, kind in enumerate(("change", "incident", "change")):
            answer = post(tenant, api, name=text(at + 2)[:160], description=text(at + 3), kind=kind)
            tickets.append(answer.get_json()["id"])
            deliver(tenant)
        for record in tables.all():
            tables.change(record["number"], state=text(8)[:40])
        read_states(tenant)
        client.post(
            "/ticketConfiguration",
            data={"csrf_token": csrf_token(client, "/ticketConfiguration"), "change:-5": text(9)[:60]},
        )
        notes = {
            "csrf_token": csrf_token(client, "/securescore/AdminMFAV2/manage"),
            "status": "planned",
            "notes": text(10),
        }
        assert client.post("/securescore/AdminMFAV2", data=notes).status_code == 303
        pages = [
            client.get(path).text for path in (*PAGES, "/ticketProvisioning", *(f"/tickets/{each}" for each in tickets))
        ]
        pages += people_with(tenant, text)
        engine_of(tenant).dispose()
    return pages


def people_with(tenant, text: Callable[[int], str]) -> list[str]:
    """Azure Active Directory with somebody of that name, and a page that this person sees."""
    client = tenant.test_client()
    made = {
        "name": text(11),
        "upn": "marked@contoso.onmicrosoft.com",
        "mail": "x@example.com",
        "password": "Long-Enough-1",
    }
    answer = client.post(
        "/api/v1/users", json={**made, "roles": ["Security Administrator"]}, headers=bearer(client, GLOBAL)
    )
    assert answer.status_code == 201, answer.text
    keeper, person = signed_in(tenant, GLOBAL), signed_in(tenant, made["upn"], made["password"])
    return [keeper.get(USERS).text, keeper.get(f"{USERS}/{answer.get_json()['id']}").text, person.get("/").text]


@pytest.mark.attack("C12")
@pytest.mark.parametrize("start", [pytest.param(at, marks=[pytest.mark.long] if at else []) for at in range(0, 40, 12)])
def test_c12_markup_of_people_and_of_the_instance_is_text(tmp_path: Path, parser: Page, start: int) -> None:
    """Names, notes, states, refusals: the trees are those of harmless texts of the same length."""

    def hostile(number: int) -> str:
        return CORPUS[(start + number) % len(CORPUS)]

    (tmp_path / "hostile").mkdir()
    (tmp_path / "harmless").mkdir()
    marked = trees(parser, pages_with(tmp_path / "hostile", hostile))
    plain = trees(parser, pages_with(tmp_path / "harmless", lambda number: harmless(hostile(number))))
    assert len(marked) == len(plain) == 12
    assert [found for each in zip(marked, plain, strict=True) if (found := first_difference(*each))] == []
    assert not ACTIVE.search("".join(marked))


@pytest.mark.attack("C14")
@pytest.mark.attack("C16")
def test_c14_c16_addresses_lead_nowhere_and_templates_are_text(tmp_path: Path, parser: Page) -> None:
    """Schemes that run code are no links, and what looks like a template comes back as it was written."""
    texts = [each for pair in zip(TEMPLATES, SCHEMES, strict=False) for each in pair]
    pages = pages_with(tmp_path, lambda number: texts[number % len(texts)].strip("\x01 "))
    links = {link for page in pages for link in parser.evaluate(LINKS, page)}
    allowed = (HOME, "http://127.0.0.1", "https://", "mailto:")
    assert [link for link in links if not link.startswith(allowed) or "evil.example" in link] == []
    whole = html.unescape("".join(pages))
    assert PRODUCT not in whole
    assert TEMPLATES[1] in whole


@pytest.mark.attack("C14")
def test_c14_no_instance_has_such_an_address(tmp_path: Path) -> None:
    """The one address that people enter becomes a link, so it must be a name or an https address."""
    tenant = make_tenant(tmp_path)
    client = signed_in(tenant)
    token = csrf_token(client, "/ticketProvisioning?change=1")
    for address in SCHEMES:
        form = {"instance": address, "client_id": "x", "client_secret": "y", "csrf_token": token}
        answer = client.post("/ticketProvisioning", data=form)
        assert answer.status_code in {400, 422}, (address, answer.headers.get("Location"))
    engine_of(tenant).dispose()
