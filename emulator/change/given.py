"""Fields as a client of the API gives them: a choice also by its label, ``state=assess`` (rest 8, D)."""

from collections.abc import Mapping

from ..dictionary.model import Dictionary, Field


def without_labels(dictionary: Dictionary, table: str, given: Mapping[str, object]) -> Mapping[str, object]:
    """The given fields, with the value of each choice whose label was given."""
    fields = dictionary.fields(table)
    return {name: _value(fields[name], each) if name in fields else each for name, each in given.items()}


def _value(field: Field, given: object) -> object:
    if not isinstance(given, str) or any(choice.value == given for choice in field.choices):
        return given
    return field.choice_called(given) or given
