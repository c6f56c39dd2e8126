"""Where a path of references leads, by the dictionary alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..dictionary.model import Dictionary, Field
from ..dictionary.types import FieldType, Storage

MOST_STEPS = 3
"""A path may lead through this many references."""
DISPLAY_STEPS = 2
"""A record's display value may itself be a reference: follow this many."""


@dataclass(frozen=True, slots=True)
class Place:
    """A field at the end of a path from the query's table."""

    dictionary: Dictionary
    table: str
    """The query's table, where the path begins."""
    path: str
    field: Field

    @property
    def is_reference(self) -> bool:
        return is_reference(self.field)

    @property
    def storage(self) -> Storage:
        return self.field.type.storage


def is_reference(field: Field) -> bool:
    return field.type is FieldType.REFERENCE and bool(field.reference)


def field_at(dictionary: Dictionary, table: str, steps: Sequence[str]) -> Field | None:
    """Follow a path of references; None where a step does not exist."""
    *walk, last = steps
    for step in walk:
        field = dictionary.field(table, step)
        if field is None or not is_reference(field):
            return None
        table = field.reference
    return dictionary.field(table, last)


def shown_field(dictionary: Dictionary, table: str, path: str) -> Field | None:
    """A field that a result may show; None for one that does not exist or lies too far."""
    steps = path.split(".")
    return field_at(dictionary, table, steps) if len(steps) <= MOST_STEPS + 1 else None


def compared_place(dictionary: Dictionary, table: str, path: str) -> Place | None:
    """A field that a query may ask about. Secrets are none, or a query could feel its way to them."""
    field = shown_field(dictionary, table, path)
    if field is None or field.type.is_secret or field.type.storage is Storage.VIRTUAL:
        return None
    return Place(dictionary, table, path, field)


def display_place(place: Place) -> Place:
    """What a reference is searched and ordered by: the display value of the record it points to."""
    for _step in range(DISPLAY_STEPS):
        if not place.is_reference:
            break
        element = place.dictionary.display_element(place.field.reference)
        field = place.dictionary.fields(place.field.reference)[element]
        place = Place(place.dictionary, place.table, f"{place.path}.{element}", field)
    return place
