"""References on a form: from what a person types to the record meant, and the names to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...shared.ids import SYS_ID
from ..access.caller import Caller
from ..dictionary.model import Dictionary
from ..errors import PlatformError
from ..query import literal
from ..records.gate import Gate

MOST_SUGGESTIONS = 50
ALSO_KNOWN_BY = {"sys_user": ("user_name", "email"), "sys_db_object": ("name",), "sys_scope": ("scope",)}
"""Further fields by which people know a record; they are tried when no display value matches."""


class UnclearReference(Exception):
    """The typed text means no record, or several; the argument tells the person so."""


@dataclass
class References:
    """Looks records up as the caller sees them."""

    gate: Gate
    dictionary: Dictionary
    caller: Caller
    _suggested: dict[str, Sequence[str]] = field(default_factory=dict)

    def resolve(self, table: str, text: str) -> str:
        """Return the sys_id of the record that ``text`` means: its sys_id or display value. Raises UnclearReference."""
        if table not in self.dictionary.tables:
            return text
        label = self.dictionary.table(table).label
        if SYS_ID.fullmatch(text):
            if self._find(table, f"sys_id={text}"):
                return text
            raise UnclearReference(f"There is no {label} with this sys_id.")
        for element in (self.dictionary.display_element(table), *ALSO_KNOWN_BY.get(table, ())):
            found = self._find(table, f"{element}={literal(text)}")
            if len(found) == 1:
                return found[0]
            if found:
                raise UnclearReference(f"Several records have this name. Give the sys_id: {' or '.join(found)}.")
        raise UnclearReference(f"There is no {label} called {text}.")

    def display(self, table: str, text: str) -> str:
        """The display value of the record with this sys_id; any other text stays as it is."""
        if not SYS_ID.fullmatch(text) or table not in self.dictionary.tables:
            return text
        element = self.dictionary.display_element(table)
        try:
            return self.gate.record(table, self.caller).get(text, (element,)).display(element) or text
        except PlatformError:
            return text

    def suggestions(self, table: str) -> Sequence[str]:
        """Display values to choose from: all of a small table, the first of a large one."""
        if table not in self._suggested:
            self._suggested[table] = self._first_names(table)
        return self._suggested[table]

    def _first_names(self, table: str) -> Sequence[str]:
        if table not in self.dictionary.tables:
            return ()
        element = self.dictionary.display_element(table)
        try:
            records = self.gate.record(table, self.caller)
            rows = records.query(f"ORDERBY{element}", fields=(element,), limit=MOST_SUGGESTIONS).rows
        except PlatformError:
            return ()
        return list(dict.fromkeys(filter(None, (row.display(element) for row in rows))))

    def _find(self, table: str, query: str) -> list[str]:
        try:
            rows = self.gate.record(table, self.caller).query(query, fields=("sys_id",), limit=3).rows
        except PlatformError:
            return []
        return [row.sys_id for row in rows]
