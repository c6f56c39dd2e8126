"""Fields as a client of the API gives them: a choice also by its label, ``state=assess`` (rest 8, D)."""

from collections.abc import Mapping

from ..dictionary.model import Dictionary


def without_labels(dictionary: Dictionary, table: str, given: Mapping[str, object]) -> Mapping[str, object]:
    """The given fields, with the value of each choice whose label was given."""
    fields = dictionary.fields(table)
    return {
        name: fields[name].choice_meant(each) if name in fields and isinstance(each, str) else each
        for name, each in given.items()
    }
