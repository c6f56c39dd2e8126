"""Takes the pictures in docs/images of a connected pair: ``make screenshots``.

``ticketlab exec --seed connected -- python docs/screenshots.py FOLDER``: each page at 1280 by 720 and on a phone. Of a
folder that has some of the pictures, those are taken again and no others.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

EMULATOR = os.environ["TICKETLAB_EMULATOR_URL"]
CONNECTOR = os.environ["TICKETLAB_CONNECTOR_URL"]
SIZES = {"": {"width": 1280, "height": 720}, "-phone": {"width": 390, "height": 844}}
CHANGES = "x_mioms_m365ticket_change_request"
FILTER = "active=true%5EpriorityIN1,2"
PAGES = {
    "instance-home": f"{EMULATOR}/",
    "instance-checklist": f"{EMULATOR}/x_mioms_m365ticket_installation_checklist.do",
    "instance-connection": f"{EMULATOR}/x_mioms_m365ticket_connection.do",
    "instance-changes": f"{EMULATOR}/{CHANGES}_list.do",
    "instance-change": f"{EMULATOR}/{CHANGES}.do?sysparm_query=ORDERBYnumber",
    "instance-filter": f"{EMULATOR}/incident_list.do?sysparm_query=active=true&sysparm_filter={FILTER}",
    "instance-activities": f"{EMULATOR}/{CHANGES}.do?sysparm_query=stateIN0,-1%5EORDERBYDESCnumber#activities",
    "instance-tables": f"{EMULATOR}/sys_db_object.do?sysparm_query=name=oauth_entity",
    "instance-lab": f"{EMULATOR}/lab",
    "home-connected": f"{CONNECTOR}/",
    "provisioning": f"{CONNECTOR}/ticketProvisioning",
    "securescore": f"{CONNECTOR}/securescore",
    "improvement-actions": f"{CONNECTOR}/securescore?tab=actions",
    "new-ticket": f"{CONNECTOR}/tickets/new?kind=change",
    "tickets": f"{CONNECTOR}/tickets",
    "configuration": f"{CONNECTOR}/ticketConfiguration",
    "lab": f"{CONNECTOR}/lab",
}


def sign_in(page: Page) -> None:
    page.goto(f"{EMULATOR}/login.do")
    page.fill("#user_name", "admin")
    page.fill("#user_password", "admin")
    page.click("#sysverb_login")
    page.goto(f"{CONNECTOR}/signin")
    page.fill("#upn", f"secadmin@{os.environ['TICKETLAB_TENANT']}.onmicrosoft.com")
    page.fill("#password", "ticketlab")
    page.click("main button, form button")


def take(browser: Browser, folder: Path) -> None:
    wanted = {file.name for file in folder.glob("*.png")}

    def _picture(name: str, url: str) -> None:
        if not wanted or name in wanted:
            page.goto(url)
            page.screenshot(path=folder / name)

    for suffix, size in SIZES.items():
        page = browser.new_page(viewport=size)  # type: ignore[arg-type]  # a viewport is a mapping of this shape
        for name, url in {"instance-login": f"{EMULATOR}/login.do", "signin": f"{CONNECTOR}/signin"}.items():
            _picture(f"{name}{suffix}.png", url)
        sign_in(page)
        for name, url in PAGES.items():
            _picture(f"{name}{suffix}.png", url)
        page.close()


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        take(browser, folder)
        browser.close()


if __name__ == "__main__":
    main()
