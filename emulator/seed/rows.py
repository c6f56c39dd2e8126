"""Rows into record tables, many at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from ..store.store import Native
from ..store.tables import CLASS, RecordTables

Row = Mapping[str, Native]
Rows = Sequence[Row]


def write_rows(connection: Connection, tables: RecordTables, by_table: Mapping[str, Rows]) -> None:
    """One statement for each SQL table and set of columns."""
    for table, rows in by_table.items():
        elements = set[str]().union(*rows)
        columns = {element: tables.column_name(table, element) for element in elements}
        batches: dict[frozenset[str], list[Row]] = defaultdict(list)
        class_column = tables.column_name(table, CLASS)
        for row in rows:
            values = {column: row[element] for element, column in columns.items() if column and element in row}
            if class_column:
                values[class_column] = table
            batches[frozenset(values)].append(values)
        for batch in batches.values():
            connection.execute(tables.sql_table(table).insert(), batch)
