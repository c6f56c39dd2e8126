"""What a value in a file must look like inside, too: a list of what, a table of what."""

from collections.abc import Callable, Mapping

LARGEST = 2**31 - 1

Shape = Callable[[object], bool]


def is_text(value: object) -> bool:
    return isinstance(value, str)


def is_truth(value: object) -> bool:
    return isinstance(value, bool)


def is_count(value: object) -> bool:
    """A number that a column or a counter may have; a boolean is not one."""
    return type(value) is int and 0 <= value <= LARGEST


def is_table(value: object) -> bool:
    """Whatever its values are."""
    return isinstance(value, dict)


def is_list(value: object) -> bool:
    """Whatever its items are."""
    return isinstance(value, list)


def list_of(shape: Shape) -> Shape:
    return lambda value: isinstance(value, list) and all(map(shape, value))


def table_of(shape: Shape) -> Shape:
    """A table with any keys."""
    return lambda value: isinstance(value, dict) and all(map(shape, value.values()))


def row_of(*shapes: Shape) -> Shape:
    """A list of just so many values, each of its own shape."""
    return lambda value: (
        isinstance(value, list)
        and len(value) == len(shapes)
        and all(shape(each) for shape, each in zip(shapes, value, strict=True))
    )


def record_of(required: Mapping[str, Shape], optional: Mapping[str, Shape]) -> Shape:
    """A table with these keys and no others."""
    known = {**required, **optional}
    return lambda value: (
        isinstance(value, dict)
        and value.keys() >= required.keys()
        and all(key in known and known[key](each) for key, each in value.items())
    )


def either(one: Shape, other: Shape) -> Shape:
    return lambda value: one(value) or other(value)
