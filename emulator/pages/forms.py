"""One request for a form: open a record or a new one, submit, delete."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ...shared.errors import TicketlabError
from ..access.caller import Caller
from ..dictionary.model import Dictionary
from ..errors import DataPolicyRefused, NoRecordFound, PlatformError
from ..query import parse
from ..records.row import Row
from .form_input import MANDATORY, Changes, read_changes, typed_value
from .form_page import FormBuilder, FormPage, as_typed
from .messages import Message, refusal
from .references import References
from .rights import Rights
from .saving import Saving

UNPROCESSABLE = 422


class Moved(TicketlabError):
    """The record is of another class than the table by which it was asked for."""

    status = 302

    def __init__(self, table: str, sys_id: str) -> None:
        self.table, self.sys_id = table, sys_id
        super().__init__()


class Rejected(Exception):
    """Nothing was saved; ``page`` shows why, with everything that was typed."""

    def __init__(self, page: FormPage, status: int) -> None:
        self.page, self.status = page, status
        super().__init__()


@dataclass
class Form:
    """A table's form for one caller. Methods raise a PlatformError for what the gate refuses."""

    table: str
    caller: Caller
    saving: Saving

    @cached_property
    def rights(self) -> Rights:
        return Rights.of(self.saving.gate, self.caller)

    @property
    def dictionary(self) -> Dictionary:
        """Raises InvalidTable at the first question about a table that does not exist."""
        self.rights.snapshot.dictionary.table(self.table)
        return self.rights.snapshot.dictionary

    @cached_property
    def references(self) -> References:
        return References(self.saving.gate, self.dictionary, self.caller)

    @property
    def _builder(self) -> FormBuilder:
        return FormBuilder(self.rights, self.references)

    def first(self, query: str) -> str:
        """The sys_id of the first record that a query finds. Raises NoRecordFound."""
        row = self.saving.gate.record(self.table, self.caller).find(query, ("sys_id",))
        if row is None:
            raise NoRecordFound
        return row.sys_id

    def new(self, presets: Mapping[str, str]) -> FormPage:
        return self._builder.new_record(self.dictionary.table(self.table).name, presets)

    def open(self, sys_id: str) -> FormPage:
        """Raises NoRecordFound, or Moved when another class's form is the record's."""
        self.dictionary.table(self.table)
        row = self.saving.gate.record(self.table, self.caller).get(sys_id, displayed=True)
        if row.table != self.table:
            raise Moved(row.table, row.sys_id)
        return self._builder.record(row)

    def submit(self, sys_id: str, presets: Mapping[str, str], posted: Mapping[str, str]) -> Row:
        """Write what was typed; an empty ``sys_id`` makes a new record. Raises Rejected."""
        page = self.open(sys_id) if sys_id else self.new(presets)
        changes = read_changes(list(page.fields), posted, self.references, new=page.new, style=self.caller.style)
        if changes.errors:
            raise Rejected(replace(as_typed(page, posted, changes), messages=_missing(changes)), UNPROCESSABLE)
        try:
            return self._write(sys_id, changes)
        except PlatformError as error:
            if isinstance(error, DataPolicyRefused):
                changes.errors.update(_wanted(page, posted, error.labels))
            rejected = replace(as_typed(page, posted, changes), messages=[refusal(error)])
            raise Rejected(rejected, error.status) from error

    def as_left(self, sys_id: str, presets: Mapping[str, str], posted: Mapping[str, str], why: Message) -> FormPage:
        """The form with what was typed into it, unsaved, and the reason why."""
        page = self.open(sys_id) if sys_id else self.new(presets)
        return replace(as_typed(page, posted, Changes()), messages=[why])

    def delete(self, sys_id: str) -> None:
        self.saving.gate.record(self.table, self.caller).delete(sys_id)

    def _write(self, sys_id: str, changes: Changes) -> Row:
        if sys_id:
            return self.saving.update(self.table, sys_id, self.caller, changes)
        return self.saving.insert(self.table, self.caller, changes)


def preset_values(query: str) -> Mapping[str, str]:
    """The equalities of a query, which fill a new form (platform 6: ``sys_id=-1&sysparm_query=field=value``)."""
    return {term.field: term.value for term in parse(query).terms if term.operator == "="}


def _wanted(page: FormPage, posted: Mapping[str, str], labels: Collection[str]) -> Mapping[str, str]:
    """The fields that a data policy names by their labels, as far as they can be filled in here."""
    empty = [each for each in page.fields if not (each.read_only or typed_value(posted, each))]
    return {each.element: MANDATORY for each in empty if each.label in labels}


def _missing(changes: Changes) -> list[Message]:
    if not changes.empty:
        return []
    return [Message("error", f"The following mandatory fields are not filled in: {', '.join(changes.empty)}")]
