"""Writes docs/fidelity.md again from fidelity.toml, the tests' source marks and the assumptions: ``make fidelity``."""

import ast
import itertools
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ticketlab.emulator.pages import assumptions as of_pages
from ticketlab.emulator.rest import assumptions as of_rest
from ticketlab.emulator.rest.assumptions import Assumption, Behaviour

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "fidelity.md"
SURFACE = ROOT / "docs" / "fidelity.toml"
POLICY = ROOT / "emulator" / "oauth" / "policy.py"

CONFIDENCE = {
    "D": "documentation",
    "F": "recorded",
    "C": "a client or a user's report",
    "I": "inferred",
    "G": "unverified",
    "A": "assumption of ours",
}
OTHER_NAMES = {"doc": "D", "meas": "F", "cli": "C", "wire": "C", "unv": "G"}
"""The words that rest.md uses for the same."""

STATUSES = ("supported", "partial", "refused")

INTRODUCTION = """# What is emulated, and how surely

<!-- Written by `make fidelity`; change docs/fidelity.toml, the tests' marks or the assumptions instead. -->

Every endpoint and parameter of the instance; then what the sources leave open and we decided; then every emulated
behaviour that a test shows, by the place it is known from. *rest* and *platform* are sections of this project's notes
on the REST APIs and on the platform, which name the documents, captures and reports behind them. Letters say how
surely a thing is known: {letters}.

What is not in the lists is not emulated, and refused: an API with 400 `Requested URI does not represent any resource`,
a page with 404.
"""


class Stale(Exception):
    """fidelity.toml names what is not there."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where one behaviour is known from."""

    reference: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Test:
    name: str
    path: str
    marks: tuple[Mark, ...]

    @property
    def sentence(self) -> str:
        return self.name.removeprefix("test_").replace("_", " ")


@dataclass(frozen=True, slots=True)
class Entry:
    """An endpoint or a parameter."""

    api: str
    kind: str
    name: str
    status: str
    note: str = ""
    tests: Sequence[str] = field(default_factory=tuple)


def tests() -> Mapping[str, Sequence[Test]]:
    """All tests by their names; several files may have one of the same name."""
    found: dict[str, list[Test]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        for test in _tests_of(ast.parse(text), str(path.relative_to(ROOT))):
            found[test.name].append(test)
    return found


def _tests_of(tree: ast.Module, path: str) -> Iterator[Test]:
    of_module = [
        mark
        for node in tree.body
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets)
        for mark in _marks([node.value])
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield Test(node.name, path, tuple(dict.fromkeys([*_marks(node.decorator_list), *of_module])))


def _marks(nodes: Iterable[ast.expr]) -> Iterator[Mark]:
    """The source marks in decorators, those inside of parameters included."""
    for outer in nodes:
        for node in ast.walk(outer):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "source":
                reference, confidence = (str(ast.literal_eval(each)) for each in node.args)
                yield Mark(reference, OTHER_NAMES.get(confidence, confidence))


def surface() -> Sequence[Entry]:
    return list(_entries(tomllib.loads(SURFACE.read_text(encoding="utf-8"))))


def _entries(given: Mapping[str, Any]) -> Iterator[Entry]:
    for api in given["api"]:
        for kind, name in (("endpoint", "path"), ("parameter", "name")):
            for each in api.get(kind, ()):
                entry = Entry(
                    api["name"], kind, each[name], each["status"], each.get("note", ""), each.get("tests", ())
                )
                _check(entry)
                yield entry


def _check(entry: Entry) -> None:
    if entry.status not in STATUSES:
        raise Stale(f"{entry.name}: the status is {' or '.join(STATUSES)}")
    if entry.status != "refused" and not entry.tests:
        raise Stale(f"{entry.name} is {entry.status}, and no test is named that shows it")


def page() -> str:
    """The page as it should be. Raises Stale."""
    known = tests()
    letters = ", ".join(f"**{letter}** {meaning}" for letter, meaning in CONFIDENCE.items())
    parts = [INTRODUCTION.format(letters=letters), *_surface(known)]
    parts += _assumptions("the REST APIs", "emulator/rest/assumptions.py", of_rest.ALL)
    parts += _assumptions("lists and forms", "emulator/pages/assumptions.py", of_pages.ALL)
    parts += [*_policy(), *_evidence(known)]
    return "\n".join(parts)


def _surface(known: Mapping[str, Sequence[Test]]) -> Iterator[str]:
    api = ""
    for entry in surface():
        if entry.api != api:
            api = entry.api
            yield f"\n## {api}\n\n| | status | | known from |\n|---|---|---|---|"
        name = entry.name.replace("|", "\\|")
        yield f"| `{name}` | {entry.status} | {entry.note} | {_sources(entry, known)} |"


def _sources(entry: Entry, known: Mapping[str, Sequence[Test]]) -> str:
    marks: dict[str, set[str]] = defaultdict(set)
    for name in entry.tests:
        if name not in known:
            raise Stale(f"{entry.name} is shown by {name}, which no file has: correct docs/fidelity.toml")
        for test in known[name]:
            for mark in test.marks:
                marks[mark.reference].add(mark.confidence)
    if not marks:
        return "" if entry.status == "refused" else "ours"
    return ", ".join(f"{reference} ({'/'.join(sorted(found))})" for reference, found in sorted(marks.items()))


def _assumptions(what: str, module: str, made: Mapping[str, Assumption[Any] | Behaviour]) -> Iterator[str]:
    yield f"\n## Where no source says it: {what}\n\nIn `{module}`.\n"
    yield "| | value | | known from |\n|---|---|---|---|"
    for name, each in sorted(made.items()):
        value = f"`{each.value!r}`".replace("|", "\\|") if isinstance(each, Assumption) else ""
        yield f"| `{name}` | {value} | {each.what} | {each.source} ({each.confidence}) |"


def _policy() -> Iterator[str]:
    """Constants of the OAuth server's policy with the sentences under them."""
    yield "\n## Where no source says it: OAuth\n\nIn `emulator/oauth/policy.py`.\n\n| | value | |\n|---|---|---|"
    body = ast.parse(POLICY.read_text(encoding="utf-8")).body
    for node, after in itertools.pairwise(body):
        sentence = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
        if not isinstance(node, ast.Assign) or not sentence:
            continue
        names = ", ".join(ast.unparse(target) for target in node.targets)
        yield f"| `{names}` | `{ast.unparse(node.value)}` | {' '.join(str(sentence).split())} |"


def _evidence(known: Mapping[str, Sequence[Test]]) -> Iterator[str]:
    yield "\n## What the tests show, by where it is known from\n\n| known from | | shown |\n|---|---|---|"
    by_mark: dict[Mark, set[str]] = defaultdict(set)
    for test in (each for same in known.values() for each in same):
        for mark in test.marks:
            by_mark[mark].add(test.sentence)
    for mark in sorted(by_mark, key=lambda each: (each.reference.lower(), each.confidence)):
        yield f"| {mark.reference} | {mark.confidence} | {'; '.join(sorted(by_mark[mark]))} |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
