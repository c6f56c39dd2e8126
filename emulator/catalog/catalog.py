"""Catalogs, categories and items as the Service Catalog API shows them (rest 10, C; platform documentation, D)."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from ..access.caller import Caller
from ..errors import NoRecordFound
from ..query import literal
from ..records.gate import Gate
from ..records.row import Row
from .variables import variables_of

CATALOGS, CATEGORIES, ITEMS = "sc_catalog", "sc_category", "sc_cat_item"
CURRENCY = "USD"
MOST = 1000

Shown = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items: of a catalog, of a category, with a text in name or descriptions."""

    catalog: str = ""
    category: str = ""
    text: str = ""
    limit: int = 10
    offset: int = 0

    @property
    def query(self) -> str:
        text = literal(self.text)
        terms = (
            "active=true",
            f"sc_catalogsLIKE{literal(self.catalog)}" if self.catalog else "",
            f"category={literal(self.category)}" if self.category else "",
            f"nameLIKE{text}^ORshort_descriptionLIKE{text}^ORdescriptionLIKE{text}" if text else "",
            "ORDERBYorder^ORDERBYname",
        )
        return "^".join(filter(None, terms))


@dataclass(frozen=True)
class Catalog:
    """What one caller sees of it. Raises NoRecordFound for what is not there or not on offer."""

    gate: Gate
    caller: Caller

    def catalogs(self, text: str, limit: int, offset: int) -> Sequence[Shown]:
        named = f"titleLIKE{literal(text)}^" if text else ""
        query = f"active=true^{named}ORDERBYtitle"
        return [self._catalog(row) for row in self._query(CATALOGS, query, limit, offset)]

    def catalog(self, sys_id: str) -> Shown:
        return self._catalog(self._active(CATALOGS, sys_id))

    def categories(self, catalog: str, limit: int, offset: int) -> Sequence[Shown]:
        self._active(CATALOGS, catalog)
        query = f"active=true^sc_catalog={catalog}^ORDERBYtitle"
        return [self._category(row) for row in self._query(CATEGORIES, query, limit, offset)]

    def items(self, wanted: Wanted) -> Sequence[Shown]:
        return [self._item(row) for row in self._query(ITEMS, wanted.query, wanted.limit, wanted.offset)]

    def item(self, sys_id: str) -> Shown:
        """With its variables, which a list leaves out."""
        row = self.on_offer(sys_id)
        return {**self._item(row), "variables": [each.shown for each in variables_of(self.gate, sys_id)]}

    def on_offer(self, sys_id: str) -> Row:
        """The record of an active item."""
        return self._active(ITEMS, sys_id)

    def all_on_offer(self, sys_ids: Iterable[str]) -> Mapping[str, Row]:
        """Those of these items that are, by sys_id."""
        found: dict[str, Row] = {}
        for sys_id in sys_ids:
            with suppress(NoRecordFound):
                found[sys_id] = self.on_offer(sys_id)
        return found

    def _catalog(self, row: Row) -> Shown:
        return {
            "sys_id": row.sys_id,
            "title": row.value("title"),
            "description": row.value("description"),
            "has_categories": bool(self._query(CATEGORIES, f"active=true^sc_catalog={row.sys_id}", 1, 0)),
            "has_items": bool(self._query(ITEMS, f"active=true^sc_catalogsLIKE{row.sys_id}", 1, 0)),
            "desktop_image": "",
        }

    def _category(self, row: Row) -> Shown:
        below = self._query(CATEGORIES, f"active=true^parent={row.sys_id}^ORDERBYtitle", MOST, 0)
        items = self.gate.record(ITEMS, self.caller).query(f"active=true^category={row.sys_id}", limit=0, count=True)
        return {
            "sys_id": row.sys_id,
            "title": row.value("title"),
            "description": row.value("description"),
            "full_description": row.value("description"),
            "icon": "",
            "header_icon": "",
            "homepage_image": "",
            "count": items.total,
            "subcategories": [{"sys_id": each.sys_id, "title": each.value("title")} for each in below],
        }

    def _item(self, row: Row) -> Shown:
        shown_in = [each for each in row.value("sc_catalogs").split(",") if each]
        rows = self._query(CATALOGS, f"sys_idIN{','.join(shown_in)}^ORDERBYtitle", MOST, 0) if shown_in else ()
        price = money(row.native("price"))
        return {
            "sys_id": row.sys_id,
            "name": row.value("name"),
            "short_description": row.value("short_description"),
            "description": row.value("description"),
            "sys_class_name": row.value("sys_class_name"),
            "type": "catalog_item",
            "category": {"sys_id": row.value("category"), "title": row.display("category")},
            "catalogs": [{"sys_id": each.sys_id, "title": each.value("title"), "active": True} for each in rows],
            "owner": row.value("owner"),
            "order": row.native("order") or 0,
            "availability": "on_both",
            "price": price,
            "localized_price": price,
            "price_currency": CURRENCY,
            "show_price": bool(row.native("price")),
            "show_quantity": True,
            "show_delivery_time": True,
            "mandatory_attachment": False,
            "request_method": "",
            "visible_standalone": True,
            "content_type": "",
            "kb_article": "",
            "icon": "",
            "picture": "",
        }

    def _active(self, table: str, sys_id: str) -> Row:
        row = self.gate.record(table, self.caller).get(sys_id)
        if not row.native("active"):
            raise NoRecordFound
        return row

    def _query(self, table: str, query: str, limit: int, offset: int) -> Sequence[Row]:
        return self.gate.record(table, self.caller).query(query, limit=limit, offset=offset).rows


def money(amount: object) -> str:
    """``$1,100.00``: there is one currency (ours)."""
    return f"${Decimal(str(amount or 0)):,.2f}"
