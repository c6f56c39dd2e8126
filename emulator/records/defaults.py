"""What a new record gets when its writer says nothing: default values and the next number."""

from ..store.store import Native
from .coerce import Input, Unfit, coerce
from .work import Work

USER = "javascript:gs.getUserID()"
NOW = "javascript:gs.nowDateTime()"
NUMBER = "javascript:getNextObjNumberPadded();"
"""Default scripts that stand in the dictionary as on the platform; each is known here, none is evaluated."""


def defaults(work: Work, table: str) -> dict[str, Native]:
    """The default values of the table's fields. A default that is no value of its field is left out."""
    values: dict[str, Native] = {}
    for element, field in work.dictionary.fields(table).items():
        if field.default == USER:
            values[element] = work.caller.user or None
        elif field.default == NOW:
            values[element] = work.clock.now().replace(microsecond=0)
        elif field.default and field.default != NUMBER:
            try:
                values[element] = coerce(field, field.default, Input(), work.find_by_display)
            except Unfit:
                continue
    return values


def next_number(work: Work, table: str) -> str:
    """The next number of the table: its prefix and a counter that all processes share (platform 2.4, D/F)."""
    numbering = work.dictionary.numbering(table)
    if numbering is None:
        return ""
    owner = next(each.name for each in work.dictionary.chain(table) if each.numbering is numbering)
    counter = work.store.next_counter(work.connection, owner, numbering.first)
    return f"{numbering.prefix}{counter:0{numbering.digits}d}"
