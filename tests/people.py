"""A person at the instance's pages: reads what stands there, fills in forms as they come, presses buttons."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.identity.users import Users
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of
from werkzeug.test import TestResponse

PASSWORD = "correct horse"

VOID = frozenset({"input", "link", "meta", "br"})
CHECKBOX = "checkbox"


@dataclass
class Form:
    """A form as it stands on a page: where it goes and what its fields hold."""

    action: str = ""
    method: str = "get"
    values: dict[str, str] = field(default_factory=dict)
    boxes: set[str] = field(default_factory=set)
    """Names of the checkboxes, ticked or not."""
    choices: dict[str, list[str]] = field(default_factory=dict)
    """What each select offers, by label."""
    values_by_label: dict[str, dict[str, str]] = field(default_factory=dict)


class Page(HTMLParser):
    """Forms, links and texts of a page."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        self.response = response
        self.status = response.status_code
        self.html = response.text
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.alerts: list[str] = []
        self._open: list[str] = []
        self._texts: list[str] = []
        self._select = self._area = self._option = ""
        self._link: str | None = None
        self._alert = self._content = 0
        self.feed(self.html)

    @property
    def text(self) -> str:
        """What can be read, with single blanks."""
        return re.sub(r"\s+", " ", " ".join(self._texts)).strip()

    @property
    def location(self) -> str:
        return self.response.headers["Location"]

    @property
    def token(self) -> str:
        """The session's token, as scripts find it on every page."""
        found = re.search(r"var g_ck = '([^']+)'", self.html)
        assert found, self.text[:500]
        return found[1]

    def link(self, label: str) -> str:
        """Where the link with this label leads: the first one of the page's content, else of its frame."""
        found = [address for text, address in self.links[self._content :] + self.links if text == label]
        assert found, f"no link {label!r} among {[text for text, _address in self.links]}"
        return found[0]

    def form(self, holding: str = "") -> Form:
        """The last form that has a field of this name."""
        found = [form for form in self.forms if form.method == "post" and (not holding or holding in form.values)]
        assert found, f"no form with {holding!r} in {self.text[:500]}"
        return found[-1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        elif tag == "input" and self.forms:
            self._input(given)
        elif tag in {"select", "textarea"} and self.forms and "name" in given:
            self._select, self._area = (given["name"], "") if tag == "select" else ("", given["name"])
            self.forms[-1].values[given["name"]] = ""
            self.forms[-1].choices.setdefault(given["name"], [])
        elif tag == "option" and self._select:
            self._option = given.get("value", "")
            if "selected" in given or not self.forms[-1].choices[self._select]:
                self.forms[-1].values[self._select] = self._option
        elif tag == "main":
            self._content = len(self.links)
        elif tag == "a":
            self._link = given.get("href", "")
            self.links.append(("", self._link))
        if given.get("role") == "alert":
            self._alert = len(self._open) + 1
            self.alerts.append("")
        if tag not in VOID:
            self._open.append(tag)

    def _input(self, given: Mapping[str, str]) -> None:
        name = given.get("name")
        if not name:
            return
        if given.get("type") == CHECKBOX:
            self.forms[-1].boxes.add(name)
            if "checked" not in given:
                return
        self.forms[-1].values[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass
        if len(self._open) < self._alert:
            self._alert = 0
        if tag == "a" and self._link is not None:
            self.links[-1] = (self.links[-1][0].strip(), self._link)
            self._link = None
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if "script" in self._open:
            return
        self._texts.append(data)
        if self._link is not None:
            text, address = self.links[-1]
            self.links[-1] = (re.sub(r"\s+", " ", text + data).lstrip(), address)
        if self._alert:
            self.alerts[-1] = re.sub(r"\s+", " ", self.alerts[-1] + data).strip()
        if self._area:
            self.forms[-1].values[self._area] += data
        if self._select and self._option is not None and data.strip():
            self.forms[-1].choices[self._select].append(data.strip())
            self.forms[-1].values_by_label.setdefault(self._select, {})[data.strip()] = self._option


class Person:
    """Somebody at a browser without scripts."""

    def __init__(self, instance: Flask) -> None:
        self.client = instance.test_client()

    def log_in(self, user_name: str = "admin", password: str = "admin") -> "Person":
        page = self.get("/login.do")
        answer = self.send(page.form("user_name"), user_name=user_name, user_password=password)
        assert answer.status == 302, answer.text
        return self

    def get(self, path: str, **headers: str) -> Page:
        return Page(self.client.get(path, headers=headers))

    def follow(self, page: Page) -> Page:
        """Go where the page redirects to, as often as it does."""
        while page.status in {302, 303}:
            page = self.get(page.location)
        return page

    def send(self, form: Form, button: str = "", **changes: str | bool) -> Page:
        """Submit a form with some fields changed; a ``__`` in a name stands for a dot, as in ``incident__state``."""
        data = dict(form.values)
        for name, value in changes.items():
            self._set(data, form, name.replace("__", "."), value)
        if button:
            data["sys_action"] = button
        return Page(self.client.post(form.action, data=data))

    @staticmethod
    def _set(data: dict[str, str], form: Form, name: str, value: str | bool) -> None:
        assert name in form.values or name in form.boxes, f"no field {name} among {sorted(form.values)}"
        if isinstance(value, bool):
            data.pop(name, None)
            if value:
                data[name] = "true"
        else:
            data[name] = value

    def save(self, path: str, button: str = "sysverb_update", **changes: str | bool) -> Page:
        """Open a form, change fields of it, press a button."""
        return self.send(self.get(path).form("sysparm_referring_url"), button, **changes)


def path_of(address: str) -> str:
    return urlsplit(address).path


def api(instance: Flask, method: str, path: str, json: Any = None) -> Any:
    """One call of the REST API as admin, for arranging and for looking behind the pages."""
    answer = instance.test_client().open(path, method=method, json=json, auth=("admin", "admin"))
    assert answer.status_code < 300, answer.text
    return answer.json["result"] if answer.data else None


def make_person(instance: Flask, user_name: str, *roles: str) -> str:
    """A user whose password is PASSWORD; returns the sys_id."""
    given = {"user_name": user_name, "name": user_name.replace(".", " ").title()}
    made = str(api(instance, "POST", "/api/now/table/sys_user", given)["sys_id"])
    part_of(instance, Users).set_password(made, PASSWORD)
    for role in roles:
        found = api(instance, "GET", f"/api/now/table/sys_user_role?sysparm_query=name={role}")[0]["sys_id"]
        api(instance, "POST", "/api/now/table/sys_user_has_role", {"user": made, "role": found})
    return made


def make_rule(instance: Flask, name: str, operation: str, *roles: str, condition: str = "") -> None:
    """An access rule, made by the instance itself: an admin would have to elevate."""
    gate, instance_itself = part_of(instance, Gate), Caller.system()
    values = {"name": name, "operation": operation, "type": "record", "active": "true", "condition": condition}
    rule = gate.record("sys_security_acl", instance_itself).insert(values).sys_id
    for role in roles:
        found = gate.record("sys_user_role", instance_itself).find(f"name={role}", ("sys_id",))
        assert found is not None, role
        pair = {"sys_security_acl": rule, "sys_user_role": found.sys_id}
        gate.record("sys_security_acl_role", instance_itself).insert(pair)


def set_property(instance: Flask, name: str, value: str) -> None:
    """Give a system property that every instance has another value."""
    found = api(instance, "GET", f"/api/now/table/sys_properties?sysparm_query=name={name}")[0]
    api(instance, "PATCH", f"/api/now/table/sys_properties/{found['sys_id']}", {"value": value})
