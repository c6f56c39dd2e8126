"""The installation checklist's pages in the instance, as the command reads and fills them."""

from .browser import Browser, Page, PageUnexpected

PATH = "/x_mioms_m365ticket_installation_checklist.do"
LOG_IN = "Log in"
TITLE = "Installation Checklist"
MAKE_ENTITY = "Create OAuth entity"
MAKE_USER = "Create integration user"


def make_entity(browser: Browser, page: Page, name: str) -> Page:
    """Press step 1's button with this name."""
    return browser.fill(page, MAKE_ENTITY, {"name": name})


def shown_credentials(page: Page) -> tuple[str, str]:
    """The client ID and the client secret that step 1 shows for copying."""
    values = {name: value for form in page.forms for name, value in form.values.items()}
    try:
        return values["client_id"], values["client_secret"]
    except KeyError as error:
        raise PageUnexpected(detail=f"Step 1 shows no client ID and secret, but: {page.excerpt}") from error


def make_user(browser: Browser, page: Page, user: str, password: str) -> Page:
    """Press step 2's button with this user."""
    return browser.fill(
        page,
        MAKE_USER,
        {"user_name": user, "name": "Microsoft 365 integration", "email": f"{user}@example.com", "password": password},
    )


def expect_connected(page: Page, user: str) -> None:
    """Step 3 says that the entity is connected, as this user."""
    page.expect("Connected").expect(user)
