"""The encoded query once more, read row by row in plain Python: what the SQL has to agree with.

Written from the grammar in ``emulator/query/README.md`` and not from the code; it shares with the product only the
dictionary's model. Slow and simple on purpose.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ticketlab.emulator.dictionary.model import Dictionary, Field
from ticketlab.emulator.dictionary.types import FieldType, Storage

UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
OPERATORS = [
    "DOES NOT CONTAIN",
    "ISNOTEMPTY",
    "INSTANCEOF",
    "STARTSWITH",
    "EMPTYSTRING",
    "ANYTHING",
    "ENDSWITH",
    "CONTAINS",
    "NOT LIKE",
    "ISEMPTY",
    "NOT IN",
    "LIKE",
    "IN",
    "!=",
    ">=",
    "<=",
    "!*",
    "=",
    ">",
    "<",
    "*",
    "%",
]
OPERATORS.sort(key=len, reverse=True)
SAME = {"CONTAINS": "LIKE", "*": "LIKE", "DOES NOT CONTAIN": "NOT LIKE", "!*": "NOT LIKE", "%": "ENDSWITH"}
SAME["EMPTYSTRING"] = "ISEMPTY"
DROPPED = object()


class ImpossibleError(Exception):
    pass


def fold(text: str) -> str:
    return "".join(character.lower() if character in UPPER else character for character in text)


@dataclass
class World:
    """A dictionary and the records of its tables, as native values."""

    dictionary: Dictionary
    records: list[dict[str, Any]] = field(default_factory=list)
    user: str = ""
    user_name: str = ""

    def of(self, table: str) -> list[dict[str, Any]]:
        classes = self.dictionary.descendants(table)
        return [record for record in self.records if record["sys_class_name"] in classes]

    def run(self, table: str, text: str) -> list[str]:
        """The sys_ids that the query selects, in its order."""
        groups, orders = read(text)
        found = [record for record in self.of(table) if self.selects(table, record, groups)]
        return [record["sys_id"] for record in self.sort(table, found, orders)]

    def selects(self, table: str, record: dict[str, Any], groups: list[list[list[str]]]) -> bool:
        verdicts = []
        for group in groups:
            clauses = [[self.holds(table, record, term) for term in clause] for clause in group]
            known = [[each for each in clause if each is not DROPPED] for clause in clauses]
            left = [any(clause) for clause in known if clause]
            if left:
                verdicts.append(all(left))
        return any(verdicts) if verdicts else True

    def holds(self, table: str, record: dict[str, Any], term: str) -> Any:
        name = re.match(r"[a-z0-9_.]*", term)[0]
        rest = term[len(name) :].lstrip("".join(map(chr, range(33))))
        written = next((each for each in OPERATORS if rest.startswith(each)), None)
        looked_up = self.look_up(table, record, name)
        if written is None or looked_up is None:
            return DROPPED
        known, native = looked_up
        value = rest[len(written) :]
        if value in {"javascript:gs.getUserID()", "javascript:gs.getUserName()"}:
            value = self.user if value.endswith("ID()") else self.user_name
            if not value:
                return False
        try:
            return self.compare(SAME.get(written, written), known, native, value)
        except ImpossibleError:
            return False

    def compare(self, operator: str, known: Field, native: Any, value: str) -> Any:  # noqa: PLR0911
        if operator == "ANYTHING":
            return True
        if operator == "ISEMPTY" or (operator == "=" and value == ""):
            return native is None
        if operator == "ISNOTEMPTY" or (operator == "!=" and value == ""):
            return native is not None
        if operator == "INSTANCEOF":
            return self.instance_of(known, native, value)
        if operator == "=":
            wanted = parse_value(known, value)
            return native is not None and comparable(native) == wanted
        if operator == "!=":
            wanted = parse_value(known, value)
            return native is None or comparable(native) != wanted
        if operator in {"IN", "NOT IN"}:
            return among(operator, known, native, value)
        known, native = self.display(known, native)
        if operator in {">", ">=", "<", "<="}:
            wanted = parse_value(known, value)
            if native is None:
                return False
            mine = comparable(native)
            return {">": mine > wanted, ">=": mine >= wanted, "<": mine < wanted, "<=": mine <= wanted}[operator]
        return search(operator, known, native, value)

    def instance_of(self, known: Field, native: Any, value: str) -> Any:
        if known.type is not FieldType.CLASS_NAME:
            return DROPPED
        return value in self.dictionary.tables and native in self.dictionary.descendants(value)

    def look_up(self, table: str, record: dict[str, Any], path: str) -> tuple[Field, Any] | None:
        *walk, last = path.split(".")
        if len(walk) > 3:
            return None
        current: dict[str, Any] | None = record
        for step in walk:
            known = self.dictionary.fields(table).get(step)
            if known is None or known.type is not FieldType.REFERENCE:
                return None
            current = self.target(known, current.get(step) if current else None)
            table = known.reference
        known = self.dictionary.fields(table).get(last)
        if known is None or known.type.is_secret or known.type.storage is Storage.VIRTUAL:
            return None
        return known, current.get(last) if current else None

    def target(self, known: Field, sys_id: Any) -> dict[str, Any] | None:
        if sys_id is None:
            return None
        return next((each for each in self.of(known.reference) if fold(each["sys_id"]) == fold(sys_id)), None)

    def display(self, known: Field, native: Any) -> tuple[Field, Any]:
        for _ in range(2):
            if known.type is FieldType.REFERENCE:
                target = self.target(known, native)
                element = self.dictionary.display_element(known.reference)
                known = self.dictionary.fields(known.reference)[element]
                native = target.get(element) if target else None
        return known, native

    def sort(self, table: str, found: list[dict[str, Any]], orders: list[tuple[str, bool]]) -> list[dict[str, Any]]:
        keys: list[tuple[str, bool]] = []
        for path, descending in orders:
            seen = [known for known, _ in keys]
            if path not in seen and self.look_up(table, {}, path) is not None:
                keys.append((path, descending))
        last = keys[-1][1] if keys else False
        found = sorted(found, key=lambda record: fold(record["sys_id"]), reverse=last)
        for path, descending in reversed(keys):
            found = sorted(found, key=lambda record, path=path: self.rank(table, record, path), reverse=descending)
        return found

    def rank(self, table: str, record: dict[str, Any], path: str) -> Any:
        _known, native = self.display(*self.look_up(table, record, path))
        if native is None:
            return (0,)
        return (1, fold(native), native) if isinstance(native, str) else (1, native)


def read(text: str) -> tuple[list[list[list[str]]], list[tuple[str, bool]]]:
    """The groups of clauses of terms, and the orders."""
    groups: list[list[list[str]]] = [[]]
    orders: list[tuple[str, bool]] = []
    for number, raw in enumerate(cut(text)):
        piece = raw.lstrip("".join(map(chr, range(33))))
        alternative = False
        if number and piece.startswith("NQ"):
            groups.append([])
            piece = piece[2:].lstrip("".join(map(chr, range(33))))
        elif number and piece.startswith("OR") and not piece.startswith("ORDERBY"):
            alternative = True
            piece = piece[2:].lstrip("".join(map(chr, range(33))))
        if piece.startswith("ORDERBY"):
            named = piece[7:].strip()
            descending = named.startswith("DESC")
            named = named[4:].strip() if descending else named
            if named:
                orders.append((named, descending))
        elif piece.strip() and piece != "EQ":
            if alternative and groups[-1]:
                groups[-1][-1].append(piece)
            else:
                groups[-1].append([piece])
    return groups, orders


def cut(text: str) -> list[str]:
    """Cut at single carets; two stand for one that is meant."""
    pieces = [""]
    position = 0
    while position < len(text):
        if text.startswith("^^", position):
            pieces[-1] += "^"
            position += 2
        elif text[position] == "^":
            pieces.append("")
            position += 1
        else:
            pieces[-1] += text[position]
            position += 1
    return pieces


def comparable(native: Any) -> Any:
    return fold(native) if isinstance(native, str) else native


def among(operator: str, known: Field, native: Any, value: str) -> bool:
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if not parts:
        return operator == "NOT IN"
    wanted = []
    for part in parts:
        try:
            wanted.append(parse_value(known, part))
        except ImpossibleError:
            continue
    if not wanted:
        return False
    if operator == "IN":
        return native is not None and comparable(native) in wanted
    return native is None or comparable(native) not in wanted


def search(operator: str, known: Field, native: Any, value: str) -> Any:
    if known.type is FieldType.DURATION or known.type.storage is Storage.DECIMAL:
        return DROPPED
    if "\0" in value:
        raise ImpossibleError
    if native is None:
        return operator == "NOT LIKE"
    text, wanted = fold(wire(native)), fold(value)
    return {
        "LIKE": wanted in text,
        "NOT LIKE": wanted not in text,
        "STARTSWITH": text.startswith(wanted),
        "ENDSWITH": text.endswith(wanted),
    }[operator]


def wire(native: Any) -> str:
    if isinstance(native, bool):
        return "true" if native else "false"
    if isinstance(native, datetime):
        return native.strftime("%Y-%m-%d %H:%M:%S")
    return str(native)


def parse_value(known: Field, value: str) -> Any:
    storage = known.type.storage
    if storage is Storage.TEXT:
        if "\0" in value:
            raise ImpossibleError
        return fold(value)
    value = value.strip()
    if storage in {Storage.DATE, Storage.DATE_TIME}:
        moment = parse_moment(value)
        return moment.date() if storage is Storage.DATE else moment
    if storage is Storage.BOOLEAN:
        if fold(value) not in {"true", "false", "0", "1"}:
            raise ImpossibleError
        return fold(value) in {"true", "1"}
    if known.type is FieldType.DURATION and "-" in value[1:]:
        return int((parse_moment(value) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    return parse_number(storage, value)


def parse_number(storage: Storage, value: str) -> Any:
    if not value.isascii() or not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", value):
        raise ImpossibleError
    if storage is Storage.DECIMAL:
        try:
            return Decimal(value)
        except InvalidOperation:
            raise ImpossibleError from None
    if "." in value or abs(int(value)) >= 2**63:
        raise ImpossibleError
    return int(value)


def parse_moment(value: str) -> datetime:
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"):
        try:
            if value.isascii() and re.fullmatch(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d)?", value):
                return datetime.strptime(value, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise ImpossibleError


__all__ = ["World", "date", "fold", "read"]
