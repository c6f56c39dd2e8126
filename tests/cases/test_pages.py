"""The cases on the lab's pages, as a person without scripts plays them."""

import re

import pytest
import requests
from patience import HANGING
from ticketlab.emulator.pages.navigator import SYSTEM
from ticketlab.shared.cases.registry import all_cases
from ticketlab.shared.clients.browser import Browser


@pytest.fixture
def browser():
    """A browser that says, as real ones do, that its forms come from the page itself."""
    made = Browser()
    made._session.headers["Sec-Fetch-Site"] = "same-origin"
    return made


@pytest.fixture(params=["emulator_url", "connector_url"])
def lab(request, case_pair, browser):
    """The lab of either app; what a test started is stopped."""
    url = f"{getattr(case_pair, request.param)}/lab/cases"
    yield url
    page = browser.open(url)
    if page.has_button("Stop and put both apps back"):
        browser.fill(page, "Stop and put both apps back", {})


def test_case_is_played_from_start_to_stop(browser, lab, case_pair):
    page = browser.follow(browser.open(lab), "redirect-uri-mismatch")
    page = browser.fill(page, "Start", {}).expect("This case is started")
    browser.fill(page, "See the symptom", {}).expect("The symptom appeared").expect("Invalid redirect_uri")
    browser.fill(page, "Cure it", {}).expect("Cured").expect("Connected as m365.case")
    told = browser.fill(page, "See the symptom", {}).expect("The symptom did not appear").text
    assert "Connected as m365.case" in told  # what is seen in its place, and not the top of a page
    assert page.link("Security center").startswith(case_pair.connector_url)
    assert page.link("ServiceNow").startswith(case_pair.emulator_url)
    browser.fill(page, "Stop and put both apps back", {}).expect("The case is over.")
    assert "Started:" not in browser.open(lab).text


def test_a_case_that_is_stopped_with_all_kept_says_so(browser, lab, case_pair):
    page = browser.follow(browser.open(lab), "missing-state")
    page = browser.fill(page, "Start", {})
    browser.fill(page, "Stop and leave both as they are", {}).expect("Both apps stay as they are.")
    for url in (case_pair.emulator_url, case_pair.connector_url):
        assert requests.post(f"{url}/lab/reset", json={}, timeout=HANGING).ok


def test_started_case_is_named_on_both_labs(browser, lab, case_pair):
    page = browser.follow(browser.open(lab), "missing-state")
    browser.fill(page, "Start", {})
    for url in (case_pair.emulator_url, case_pair.connector_url):
        browser.open(f"{url}/lab/cases").expect("Started: missing-state")
        other = browser.open(f"{url}/lab/cases/oauth-switched-off")
        assert not other.has_button("Start")


def test_pasted_error_names_cases(browser, lab):
    page = browser.fill(browser.open(lab), "Find", {"Paste an error message": "Invalid redirect_uri"})
    page.expect("redirect-uri-mismatch The redirect URL is not the registered one")
    browser.fill(page, "Find", {"Paste an error message": "nothing of the kind"}).expect(
        "No case fits. Why the instance refused a request"
    )


def test_unknown_case_is_not_found(browser, lab):
    assert browser.open(f"{lab}/no-such-case").status == 404


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_page_of_another_site_starts_nothing(browser, lab, site: str):
    """The lab's guard holds for the cases as well."""
    page = browser.open(f"{lab}/missing-state")
    browser._session.headers["Sec-Fetch-Site"] = site
    assert browser.fill(page, "Start", {}).status == 403
    browser._session.headers["Sec-Fetch-Site"] = "same-origin"
    assert "Started:" not in browser.open(lab).text


MENU = re.compile(r"((?:System|User|Multi)[\w-]*(?: [A-Z]\w+)*)((?: > [A-Z][\w-]+(?: [A-Z][\w-]+)*)+)")
"""The way through the navigator that a case names. What the platform groups modules by may stand between."""


@pytest.mark.parametrize("case", all_cases().values(), ids=lambda case: case.id)
def test_every_menu_that_a_case_names_is_in_the_navigator(case):
    """Whoever follows the steps finds it by these words."""
    menus = {each.title: {module.title for module in each.modules} for each in SYSTEM}
    told = " ".join((case.differs, case.check, *case.steps, *(step for cure in case.cures for step in cure.steps)))
    for application, modules in MENU.findall(told):
        assert menus[application] & set(modules.split(" > ")), f"{application}{modules}"
