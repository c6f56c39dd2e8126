"""Numbers of seeded records: those written out, those given, and where the instance goes on."""

import re

from ..dictionary.model import Dictionary, Numbering


class SeedNumbers:
    """Gives a number to each record without one, past those that are written out."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary
        self._written: set[str] = set()
        self.last: dict[str, int] = {}
        """The highest number at or after the first that the instance itself would give, by numbering table."""

    def take(self, table: str, number: object) -> None:
        """A number that is written out."""
        numbering = self._dictionary.numbering(table)
        if numbering is None or not isinstance(number, str):
            return
        self._written.add(number)
        found = re.fullmatch(rf"{re.escape(numbering.prefix)}([0-9]{{1,9}})", number)
        if found and int(found[1]) >= numbering.first:
            owner = self._owner(table, numbering)
            self.last[owner] = max(self.last.get(owner, 0), int(found[1]))

    def next(self, table: str) -> str:
        """A number as the instance would give it; empty for a table without numbering."""
        numbering = self._dictionary.numbering(table)
        if numbering is None:
            return ""
        owner = self._owner(table, numbering)
        while True:
            self.last[owner] = self.last.get(owner, numbering.first - 1) + 1
            number = numbering.number(self.last[owner])
            if number not in self._written:
                return number

    def _owner(self, table: str, numbering: Numbering) -> str:
        return next(each.name for each in self._dictionary.chain(table) if each.numbering is numbering)
