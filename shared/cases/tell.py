"""A case in words: for the terminal, for programs, for a page, for the document."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .case import Case


def as_json(case: Case) -> Mapping[str, Any]:
    return {
        "id": case.id,
        "title": case.title,
        "source": case.source,
        "differs": case.differs,
        "steps": list(case.steps),
        "symptom": case.symptom,
        "check": case.check,
        "evidence": case.evidence,
        "cures": [{"name": cure.name, "steps": list(cure.steps)} for cure in case.cures],
    }


def in_lines(case: Case) -> list[str]:
    """For the terminal."""
    lines = [f"{case.id}: {case.title}", f"  source    {_source(case)}", f"  differs   {case.differs}"]
    lines += _numbered("steps", case.steps)
    lines += [f"  symptom   {case.symptom}", f"  check     {case.check}", f"  finds     {case.evidence}"]
    for cure in case.cures:
        lines += _numbered("cure" if cure.name == "cure" else f"cure {cure.name}", cure.steps)
    return lines


def in_groups(cases: Iterable[Case]) -> Mapping[str, Sequence[Case]]:
    """The cases by where they are known from, each group under its title."""
    known = list(cases)
    return {
        "From Microsoft's page": [case for case in known if case.from_page],
        "Beyond the page": [case for case in known if not case.from_page],
    }


def _source(case: Case) -> str:
    return "Microsoft's page" if case.from_page else case.source


def _numbered(title: str, steps: Sequence[str]) -> list[str]:
    first, *rest = (f"{number}. {step}" for number, step in enumerate(steps, 1))
    return [f"  {title:<9} {first}", *(f"  {'':<9} {each}" for each in rest)]


def markdown(cases: Iterable[Case]) -> str:
    """The generated part of docs/cases.md."""
    parts = []
    for title, group in in_groups(cases).items():
        parts += [f"## {title}", "", "| case | what the customer sees |", "|---|---|"]
        parts += [f"| [{case.id}](#{case.id}) | {_cell(case.symptom)} |" for case in group]
        parts += ["", *("\n".join(_section(case)) for case in group)]
    return "\n".join(parts).rstrip() + "\n"


def _section(case: Case) -> list[str]:
    lines = [f"### {case.id}", "", f"{case.title}. (Source: {_source(case)}.)", "", f"- **Differs:** {case.differs}"]
    lines += ["- **Steps:**", *_list(case.steps)]
    lines += [f"- **Symptom:** `{case.symptom}`", f"- **Check:** {case.check} Broken: `{case.evidence}`."]
    for cure in case.cures:
        lines += ["- **Cure:**" if cure.name == "cure" else f"- **Cure `{cure.name}`:**", *_list(cure.steps)]
    return [*lines, ""]


def _list(steps: Sequence[str]) -> list[str]:
    return [f"  {number}. {step}" for number, step in enumerate(steps, 1)]


def _cell(text: str) -> str:
    return f"`{text.replace('|', '/')}`"
