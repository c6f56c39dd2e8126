"""A browser for programs: pages, their forms and links, cookies. No scripts, as the pages need none."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

import requests

from .page import Form, Page, PageUnexpected, read_page

SECONDS = 30


class Browser:
    """One person's browser, with its cookies. Cookies know no ports, so both apps share the jar, as in a real one."""

    def __init__(self) -> None:
        self._session = requests.Session()

    def open(self, url: str) -> Page:
        return self._page(self._session.get(url, timeout=SECONDS))

    def follow(self, page: Page, text: str) -> Page:
        """Click a link."""
        return self.open(page.link(text))

    def fill(self, page: Page, button: str, values: Mapping[str, str]) -> Page:
        """Fill in the form that has ``button``, by labels or field names, and press it."""
        return self._page(self._press(page, button, values))

    def fill_and_stop(self, page: Page, button: str) -> str:
        """Press ``button`` and stop before what it leads to; returns that address. Raises PageUnexpected."""
        answer = self._press(page, button, {}, allow_redirects=False)
        if not answer.is_redirect:
            raise PageUnexpected(detail=f"{page.url}: {button!r} leads nowhere, it answers {answer.status_code}.")
        return urljoin(answer.url, answer.headers["Location"])

    def _press(self, page: Page, button: str, values: Mapping[str, str], **how: Any) -> requests.Response:
        form = page.form_with(button)
        pressed = next(each for each in form.buttons if each.text == button)
        filled = {**form.values, **{form.name_of(name): _chosen(form, name, value) for name, value in values.items()}}
        if pressed.name:
            filled[pressed.name] = pressed.value
        address = urljoin(page.url, pressed.action or form.action or page.url)
        if form.method == "post":
            headers = {"Referer": page.url, "Content-Type": "application/x-www-form-urlencoded"}
            return self._session.post(address, data=filled, timeout=SECONDS, headers=headers, **how)
        return self._session.get(address, params=filled, timeout=SECONDS, **how)

    @staticmethod
    def _page(answer: requests.Response) -> Page:
        return read_page(answer.url, answer.status_code, answer.text)


def _chosen(form: Form, name: str, value: str) -> str:
    """A list's value for the text a person sees; any other value as it is."""
    return form.choices.get(form.name_of(name), {}).get(value, value)
