"""The frame: banner, navigator, the homepage and the addresses that wrap another page."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from people import Person, api, path_of
from ticketlab.emulator.apps.m365ticket.manifest import MENU
from ticketlab.emulator.pages.navigator import EVERYDAY, SYSTEM, Navigator, filtered

DOCS = Path(__file__).parents[3] / "docs"


def test_home_stands_in_the_frame(looking):
    """After the login comes the homepage, with the user's name and the way out."""
    page = looking.follow(looking.get("/welcome.do"))
    assert page.status == 200
    assert "System Administrator" in page.text
    assert page.link("Log out") == "/logout.do"


def test_home_tells_of_the_newest_first(instance, admin):
    """Those of one second, too: they stand by their numbers."""
    made = [
        api(instance, "POST", "/api/now/table/incident", {"short_description": "x"})["number"] for _each in range(4)
    ]
    shown = [label for label, _address in admin.get("/home.do").links if label in made]
    assert shown == sorted(made, reverse=True)


@pytest.mark.source("platform 6", "D")
def test_menus_lead_where_the_documentation_says(looking):
    """Menu > System OAuth > Application Registry, User Administration > Users, System Definition > Tables."""
    page = looking.get("/home.do")
    for menu, module, path in (
        ("System OAuth", "Application Registry", "/oauth_entity_list.do"),
        ("User Administration", "Users", "/sys_user_list.do"),
        ("System Definition", "Tables", "/sys_db_object_list.do"),
        ("Change", "Create New", "/incident.do"),
        ("Microsoft 365 Security & Compliance connector", "Installation Checklist", None),
        ("Microsoft 365 Security & Compliance connector", "Microsoft 365 Ticketing Connector App", None),
    ):
        assert menu in page.text
        assert path is None or path_of(page.link(module)) == path


def test_every_module_opens(looking):
    """No line of the navigator leads to an error."""
    page = looking.get("/home.do")
    modules = [(label, address) for label, address in page.links if address.startswith("/") and address != "/logout.do"]
    assert len(modules) > 30
    for label, address in modules:
        assert looking.follow(looking.get(address)).status == 200, label


def test_menus_that_the_documentation_names_are_there():
    """Whoever follows a case by hand finds each module under the name that the page gives it."""
    menus = {each.title: tuple(module.title for module in each.modules) for each in (*EVERYDAY, *SYSTEM, MENU)}
    said = " ".join(page.read_text(encoding="utf-8") for page in sorted(DOCS.glob("*.md")))
    plain = re.sub(r"[*`\s]+", " ", said)
    named = [(menu, found) for menu in menus for found in re.findall(rf"{re.escape(menu)} > ([A-Z][^.,:;]+)", plain)]
    assert len(named) > 50
    assert [(menu, module) for menu, module in named if not module.startswith(menus[menu])] == []


def test_filter_works_without_a_script(looking):
    """Enter in the filter shows the menus that match."""
    page = looking.get("/navigator.do?filter=registry")
    assert "System OAuth" in page.text
    assert page.link("Application Registry")
    assert "No menu holds" in looking.get("/navigator.do?filter=zzz").text


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("incident.list", "/incident_list.do"),
        ("INCIDENT.LIST", "/incident_list.do"),
        ("incident_list.do", "/incident_list.do"),
        ("incident.do", "/incident.do?sys_id=-1"),
        ("incident.form", "/incident.do?sys_id=-1"),
    ],
)
def test_table_typed_into_the_filter_opens(looking, typed, page):
    """TABLE.list in the filter opens the table's list."""
    assert looking.get(f"/navigator.do?filter={typed}").location == page


@pytest.mark.source("platform 6", "D")
@pytest.mark.parametrize("address", ["/nav_to.do?uri={}", "/now/nav/ui/classic/params/target/{}"])
def test_nav_to_shows_the_page_in_the_frame(looking, address):
    """A wrapped page is the same page with the navigator beside it."""
    page = looking.follow(looking.get(address.format(quote("incident_list.do?sysparm_query=active=true", safe=""))))
    assert "Active = true" in page.text
    assert "User Administration" in page.text


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/",
        "//evil.example/x.do",
        "\\\\evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "%0d%0aSet-Cookie: a=b",
        "",
    ],
)
def test_nav_to_another_host_is_refused(looking, uri):
    """Only pages of this instance are led to."""
    answer = looking.get(f"/nav_to.do?uri={quote(uri, safe='')}")
    if answer.status == 302:
        assert re.match(r"/[^/\\]", answer.location)
        assert "evil" not in path_of(answer.location).split("/")[0]
        assert answer.response.headers.get("Set-Cookie") is None
    else:
        assert answer.status == 400


def test_unknown_page_is_a_page_within_the_frame(looking, untouched):
    """An address that is none gets a page; somebody who is not signed in learns nothing of it."""
    page = looking.get("/no_such_page.html")
    assert page.status == 404
    assert "User Administration" in page.text
    assert Person(untouched).get("/no_such_page.html").status == 302


def test_navigator_hides_what_is_not_for_the_user():
    """Menus of other roles are left out, an admin sees all."""
    navigator = Navigator()
    everybody = [group.title for group in navigator.groups(frozenset())]
    assert everybody == ["Self-Service"]
    assert "System Definition" in [group.title for group in navigator.groups(frozenset({"admin"}))]
    assert "Change" in [group.title for group in navigator.groups(frozenset({"itil"}))]


def test_checklist_is_offered_to_admins_alone():
    """The connector's menu is there for its users; the checklist only for who may work on it."""
    navigator = Navigator((MENU,))
    shown = {role: _modules(navigator, role) for role in ("admin", "x_mioms_m365ticket.integration")}
    assert "Installation Checklist" in shown["admin"]
    assert "Installation Checklist" not in shown["x_mioms_m365ticket.integration"]
    assert "Microsoft 365 Ticketing Connector App" in shown["x_mioms_m365ticket.integration"]


def _modules(navigator, role):
    return [each.module.title for group in navigator.groups(frozenset({role})) for each in group.entries]


def test_navigator_marks_one_module():
    """The module of this very page is marked; on a record's form, the list it stands in."""
    groups = Navigator().groups(frozenset({"admin"}), "incident.do?sys_id=0123")
    marked = [(group.title, each.module.title) for group in groups for each in group.entries if each.current]
    assert marked == [("Incident", "All")]


def test_filter_keeps_a_whole_menu_by_its_title():
    """Filtering by a menu's own title keeps all its modules."""
    groups = filtered(Navigator().groups(frozenset({"admin"})), "system oauth")
    assert [group.title for group in groups] == ["System OAuth"]
    assert len(groups[0].entries) > 1


@pytest.mark.parametrize("path", ["/home.do", "/incident_list.do", "/incident.do?sys_id=-1", "/sys_user_list.do"])
def test_page_is_accessible_by_its_structure(looking, path):
    """Every input has a label, the landmarks are there, nothing is styled or scripted inline."""
    page = looking.get(path)
    for landmark in ("<header", "<nav", "<main", 'class="skip"', "<h1"):
        assert landmark in page.html
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', page.html))
    for tag in re.findall(r"<(?:input|select|textarea)[^>]*>", page.html):
        if 'type="hidden"' not in tag:
            found = re.search(r' id="([^"]+)"', tag)
            assert found, tag
            assert found[1] in labelled, tag
    assert " style=" not in page.html
    assert not re.search(r"\son[a-z]+=", page.html)
    policy = page.response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    nonce = re.search(r'<script nonce="([^"]+)"', page.html)
    assert nonce
    assert f"'nonce-{nonce[1]}'" in policy
