"""Looking at pages as axe-core does, and whether they fit the screen, and keeping count of which there are."""

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

AXE = Axe()
DESK = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}


class Examiner:
    """Lets axe-core look at pages in one browser, and remembers which they were and what is wrong with them."""

    def __init__(self, page: Page, *sizes: dict[str, int]) -> None:
        self.page = page
        self.found: list[str] = []
        self.seen: list[str] = []
        self._sizes = sizes or (DESK, PHONE)

    def open(self, site: str, *paths: str, sizes: tuple[dict[str, int], ...] = ()) -> None:
        """Open each path of a site, and look at it."""
        for path in paths:
            self.page.goto(site + path)
            self.look(*sizes)

    def look(self, *sizes: dict[str, int]) -> None:
        """Examine the page that is open, in these widths or in all of the examiner's."""
        self.page.wait_for_load_state()  # a form may just have been sent
        self.seen.append(self.page.url)
        for size in sizes or self._sizes:
            self.page.set_viewport_size(size)  # type: ignore[arg-type]  # a TypedDict of just this
            for violation in AXE.run(self.page).response["violations"]:
                nodes = [node["html"][:200] for node in violation["nodes"][:3]]
                self.found.append(f"{self.page.url}, {size['width']} wide: {violation['help']}: {nodes}")
            width = self.page.evaluate("document.documentElement.scrollWidth")
            if width > size["width"]:
                self.found.append(f"{self.page.url}, {size['width']} wide: the page itself is {width} wide")
        self.page.set_viewport_size(DESK)

    def unseen(self, site: str, app: Flask, client: FlaskClient, no_pages: frozenset[str]) -> set[str]:
        """The routes of an app that answer ``client`` with a page, and at which nobody has looked.

        What an address with arguments answers is not asked: it is a page unless ``no_pages`` says otherwise.
        """
        opened = {_rule_of(app, url.removeprefix(site)) for url in self.seen if url.startswith(site)}
        rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())]
        missing = [rule for rule in rules if rule.rule not in opened and not rule.rule.startswith(tuple(no_pages))]
        return {rule.rule for rule in missing if rule.arguments or _is_page(client, rule.rule)}


def _is_page(client: FlaskClient, path: str) -> bool:
    with client.get(path) as answer:
        return answer.status_code == 200 and answer.mimetype == "text/html"


def _rule_of(app: Flask, address: str) -> str:
    try:
        rule, _ = app.url_map.bind("").match(address.partition("?")[0].partition("#")[0], "GET", return_rule=True)
    except (HTTPException, RequestRedirect):
        return ""
    return str(rule.rule)
