"""A cart and what is ordered: a request with an item for each (rest 10, C)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ...shared.text import whole_number
from ..access.caller import Caller
from ..records.gate import Gate, Transaction
from ..records.row import Row
from .catalog import Catalog, money
from .errors import BadQuantity, CartEmpty
from .variables import ANSWERS, answers_to, keep, keep_for_item, variables_of

CARTS, CART_ITEMS, REQUESTS, REQUESTED = "sc_cart", "sc_cart_item", "sc_request", "sc_req_item"
MOST = 1000
LARGEST_QUANTITY = 1000

Shown = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Line:
    """One item that is ordered."""

    item: Row
    quantity: int
    answers: Mapping[str, str]

    @property
    def price(self) -> Decimal:
        return Decimal(str(self.item.native("price") or 0)) * self.quantity


@dataclass(frozen=True)
class Ordering:
    """What one caller orders. The rights are those on the items; what follows is the instance's to write."""

    gate: Gate
    caller: Caller

    def add(self, item: str, quantity: str, given: Mapping[str, object]) -> Shown:
        """Put an item into the caller's cart. Raises NoRecordFound, BadQuantity, MandatoryVariables or BadParameter."""
        line = self._line(item, quantity, given)
        with self.gate.transaction() as transaction:
            cart = self._cart(transaction)
            items = self.gate.record(CART_ITEMS, self._instance, transaction)
            last = items.find(f"cart={cart}^ORDERBYDESCorder", ("order",))
            order = int(last.value("order") or 0) + 1 if last is not None else 1
            made = items.insert({"cart": cart, "cat_item": item, "quantity": line.quantity, "order": order})
            keep(self.gate, self._instance, line.answers, transaction, cart_item=made.sys_id)
        return self.cart()

    def cart(self) -> Shown:
        """What is in the cart, without items that are no longer on offer to the caller."""
        found = self._find_cart()  # the first look makes one, and no later one writes
        cart = found.sys_id if found is not None else self._new_cart()
        lines = self._in_cart(cart)
        items = [
            {
                "cart_item_id": sys_id,
                "catalog_item_id": line.item.sys_id,
                "name": line.item.value("name"),
                "quantity": str(line.quantity),
                "price": money(line.item.native("price")),
                "subtotal": money(line.price),
            }
            for sys_id, line in lines.items()
        ]
        return {"cart_id": cart, "subtotal": money(sum(line.price for line in lines.values())), "items": items}

    def submit(self) -> Row:
        """Order what is in the cart, and empty it. Raises CartEmpty."""
        with self.gate.transaction() as transaction:
            cart = self._cart(transaction)
            lines = self._in_cart(cart, transaction)
            if not lines:
                raise CartEmpty
            request = self._order(list(lines.values()), transaction, self.caller.user)
            for table, query in ((ANSWERS, f"cart_item.cart={cart}"), (CART_ITEMS, f"cart={cart}")):
                self.gate.record(table, self._instance, transaction).delete_multiple(query)
        return request

    def order(self, item: str, quantity: str, given: Mapping[str, object], requested_for: str = "") -> Row:
        """Order one item at once, whatever is in the cart. Raises as ``add`` does."""
        line = self._line(item, quantity, given)
        with self.gate.transaction() as transaction:
            return self._order([line], transaction, requested_for or self.caller.user)

    @property
    def _instance(self) -> Caller:
        return self.caller.as_instance()

    def _line(self, item: str, quantity: str, given: Mapping[str, object]) -> Line:
        row = Catalog(self.gate, self.caller).on_offer(item)
        count = whole_number(quantity, LARGEST_QUANTITY)
        if not count:
            raise BadQuantity
        return Line(row, count, answers_to(variables_of(self.gate, item), given))

    def _new_cart(self) -> str:
        with self.gate.transaction() as transaction:
            return self._cart(transaction)

    def _cart(self, transaction: Transaction) -> str:
        """The sys_id of the caller's cart, which is made when first needed."""
        found = self._find_cart(transaction)
        if found is None:
            new = {"user": self.caller.user, "name": "DEFAULT"}
            found = self.gate.record(CARTS, self._instance, transaction).insert(new)
        return found.sys_id

    def _find_cart(self, within: Transaction | None = None) -> Row | None:
        return self.gate.record(CARTS, self._instance, within).find(f"user={self.caller.user}", ("sys_id",))

    def _in_cart(self, cart: str, within: Transaction | None = None) -> Mapping[str, Line]:
        query = f"cart={cart}^cat_item.active=true^ORDERBYorder^ORDERBYsys_id"
        rows = self.gate.record(CART_ITEMS, self._instance, within).query(query, limit=MOST).rows
        offered = Catalog(self.gate, self.caller).all_on_offer([row.value("cat_item") for row in rows])
        return {
            row.sys_id: Line(offered[item], int(row.value("quantity") or 1), self._answers(row.sys_id, within))
            for row in rows
            if (item := row.value("cat_item")) in offered
        }

    def _answers(self, cart_item: str, within: Transaction | None) -> Mapping[str, str]:
        answers = self.gate.record(ANSWERS, self._instance, within)
        rows = answers.query(f"cart_item={cart_item}^ORDERBYorder", limit=MOST).rows
        return {row.value("item_option_new"): row.value("value") for row in rows}

    def _order(self, lines: Sequence[Line], transaction: Transaction, requested_for: str) -> Row:
        total = sum(line.price for line in lines)
        request = self.gate.record(REQUESTS, self._instance, transaction).insert(
            {"requested_for": requested_for, "price": str(total), "short_description": lines[0].item.value("name")}
        )
        for line in lines:
            made = self.gate.record(REQUESTED, self._instance, transaction).insert(
                {
                    "request": request.sys_id,
                    "parent": request.sys_id,
                    "cat_item": line.item.sys_id,
                    "requested_for": requested_for,
                    "quantity": line.quantity,
                    "price": line.item.value("price"),
                    "short_description": line.item.value("short_description") or line.item.value("name"),
                }
            )
            keep_for_item(self.gate, self._instance, line.answers, transaction, made.sys_id)
        return request
