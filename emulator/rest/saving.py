"""What a write over REST does with secrets and with empty choices, around the gate's own write.

With ``sysparm_input_display_value`` a secret is stored as one that works. Without, the gate leaves passwords out and
stores what it would have to seal as it came, so that neither lets anybody in (rest 1 and 2; platform 2.1, C).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..access.caller import Caller
from ..dictionary.model import Field
from ..identity.secret_fields import SecretFields
from ..records.gate import Gate
from ..records.row import Row
from . import assumptions


@dataclass(frozen=True, slots=True)
class Saving:
    """Writes to one table for one caller."""

    gate: Gate
    secrets: SecretFields
    table: str
    caller: Caller
    displayed: bool
    """Whether values are given as they are displayed."""
    auto_sys_fields: bool = True

    def insert(self, given: Mapping[str, object]) -> Row:
        """Create a record. Raises a PlatformError when the gate refuses."""
        return self._write("", given)

    def update(self, sys_id: str, given: Mapping[str, object]) -> Row:
        """Change the given fields. Raises a PlatformError when the gate refuses."""
        return self._write(sys_id, given)

    def _write(self, sys_id: str, all_given: Mapping[str, object]) -> Row:
        given = self._without_empty_choices(all_given)
        secret = self._secret_fields(given) if self.displayed else ()
        if not secret:
            return self._write_plain(sys_id, given)
        typed = {name: _typed(given[name]) for name in secret if given[name]}
        with self.gate.transaction() as transaction:
            records = self.gate.record(self.table, self.caller, transaction)
            if sys_id:
                row = records.update(sys_id, given, display_input=True, auto_sys_fields=self.auto_sys_fields)
            else:
                row = records.insert(given, display_input=True, auto_sys_fields=self.auto_sys_fields)
            accepted = self.secrets.accepted(row.table, row.sys_id, typed, transaction)
            self.secrets.write(row.table, row.sys_id, accepted, transaction)
        return row

    def _write_plain(self, sys_id: str, given: Mapping[str, object]) -> Row:
        """What references point to is not named: the Table API reads a record again whose answer shows it."""
        records = self.gate.record(self.table, self.caller)
        displayed, stamped = self.displayed, self.auto_sys_fields
        if sys_id:
            return records.update(sys_id, given, display_input=displayed, auto_sys_fields=stamped, named=False)
        return records.insert(given, display_input=displayed, auto_sys_fields=stamped, named=False)

    def _without_empty_choices(self, given: Mapping[str, object]) -> Mapping[str, object]:
        """An empty value clears any field but one with choices, which stays as it is."""
        if not assumptions.EMPTY_CHOICE_IS_KEPT.value or all(given.values()):
            return given
        choices = {name: field.choices for name, field in self._fields.items() if name in given}
        return {name: value for name, value in given.items() if value not in {None, ""} or not choices.get(name)}

    @property
    def _fields(self) -> Mapping[str, Field]:
        dictionary = self.gate.read_dictionary()
        return dictionary.fields(self.table) if self.table in dictionary.tables else {}

    def _secret_fields(self, given: Mapping[str, object]) -> Sequence[str]:
        fields = self._fields
        return [name for name in given if name in fields and fields[name].type.is_secret]


def _typed(secret: object) -> str:
    """What a client that sends JSON's own ``true`` will give as text."""
    return "true" if secret is True else str(secret)
