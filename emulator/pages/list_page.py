"""What a list shows: some rows of a table, their columns, and the ways on from here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from ..access.caller import Caller
from ..access.operations import Operation
from ..dictionary.declaration import CLASS
from ..dictionary.layout import list_columns
from ..dictionary.model import Dictionary, Field
from ..query import EncodedQuery
from ..records.attachment_rules import TABLE as ATTACHMENTS
from ..records.gate import Gate
from ..records.row import Page
from .assumptions import ROWS_OFFERED
from .breadcrumbs import Crumb, Wording, breadcrumbs
from .cells import Cell, cells_of
from .filter_builder import FilterBuilder, build_filter
from .filter_input import filter_url
from .list_groups import Groups, can_group, read_groups
from .list_layout import ListLayout, read_layout
from .list_query import list_url, ordered_by, record_url
from .messages import Message
from .preferences import Preferences
from .references import References
from .rights import Rights
from .row_actions import RowAction, row_actions

INTERCEPTORS = {"oauth_entity": "/oauth_application_type.do"}
"""Where New leads first, for tables of which there are several kinds of records."""
LEFT_OUT = "Left out of the filter, because this field or operator is unknown:"


@dataclass(frozen=True, slots=True)
class Column:
    element: str
    label: str
    sort: str
    """``ascending``, ``descending`` or ``none``: the value of aria-sort."""
    sort_url: str


@dataclass(frozen=True, slots=True)
class ListPage:
    table: str
    label: str
    query: EncodedQuery
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    crumbs: Sequence[Crumb]
    search_fields: Sequence[tuple[str, str]]
    first: int
    last: int
    total: int
    may_create: bool
    messages: Sequence[Message]
    layout: ListLayout
    group_fields: Sequence[tuple[str, str]]
    """By what the list can be grouped."""
    actions: Sequence[RowAction] = ()
    """One for each row, where the table has any."""
    groups: Groups | None = None
    """In place of the rows, for a list that is grouped."""
    filter: FilterBuilder | None = None
    """While it is open."""

    @property
    def title(self) -> str:
        return self.label

    @property
    def new_url(self) -> str:
        return INTERCEPTORS.get(self.table) or record_url(self.table, "-1")

    @property
    def grouped_by(self) -> str:
        return next(iter(self.query.grouped_by), "")

    @property
    def filter_url(self) -> str:
        """The same list with its filter open."""
        return filter_url(self.table, self.query, replace(self.query, orders=(), grouped_by=()))

    @property
    def filter_closed_url(self) -> str:
        return list_url(self.table, self.query)

    @property
    def columns_url(self) -> str:
        given = {"sysparm_table": self.table, "sysparm_referring_url": list_url(self.table, self.query)}
        return f"/personalize_list_columns.do?{urlencode(given)}"

    @property
    def rows_offered(self) -> Sequence[int]:
        return ROWS_OFFERED.value

    @property
    def export_url(self) -> str:
        """To be followed by the processor that writes the file."""
        address = list_url(self.table, self.query)
        return f"{address}{'&' if '?' in address else '?'}"

    def page_url(self, first: int) -> str:
        return list_url(self.table, self.query, first)

    @property
    def previous(self) -> str:
        return self.page_url(max(1, self.first - self.layout.rows)) if self.first > 1 else ""

    @property
    def following(self) -> str:
        return self.page_url(self.first + self.layout.rows) if self.first + self.layout.rows <= self.total else ""

    @property
    def to_first(self) -> str:
        return self.page_url(1) if self.first > 1 else ""

    @property
    def to_last(self) -> str:
        return self.page_url((self.total - 1) // self.layout.rows * self.layout.rows + 1) if self.following else ""


def read_list(
    gate: Gate, caller: Caller, table: str, query: EncodedQuery, first_row: int, edited: EncodedQuery | None = None
) -> ListPage:
    """The list of what a query finds, with the filter builder open at ``edited`` if that is given.

    Raises a PlatformError when the table does not exist or may not be read at all.
    """
    rights = Rights.of(gate, caller)
    dictionary = rights.snapshot.dictionary
    layout = read_layout(dictionary, Preferences(gate, caller), table)
    elements = layout.columns
    groups = read_groups(gate, caller, dictionary, table, query)
    ordered = query if query.orders else in_usual_order(dictionary, table, query)
    first = max(1, first_row)
    page = gate.record(table, caller).query(
        str(ordered), fields=elements, limit=layout.rows, offset=first - 1, count=True
    )
    total = page.total or 0
    fields = dictionary.fields(table)
    wording = Wording(dictionary, References(gate, dictionary, caller), table)
    return ListPage(
        table=table,
        label=dictionary.table(table).plural or dictionary.table(table).label,
        query=query,
        columns=[_column(table, fields[each], ordered) for each in elements],
        rows=[cells_of(fields, row, elements) for row in page.rows],
        crumbs=breadcrumbs(wording, query),
        search_fields=[(each, fields[each].label) for each in elements if each != CLASS],
        first=first,
        last=first + len(page.rows) - 1,
        total=total,
        may_create=table != ATTACHMENTS and rights.may(Operation.CREATE, table),
        messages=_messages(page, min(layout.rows, max(0, total - first + 1))),
        layout=layout,
        group_fields=[(each, fields[each].label) for each in elements if can_group(fields[each])],
        groups=groups,
        filter=build_filter(wording, rights, edited) if edited is not None else None,
        actions=row_actions(caller, table, page.rows),
    )


def in_usual_order(dictionary: Dictionary, table: str, query: EncodedQuery) -> EncodedQuery:
    """The query in the order that a person expects of a list without one.

    Numbered records stand newest first, where all of them are numbered alike; what has a name in the first column
    stands by that name; and everything else newest first. (Ours: the platform's own order is a person's preference.)
    """
    fields = dictionary.fields(table)
    named = dictionary.display_element(table)
    if named == "number" and len({dictionary.numbering(each) for each in dictionary.descendants(table)}) == 1:
        return ordered_by(query, named, descending=True)
    if named != "number" and list_columns(dictionary, table)[0] == named and named in fields:
        return ordered_by(query, named, descending=False)
    return ordered_by(query, "sys_created_on", descending=True) if "sys_created_on" in fields else query


def _column(table: str, field: Field, query: EncodedQuery) -> Column:
    order = next(iter(query.orders), None)
    here = order is not None and order.field == field.element
    descending = here and order is not None and order.descending
    sort = ("descending" if descending else "ascending") if here else "none"
    turned = ordered_by(query, field.element, descending=here and not descending)
    return Column(field.element, field.label, sort, list_url(table, turned))


def _messages(page: Page, expected: int) -> list[Message]:
    messages = [Message("warning", f"{LEFT_OUT} {term}") for term in page.dropped]
    if len(page.rows) < expected:
        removed = expected - len(page.rows)
        messages.append(Message("info", f"Number of rows removed from this list by Security constraints: {removed}"))
    return messages
