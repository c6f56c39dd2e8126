"""A page as a person reads it: its text, its forms and its links."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

from ..errors import TicketlabError

VOID = frozenset({"input", "img", "br", "hr", "meta", "link"})
SILENT = frozenset({"script", "style", "template"})


class PageUnexpected(TicketlabError):
    """A page is not the one the story needs next."""

    message = "The page is not what was expected"


@dataclass
class Form:
    """A form as a person would fill it in: its fields' values, the labels over them, and its buttons."""

    action: str = ""
    method: str = "get"
    values: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    """Field name by label text."""
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    """For each list to choose from, its values by their texts."""
    buttons: list["Button"] = field(default_factory=list)

    def name_of(self, field_name: str) -> str:
        """The field with this name or under this label. Raises PageUnexpected."""
        for name in (field_name, self.labels.get(field_name, "")):
            if name and (name in self.values or name in self.labels.values()):
                return name
        raise PageUnexpected(detail=f"It has no field {field_name!r}, but {sorted({*self.values, *self.labels})}.")


@dataclass
class Button:
    text: str = ""
    name: str = ""
    value: str = ""
    action: str = ""


@dataclass(frozen=True)
class Page:
    """What came back, read as a person reads it."""

    url: str
    status: int
    html: str
    text: str
    forms: tuple[Form, ...]
    links: Mapping[str, str]
    """Address by text."""
    shown: Mapping[str, str]
    """The value of each input by its id, those outside forms included."""
    told: str
    """What stands out: the alerts or, on a page without any, its main part."""

    def form_with(self, button: str) -> Form:
        """The form that has this button. Raises PageUnexpected."""
        for form in self.forms:
            if any(each.text == button for each in form.buttons):
                return form
        raise PageUnexpected(detail=f"{self.url} has no button {button!r}; it says: {self.excerpt}")

    def has_button(self, button: str) -> bool:
        return any(each.text == button for form in self.forms for each in form.buttons)

    def link(self, text: str) -> str:
        if text not in self.links:
            raise PageUnexpected(detail=f"{self.url} has no link {text!r}; it says: {self.excerpt}")
        return urljoin(self.url, self.links[text])

    def expect(self, text: str) -> "Page":
        """The page itself, which must say ``text``."""
        if text not in self.text:
            raise PageUnexpected(detail=f"{self.url} does not say {text!r}, but: {self.excerpt}")
        return self

    @property
    def excerpt(self) -> str:
        text = self.told or self.text
        return text if len(text) < 400 else f"{text[:400]}…"


def read_page(url: str, status: int, html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = " ".join(" ".join(reader.words).split())
    told = " ".join(reader.alerts) or reader.main
    return Page(url, status, html, text, tuple(reader.forms), reader.links, reader.shown, told)


def _sent(kind: str, given: Mapping[str, str]) -> bool:
    """Whether a browser would send this input as it stands."""
    return "disabled" not in given and (kind not in {"checkbox", "radio"} or "checked" in given)


class _Reader(HTMLParser):
    """Collects forms, links and visible text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.shown: dict[str, str] = {}
        self.alerts: list[str] = []
        self.main = ""
        self._form: Form | None = None
        self._names: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self._open: list[tuple[str, dict[str, str], int]] = []
        self._silent = 0
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in SILENT:
            self._silent += 1
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "input":
            self._input(given)
        elif tag in {"select", "textarea"}:
            self._name(given)
            self._select = given.get("name", "") if tag == "select" else ""
            if self._form is not None and given.get("name"):
                self._form.values.setdefault(given["name"], "")
        if tag not in VOID:
            self._open.append((tag, given, len(self.words)))

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        given, text = self._close(tag)
        if given.get("role") == "alert" and text:
            self.alerts.append(text)
        if tag == "main":
            self.main = text
        elif tag == "a" and "href" in given:
            self.links.setdefault(text or given.get("aria-label", ""), given["href"])
        elif tag == "label":
            self._labels[given.get("for", "")] = text.strip(" *:")
        elif tag == "button":
            self._button(given, text)
        elif tag == "option":
            self._option(given, text)
        elif tag == "textarea" and self._form is not None and given.get("name"):
            self._form.values[given["name"]] = text
        elif tag == "form":
            self._end_form()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)

    def _close(self, tag: str) -> tuple[dict[str, str], str]:
        """The attributes and the text of the innermost open element ``tag``."""
        for index in range(len(self._open) - 1, -1, -1):
            name, given, start = self._open[index]
            if name == tag:
                del self._open[index:]
                return given, " ".join("".join(self.words[start:]).split())
        return {}, ""

    def _name(self, given: Mapping[str, str]) -> None:
        if "id" in given and "name" in given:
            self._names[given["id"]] = given["name"]

    def _input(self, given: Mapping[str, str]) -> None:
        self._name(given)
        self.shown[given.get("id", "")] = given.get("value", "")
        kind = given.get("type", "text").lower()
        if kind in {"submit", "image"}:
            self._button(given, given.get("value", "Submit"))
        elif self._form is not None and given.get("name") and _sent(kind, given):
            self._form.values[given["name"]] = given.get("value", "on" if kind == "checkbox" else "")

    def _button(self, given: Mapping[str, str], text: str) -> None:
        if self._form is not None and given.get("type", "submit") in {"submit", "image"}:
            button = Button(text or given.get("aria-label", ""), given.get("name", ""), given.get("value", ""))
            button.action = given.get("formaction", "")
            self._form.buttons.append(button)

    def _option(self, given: Mapping[str, str], text: str) -> None:
        if self._form is not None and self._select:
            value = given.get("value", text)
            choices = self._form.choices.setdefault(self._select, {})
            if "selected" in given or not choices:
                self._form.values[self._select] = value
            choices[text] = value

    def _end_form(self) -> None:
        if self._form is not None:
            for identity, text in self._labels.items():
                if identity in self._names:
                    self._form.labels.setdefault(text, self._names[identity])
        self._form = None
