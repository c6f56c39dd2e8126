"""Loading records into a staging table as an import set, and transforming them at once (rest 9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..access.caller import Caller, Channel
from ..errors import InvalidTable, PlatformError
from ..records.gate import Gate
from ..records.row import Row
from .maps import TransformMap, maps_of
from .transform import Outcome, State, refused, transform

SETS = "sys_import_set"
ROWS = "sys_import_set_row"
MOST_RECORDS = 1000
NO_MAP = "No transform map is active for this table"

Given = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Imported:
    """A row and what became of it."""

    import_set: str
    """The set's number."""
    row: str
    """sys_id of the row."""
    outcomes: Sequence[Outcome]


class ImportSets:
    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def load(self, caller: Caller, table: str, records: Sequence[Given], multi: str = "") -> tuple[Row, Sequence[str]]:
        """Keep the records as rows of a new import set; return the set and the rows' sys_ids.

        All of them or none: raises InvalidTable for what is no staging table, and whatever refuses the caller a row.
        """
        self._check(table)
        with self._gate.transaction() as transaction:
            values = {"table_name": table, "state": "loaded", "multi_import_set_id": multi}
            made = self._gate.record(SETS, _instance(caller), transaction).insert(values)
            rows = self._gate.record(table, caller, transaction)
            loaded = [
                rows.insert({**_own(given), "sys_import_set": made.sys_id, "sys_import_row": number}).sys_id
                for number, given in enumerate(records)
            ]
        return made, loaded

    def by_column_name(self, table: str, records: Sequence[Given]) -> Sequence[Given]:
        """The records by the names of columns that they call by label, as those of ``insertMultiple`` do.

        A name counts before a label. Raises InvalidTable for what is no staging table.
        """
        self._check(table)
        fields = self._gate.read_dictionary().fields(table)
        named = {field.label.lower(): name for name, field in fields.items()} | {name: name for name in fields}
        return [{named.get(key, named.get(key.lower(), key)): value for key, value in each.items()} for each in records]

    def transform(self, caller: Caller, table: str, import_set: Row, rows: Sequence[str]) -> Sequence[Imported]:
        """Run every active map over every row; each row and map is a transaction of its own."""
        maps = maps_of(self._gate, table)
        found = [
            Imported(import_set.value("number"), row, self._transform_row(caller, table, row, maps)) for row in rows
        ]
        self._gate.record(SETS, _instance(caller)).update(import_set.sys_id, {"state": "processed"})
        return found

    def get(self, caller: Caller, table: str, sys_id: str) -> Imported:
        """A row that was imported before, with what its last map made of it. Raises NoRecordFound, InvalidTable."""
        self._check(table)
        paths = ("sys_import_set.number", "sys_import_state", "sys_import_state_comment")
        target = ("sys_transform_map", "sys_transform_map.name", "sys_target_table", "sys_target_sys_id")
        self._gate.record(table, caller).get(sys_id, ("sys_id",))
        row = self._gate.record(table, Caller.system()).get(sys_id, (*paths, *target))
        state = row.value("sys_import_state")
        outcome = Outcome(
            row.value("sys_transform_map"),
            row.value("sys_transform_map.name"),
            row.value("sys_target_table"),
            State(state) if state in set(State) else State.SKIPPED,
            row.value("sys_target_sys_id"),
            row.value("sys_import_state_comment"),
        )
        return Imported(row.value("sys_import_set.number"), sys_id, [outcome])

    def _transform_row(
        self, caller: Caller, table: str, sys_id: str, maps: Sequence[TransformMap]
    ) -> Sequence[Outcome]:
        if not maps:
            outcome = Outcome("", "", "", State.IGNORED, message=NO_MAP)
            self._gate.record(table, _instance(caller)).update(sys_id, _noted(outcome))
            return [outcome]
        return [self._run(caller, table, sys_id, each) for each in maps]

    def _run(self, caller: Caller, table: str, sys_id: str, by: TransformMap) -> Outcome:
        try:
            with self._gate.transaction() as transaction:
                row = self._gate.record(table, Caller.system(), transaction).get(sys_id)
                outcome = transform(self._gate, caller, row, by, transaction)
                self._gate.record(table, _instance(caller), transaction).update(sys_id, _noted(outcome))
        except PlatformError as refusal:
            outcome = refused(by, refusal)
            self._gate.record(table, _instance(caller)).update(sys_id, _noted(outcome))
        return outcome

    def _check(self, table: str) -> None:
        dictionary = self._gate.read_dictionary()
        if table not in dictionary.tables or table == ROWS or not dictionary.is_a(table, ROWS):
            raise InvalidTable(table)


def _instance(caller: Caller) -> Caller:
    """What the instance writes down about an import bears the caller's name and asks for no rights."""
    return replace(caller, channel=Channel.SYSTEM)


def _own(given: Given) -> Given:
    """The source's own fields: what begins with ``sys_`` is the instance's to fill."""
    return {name: value for name, value in given.items() if not name.startswith("sys_")}


def _noted(outcome: Outcome) -> Mapping[str, str]:
    return {
        "sys_import_state": outcome.state.value,
        "sys_import_state_comment": outcome.message,
        "sys_transform_map": outcome.map_id,
        "sys_target_table": outcome.table,
        "sys_target_sys_id": outcome.sys_id,
    }
