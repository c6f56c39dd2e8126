"""Writes the generated part of docs/cases.md again: ``make cases``."""

from pathlib import Path

from ticketlab.shared.cases import tell
from ticketlab.shared.cases.registry import all_cases

PAGE = Path(__file__).parent / "cases.md"
MARK = "<!-- What follows is written by `make cases`. -->\n\n"


def page() -> str:
    """The page as it should be: what a person wrote, then the catalogue."""
    written, mark, _generated = PAGE.read_text().partition(MARK)
    return written + mark + tell.markdown(all_cases().values())


if __name__ == "__main__":
    PAGE.write_text(page())
