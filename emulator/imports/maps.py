"""Transform maps: which field of a staging table becomes which field of the target, and which fields tell a match."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..access.caller import Caller
from ..records.gate import Gate


@dataclass(frozen=True, slots=True)
class FieldMap:
    source: str
    target: str
    coalesce: bool


@dataclass(frozen=True, slots=True)
class TransformMap:
    """An active sys_transform_map record with its field maps."""

    sys_id: str
    name: str
    target: str
    copies_empty: bool
    """Whether an empty source field empties the target's."""
    fields: Sequence[FieldMap]


def maps_of(gate: Gate, staging_table: str) -> Sequence[TransformMap]:
    """The active maps of a staging table, in their order."""
    system = Caller.system()
    query = f"source_table={staging_table}^active=true^ORDERBYorder^ORDERBYname"
    paths = ("sys_id", "name", "target_table", "copy_empty_fields")
    return [
        TransformMap(
            row.sys_id,
            row.value("name"),
            row.value("target_table"),
            row.value("copy_empty_fields") == "true",
            _field_maps(gate, row.sys_id),
        )
        for row in gate.record("sys_transform_map", system).query(query, fields=paths).rows
    ]


def _field_maps(gate: Gate, transform_map: str) -> Sequence[FieldMap]:
    paths = ("source_field", "target_field", "coalesce")
    rows = gate.record("sys_transform_entry", Caller.system()).query(f"map={transform_map}", fields=paths).rows
    return [FieldMap(row.value(paths[0]), row.value(paths[1]), row.value(paths[2]) == "true") for row in rows]
