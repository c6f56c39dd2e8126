"""What somebody may have meant who mistyped a name or the path of a file."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from .errors import RefusedToStart


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """A sentence with a blank before it, to go behind another one; empty when no name is near."""
    near = get_close_matches(given.lower(), list(known), 1)
    return f" Did you mean {near[0]}?" if near else ""


def check_is_there(file: Path) -> None:
    """Raise RefusedToStart that tells where a file was looked for: a path is often relative to another folder."""
    if file.is_file():
        return
    if file.is_dir():
        raise RefusedToStart(f"{file} is a folder", "It should be a file.")
    folder = file.resolve().parent
    if not folder.is_dir():
        where = f"It was looked for in {folder}, which does not exist."
    else:
        where = f"It was looked for in {folder}.{did_you_mean(file.name, _named_alike(file, folder))}"
    raise RefusedToStart(f"There is no file {file.name}", where)


def _named_alike(file: Path, folder: Path) -> Iterable[str]:
    """The files whose names are near even without their suffix, which alone makes short names near to each other."""
    return (each.name for each in folder.iterdir() if each.is_file() and did_you_mean(file.stem, [each.stem.lower()]))
