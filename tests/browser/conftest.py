"""One real Chromium a worker, a fresh profile a test, and no violation of a content security policy anywhere."""

import os
import shutil
from collections.abc import Iterator

import pytest
from browser_steps import Person
from patience import HANGING
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")  # as `make chromium` knows it
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "/usr/bin/chromium")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(params=[True], ids=["with scripts"])
def scripts(request) -> bool:
    """Whether pages may run scripts. Everything works without."""
    return bool(request.param)


@pytest.fixture
def context(chromium: Browser, scripts: bool) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, java_script_enabled=scripts)
    context.set_default_timeout(HANGING * 1000)
    expect.set_options(timeout=HANGING * 1000)
    violations: list[str] = []

    def _hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            violations.append(message.text)

    context.on("console", _hear)
    yield context
    context.close()
    assert violations == []


@pytest.fixture
def person(context: BrowserContext, pair) -> Person:
    """Somebody at one browser, with the pair in front of them."""
    return Person(context.new_page(), pair)
