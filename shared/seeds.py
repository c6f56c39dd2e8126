"""What new databases hold: a seed by name, the demo with volume, or the demo with a person's own records."""

import re
from dataclasses import dataclass
from pathlib import Path

from .errors import RefusedToStart
from .near import check_is_there, did_you_mean

NAMES = ("demo", "connected", "empty")
FILE_ENDINGS = (".toml", ".json")
MOST_VOLUME = 10_000_000
HELP = f"{', '.join(NAMES)}, bulk:N for the demo plus N change requests, or a .toml or .json file of records"

_BULK = re.compile(r"bulk:([0-9]{1,9})", re.ASCII)


@dataclass(frozen=True)
class Seed:
    """A choice that can be carried out. ``text`` is how it was given."""

    text: str
    volume: int = 0
    """Change requests beside those of the demo."""
    file: Path | None = None
    """Records beside those of the demo."""

    @property
    def is_empty(self) -> bool:
        """Whether nobody but an administrator is there, with no public password."""
        return self.text == "empty"

    @classmethod
    def read(cls, text: str) -> "Seed":
        """Raises RefusedToStart for what is no seed."""
        if text in NAMES:
            return cls(text)
        if bulk := _BULK.fullmatch(text):
            if int(bulk[1]) > MOST_VOLUME:
                raise RefusedToStart(f"The seed {text} is too large", f"bulk:{MOST_VOLUME} is the most.")
            return cls(text, volume=int(bulk[1]))
        if text.endswith(FILE_ENDINGS):
            file = Path(text)
            check_is_there(file)
            return cls(text, file=file)
        raise RefusedToStart(f"Unknown seed {text!r}", f"Choose {HELP}.{did_you_mean(text, NAMES)}")
