"""The installation checklist's pages in the instance, as the command reads and fills them."""

from .browser import Browser
from .page import Page, PageUnexpected

PATH = "/x_mioms_m365ticket_installation_checklist.do"
OK = 200
STEP_TWO = "Create the integration user"
MOST_SAID = 240
LOG_IN = "Log in"
TITLE = "Installation Checklist"
ENTITY_BUTTONS = ("Create OAuth entity", "Replace OAuth entity")
USER_BUTTONS = ("Create integration user", "Replace integration user")
"""The button of a step that is not done yet, and of one that is."""


def make_entity(browser: Browser, page: Page, name: str) -> Page:
    """Do step 1 with this name; the redirect URL stays as proposed."""
    return browser.fill(page, _present(page, ENTITY_BUTTONS), {"name": name})


def shown_credentials(page: Page) -> tuple[str, str]:
    """The client ID and the client secret that step 1 shows for copying."""
    client_id, secret = page.shown.get("client_id", ""), page.shown.get("client_secret", "")
    if not (client_id and secret):
        raise PageUnexpected(detail=f"Step 1 shows no client ID and secret, but: {page.excerpt}")
    return client_id, secret


def make_user(browser: Browser, page: Page, user: str, password: str) -> Page:
    """Do step 2 with this user."""
    typed = {"user_name": user, "user_full_name": "Microsoft 365 integration", "email": f"{user}@example.com"}
    return browser.fill(page, _present(page, USER_BUTTONS), {**typed, "password": password})


def expect_user(page: Page, user: str) -> None:
    """Step 2 made the user; refused, it gives the form back, in which the user ID still stands."""
    if page.status != OK:
        _before, heading, said = page.text.partition(STEP_TWO)
        said = f"{heading}{said}"[:MOST_SAID] or page.excerpt
        raise PageUnexpected(detail=f"Step 2 does not take {user!r} as the integration user: {said}")
    page.expect(user)


def expect_connected(page: Page, user: str) -> None:
    """Step 3 says that the entity is connected, as this user."""
    page.expect("Status Connected").expect(f"Connected as {user}")


def _present(page: Page, buttons: tuple[str, ...]) -> str:
    return next((button for button in buttons if page.has_button(button)), buttons[0])
