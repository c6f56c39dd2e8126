"""What records hold, asked past the rules: for the start, which would otherwise compile them, a third of its time."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from ..store.store import Native
from .gate import Gate


def stored(
    gate: Gate, table: str, key: str, values: Iterable[str], elements: Sequence[str]
) -> Mapping[str, Mapping[str, Native]]:
    """These elements of the records whose ``key`` is one of the values, by that key. Of declared fields only."""
    tables = gate.store.tables(gate.schema)
    source = tables.sql_table(table)
    columns = [source.c[tables.column_name(table, each) or each].label(each) for each in (key, *elements)]
    with gate.store.reading() as connection:
        rows = connection.execute(select(*columns).where(columns[0].in_(list(values)))).mappings()
        return {str(row[key]): dict(row) for row in rows}
