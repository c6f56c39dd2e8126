"""A configuration item with its relations, as the CMDB instance API shows and changes it (rest 10, C).

Knows no Flask. A relation is a record of ``cmdb_rel_ci``: outbound from its parent, inbound to its child.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..access.caller import Caller
from ..errors import InvalidTable, NoRecordFound, RequestUnreadable
from ..records.gate import Gate, Transaction
from ..records.row import FieldValue, Row

BASE_CLASS = "cmdb_ci"
RELATIONS = "cmdb_rel_ci"
DIRECTIONS = {"outbound_relations": ("parent", "child"), "inbound_relations": ("child", "parent")}
"""Of each list: the end at which the item itself stands, and the end of the target."""

Item = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Instances:
    """The configuration items of one class, for one caller. ``host`` is what links begin with."""

    gate: Gate
    caller: Caller
    class_name: str
    host: str

    def __post_init__(self) -> None:
        """Raises InvalidTable for what is no class of configuration items."""
        dictionary = self.gate.read_dictionary()
        known = self.class_name in dictionary.tables and BASE_CLASS in dictionary.tables
        if not known or not dictionary.is_a(self.class_name, BASE_CLASS):
            raise InvalidTable(self.class_name)

    def list(self, query: str, limit: int, offset: int) -> Sequence[Item]:
        rows = self.gate.record(self.class_name, self.caller).query(
            query, fields=("sys_id", "name"), limit=limit, offset=offset
        )
        return [{"sys_id": row.sys_id, "name": row.value("name")} for row in rows.rows]

    def get(self, sys_id: str) -> Item:
        """The item with all of its relations. Raises NoRecordFound."""
        row = self.gate.record(self.class_name, self.caller).get(sys_id)
        attributes = {name: self._attribute(value, row) for name, value in row.values.items()}
        return {"attributes": attributes, **{name: self._relations(sys_id, name) for name in DIRECTIONS}}

    def create(self, given: Mapping[str, object]) -> str:
        """Make an item with its relations, or neither; returns its sys_id."""
        with self.gate.transaction() as transaction:
            records = self.gate.record(self.class_name, self.caller, transaction)
            row = records.insert(_object(given, "attributes"))
            self._relate(row.sys_id, given, transaction)
        return row.sys_id

    def update(self, sys_id: str, given: Mapping[str, object]) -> None:
        """Change the attributes that are given."""
        self.gate.record(self.class_name, self.caller).update(sys_id, _object(given, "attributes"))

    def relate(self, sys_id: str, given: Mapping[str, object]) -> None:
        """Add relations to an item. Raises NoRecordFound when there is none."""
        with self.gate.transaction() as transaction:
            self.gate.record(self.class_name, self.caller, transaction).get(sys_id, ("sys_id",))
            self._relate(sys_id, given, transaction)

    def relation(self, sys_id: str, relation: str) -> Item:
        """One relation of the item. Raises NoRecordFound."""
        self.gate.record(self.class_name, self.caller).get(sys_id, ("sys_id",))
        for name in DIRECTIONS:
            for each in self._relations(sys_id, name):
                if each["sys_id"] == relation:
                    return each
        raise NoRecordFound

    def unrelate(self, sys_id: str, relation: str) -> None:
        """Take one relation of the item away. Raises NoRecordFound."""
        self.relation(sys_id, relation)
        self.gate.record(RELATIONS, self.caller).delete(relation)

    def _relate(self, sys_id: str, given: Mapping[str, object], transaction: Transaction) -> None:
        relations = self.gate.record(RELATIONS, self.caller, transaction)
        for name, (own, other) in DIRECTIONS.items():
            for each in _objects(given, name):
                relations.insert({own: sys_id, other: each.get("target"), "type": each.get("type")})

    def _relations(self, sys_id: str, direction: str) -> Sequence[Item]:
        own, other = DIRECTIONS[direction]
        found = self.gate.record(RELATIONS, self.caller).query(
            f"{own}={sys_id}^ORDERBYsys_created_on", fields=("type", other), displayed=True
        )
        items = f"{self.host}/api/now/cmdb/instance/{BASE_CLASS}"
        return [
            {
                "sys_id": row.sys_id,
                "type": self._attribute(row.values["type"], row),
                "target": _reference(row.values[other], row, items),
            }
            for row in found.rows
            if "type" in row.fields and other in row.fields
        ]

    def _attribute(self, value: FieldValue, row: Row) -> object:
        if not value.reference:
            return value.value
        return _reference(value, row, f"{self.host}/api/now/table/{value.reference}")


def _reference(value: FieldValue, row: Row, links: str) -> Item:
    link = f"{links}/{value.value}"
    return {"display_value": value.display(row.style), "link": link, "value": value.value}


def _object(given: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = given.get(name, {})
    if not isinstance(found, dict):
        raise RequestUnreadable(detail=f"{name} is not an object")
    return found


def _objects(given: Mapping[str, object], name: str) -> Sequence[Mapping[str, object]]:
    found = given.get(name, [])
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise RequestUnreadable(detail=f"{name} is not a list of objects")
    return found
