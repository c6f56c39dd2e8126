"""The encoded query once more, read row by row in plain Python: what the SQL has to agree with.

Written from the grammar in ``emulator/query/README.md`` and not from the code; it shares with the product only the
dictionary's model. Slow and simple on purpose.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from query_oracle.reading import BLANKS, TermText, name_of, read
from query_oracle.times import Asker, ImpossibleError, call, first, later, part, part_number, span
from query_oracle.values import DROPPED, SIGNS, among, comparable, fold, ordered, parse_value, search
from ticketlab.emulator.dictionary.model import Dictionary, Field
from ticketlab.emulator.dictionary.types import FieldType, Storage

OPERATORS = [
    *("=", "!=", ">", ">=", "<", "<=", "IN", "NOT IN", "LIKE", "CONTAINS", "*", "NOT LIKE", "DOES NOT CONTAIN", "!*"),
    *("STARTSWITH", "ENDSWITH", "%", "ISEMPTY", "EMPTYSTRING", "ISNOTEMPTY", "ANYTHING", "BETWEEN", "INSTANCEOF"),
    *("DYNAMIC", "IN_HIERARCHY", "IN_HIERARCHY_DYNAMIC", "SAMEAS", "NSAMEAS", "GT_FIELD", "LT_FIELD"),
    *("GT_OR_EQUALS_FIELD", "LT_OR_EQUALS_FIELD", "MORETHAN", "LESSTHAN", "ON", "NOTON", "DATEPART"),
    *("RELATIVEGT", "RELATIVEGE", "RELATIVELT", "RELATIVELE", "RELATIVEEE", "VALCHANGES", "CHANGESFROM", "CHANGESTO"),
]
OPERATORS.sort(key=len, reverse=True)
SAME = {"CONTAINS": "LIKE", "*": "LIKE", "DOES NOT CONTAIN": "NOT LIKE", "!*": "NOT LIKE", "%": "ENDSWITH"}
SAME["EMPTYSTRING"] = "ISEMPTY"
TIMES = {Storage.DATE, Storage.DATE_TIME}
SEARCHED = {
    FieldType.STRING,
    FieldType.TRANSLATED,
    FieldType.HTML,
    FieldType.URL,
    FieldType.EMAIL,
    FieldType.PHONE,
}


@dataclass
class Asked:
    """A field of a record in question."""

    table: str
    record: dict[str, Any]
    known: Field
    native: Any


@dataclass
class World:
    """A dictionary and the records of its tables, as native values."""

    dictionary: Dictionary
    records: list[dict[str, Any]] = field(default_factory=list)
    asker: Asker = field(default_factory=Asker)
    dynamic: dict[str, str] = field(default_factory=dict)

    def of(self, table: str) -> list[dict[str, Any]]:
        classes = self.dictionary.descendants(table)
        return [record for record in self.records if record["sys_class_name"] in classes]

    def run(self, table: str, text: str) -> list[str]:
        """The sys_ids that the query selects, in its order."""
        reading = read(text)
        found = [record for record in self.of(table) if self.selects(table, record, reading.groups)]
        return [record["sys_id"] for record in self.sort(table, found, reading.orders)]

    def selects(self, table: str, record: dict[str, Any], groups: list[list[list[TermText]]]) -> bool:
        verdicts = []
        for group in groups:
            clauses = [[self.holds(table, record, term) for term in clause] for clause in group]
            known = [[each for each in clause if each is not DROPPED] for clause in clauses]
            left = [any(clause) for clause in known if clause]
            if left:
                verdicts.append(all(left))
        return any(verdicts) if verdicts else True

    def holds(self, table: str, record: dict[str, Any], term: TermText) -> Any:
        try:
            if term.kind:
                return self.related(table, record, term)
            name, rest = name_of(term.head.lstrip(BLANKS))
            written = next((each for each in OPERATORS if rest.startswith(each)), None)
            if name.startswith("123TEXT"):
                return self.has_words(table, record, name, rest) if written == "=" else DROPPED
            looked_up = self.look_up(table, record, name)
            if written is None or looked_up is None:
                return DROPPED
            value = self.meant(rest[len(written) :], looked_up[0].type.storage)
            return self.compare(SAME.get(written, written), Asked(table, record, *looked_up), value)
        except ImpossibleError:
            return False

    def meant(self, value: str, storage: Storage) -> str:
        """The text that a javascript: value stands for, or the value itself."""
        found = call(value, self.asker) if value.startswith("javascript:") else None
        if found is None:
            return value
        if isinstance(found, datetime):
            if storage is Storage.DATE:
                return self.asker.local_of(found).date().isoformat()
            return found.strftime("%Y-%m-%d %H:%M:%S")
        return str(found)

    def compare(self, operator: str, asked: "Asked", value: str) -> Any:
        known, native = asked.known, asked.native
        if operator in {"VALCHANGES", "CHANGESFROM", "CHANGESTO"}:
            return False
        if operator == "ANYTHING":
            return True
        if operator == "ISEMPTY" or (operator == "=" and value in {"", "NULL"}):
            return native is None
        if operator == "ISNOTEMPTY" or (operator == "!=" and value in {"", "NULL"}):
            return native is not None
        if operator == "INSTANCEOF":
            return self.instance_of(known, native, value)
        if operator == "=":
            wanted = parse_value(known, value)
            return native is not None and comparable(native) == wanted
        if operator == "!=":
            wanted = parse_value(known, value)
            return isinstance(wanted, bool) if native is None else comparable(native) != wanted
        if operator in {"IN", "NOT IN"}:
            return among(operator, known, native, value)
        if operator in {"DYNAMIC", "IN_HIERARCHY", "IN_HIERARCHY_DYNAMIC"}:
            return self.record_found(operator, asked, value)
        if operator.endswith(("_FIELD", "SAMEAS", "THAN")):
            return self.fields(operator, asked, value)
        if operator in {"ON", "NOTON", "DATEPART"} or operator.startswith("RELATIVE"):
            return self.times(operator, asked, value) if known.type.storage in TIMES else DROPPED
        known, native = self.display(known, native)
        if operator == "BETWEEN":
            low, high = self.ends(known, value)
            return native is not None and low <= comparable(native) <= high
        if operator in {">", ">=", "<", "<="}:
            wanted = parse_value(known, value)
            return native is not None and ordered(operator, comparable(native), wanted)
        return search(operator, known, native, value)

    def ends(self, known: Field, value: str) -> tuple[Any, Any]:
        if "@" not in value:
            raise ImpossibleError
        first, last = value.split("@", 1)
        storage = known.type.storage
        return parse_value(known, self.meant(first, storage)), parse_value(known, self.meant(last, storage))

    def times(self, operator: str, asked: "Asked", value: str) -> Any:
        native = asked.native
        if operator in {"ON", "NOTON"}:
            day = value.strip()
            whole = f"javascript:gs.dateGenerate('{day}','start')@javascript:gs.dateGenerate('{day}','end')"
            low, high = self.ends(asked.known, value.split("@", 1)[1] if "@" in value else whole)
            inside = native is not None and low <= native <= high
            return inside if operator == "ON" else not inside
        if operator == "DATEPART":
            match = re.fullmatch(r"[^@]*@javascript:\s*gs\.datePart\('(\w*)',\s*'(\w*)',\s*'(GT|GE|LT|LE|EE)'\)", value)
            if match is None:
                raise ImpossibleError
            wanted = part_number(match[1], match[2])
            return native is not None and SIGNS[match[3]](part(match[1], self.asker.local_of(native)), wanted)
        return self.relative(operator[-2:], asked, value)

    def relative(self, sign: str, asked: "Asked", value: str) -> Any:
        match = re.fullmatch(
            r"@(minute|hour|dayofweek|week|month|quarter|year)@(ago|ahead)@([0-9]{1,7})", value.strip()
        )
        if match is None:
            raise ImpossibleError
        unit, ahead = match[1].replace("dayofweek", "day"), int(match[3]) * (1 if match[2] == "ahead" else -1)
        try:
            low, high = span(self.asker, unit, ahead)
            if unit in {"minute", "hour"} and sign != "EE":
                low = high = later(self.asker.now, unit, ahead).replace(microsecond=0)
        except (OverflowError, ValueError):
            raise ImpossibleError from None
        if asked.known.type.storage is Storage.DATE:
            low, high = self.asker.local_of(low).date(), self.asker.local_of(high).date()
        mine = asked.native
        if mine is None:
            return False
        return {"GT": mine > high, "GE": mine >= low, "LT": mine < low, "LE": mine <= high, "EE": low <= mine <= high}[
            sign
        ]

    def fields(self, operator: str, asked: "Asked", value: str) -> Any:
        path, *how = value.split("@")
        whole = value.strip() if operator.endswith("_FIELD") else path.strip()
        looked_up = self.look_up(asked.table, asked.record, whole)
        if looked_up is None:
            return DROPPED
        known, native = asked.known, asked.native
        other_known, other = looked_up
        if operator.endswith("_FIELD"):
            known, native = self.display(known, native)
            other_known, other = self.display(other_known, other)
        if known.type.storage is not other_known.type.storage:
            return DROPPED
        if operator.endswith("THAN"):
            return self.apart(operator, known, native, other, how)
        if operator.endswith("SAMEAS"):
            return self.same(operator, known, native, other, value.partition("@")[1:])
        sign = {"GT_FIELD": ">", "LT_FIELD": "<", "GT_OR_EQUALS_FIELD": ">=", "LT_OR_EQUALS_FIELD": "<="}[operator]
        return None not in {native, other} and ordered(sign, comparable(native), comparable(other))

    def same(self, operator: str, known: Field, native: Any, other: Any, unit: tuple[str, str]) -> Any:
        is_same = None not in {native, other} and comparable(native) == comparable(other)
        if unit[0]:
            if known.type.storage not in TIMES:
                return DROPPED
            if unit[1] not in {"minute", "hour", "day", "week", "month", "quarter", "year"}:
                raise ImpossibleError
            begins = [first(unit[1], self.asker.local_of(each)) for each in (native, other) if each is not None]
            is_same = len(begins) == 2 and begins[0] == begins[1]
        return is_same if operator == "SAMEAS" else None not in {native, other} and not is_same

    def apart(self, operator: str, known: Field, native: Any, other: Any, how: list[str]) -> Any:
        if known.type.storage not in TIMES:
            return DROPPED
        units = {"minute", "hour", "day", "week", "month", "quarter", "year"}
        directions = {"before": ["before"], "after": ["after"], "before or after": ["before", "after"]}
        if len(how) != 3 or how[0] not in units or how[1] not in directions or not re.fullmatch("[0-9]+", how[2]):
            raise ImpossibleError
        count = int(how[2])
        if count * {"month": 1, "quarter": 3, "year": 12}.get(how[0], 0) > 12_000:
            raise ImpossibleError
        if native is None or other is None:
            return False
        mine, its = (each if isinstance(each, datetime) else datetime.combine(each, time()) for each in (native, other))
        before, after = later(its, how[0], -count), later(its, how[0], count)
        sides = {
            ("MORETHAN", "before"): mine < before,
            ("MORETHAN", "after"): mine > after,
            ("LESSTHAN", "before"): before < mine <= its,
            ("LESSTHAN", "after"): its <= mine < after,
        }
        return any(sides[operator, direction] for direction in directions[how[1]])

    def record_found(self, operator: str, asked: "Asked", value: str) -> Any:
        known, native = asked.known, asked.native
        if operator == "IN_HIERARCHY":
            found = value.rsplit("@", maxsplit=1)[-1].split(",")
        if operator == "IN_HIERARCHY_DYNAMIC":
            value = value.rsplit("@", maxsplit=1)[-1]
        if "DYNAMIC" in operator and not (operator == "IN_HIERARCHY_DYNAMIC" and self.parent_of(known) is None):
            script = self.dynamic.get(value.strip(), "")
            meant = call(f"javascript:{script}", self.asker) if script else None
            if not isinstance(meant, str):
                raise ImpossibleError
            found = meant.split(",")
        if operator == "DYNAMIC":
            return native is not None and comparable(native) in [parse_value(known, each) for each in found]
        element = self.parent_of(known)
        if element is None:
            return DROPPED
        tops = [fold(each.strip()) for each in found if each.strip()]
        if not tops or any("\0" in each for each in tops):
            raise ImpossibleError
        seen: list[str] = []
        current = self.target(known, native)
        while current is not None and current["sys_id"] not in seen:
            if fold(current["sys_id"]) in tops:
                return True
            seen.append(current["sys_id"])
            current = self.target(known, current.get(element))
        return False

    def parent_of(self, known: Field) -> str | None:
        if known.type is not FieldType.REFERENCE:
            return None
        for element in ("parent", "manager"):
            above = self.dictionary.fields(known.reference).get(element)
            if above is not None and above.type is FieldType.REFERENCE:
                bases = {self.dictionary.base(each) for each in (above.reference, known.reference)}
                if len(bases) == 1:
                    return element
        return None

    def has_words(self, table: str, record: dict[str, Any], name: str, rest: str) -> Any:
        words = rest[1:].split()
        if name == "123TEXTINDEXGROUP321" or not words:
            return True
        fields = self.dictionary.fields(table).values()
        searched = [
            each for each in fields if each.type in SEARCHED and not each.choices and each.element[:4] != "sys_"
        ]
        if any("\0" in word for word in words):
            raise ImpossibleError
        texts = [fold(record.get(each.element) or "") for each in searched]
        return bool(searched) and all(any(fold(word) in text for text in texts) for word in words)

    def related(self, table: str, record: dict[str, Any], term: TermText) -> Any:
        head, own_path, counts = term.head.strip(), "sys_id", (">=", 1, 0)
        if term.inside is None:
            return DROPPED
        inside = term.inside
        if term.kind == "RLQUERY":
            parts = head.split(",")
            known = 3 if parts[2:3] == ["m2m"] else 2
            if parts[known:]:
                head, inside = ",".join(parts[:known]), "^".join(filter(None, (",".join(parts[known:]), inside)))
            match = re.fullmatch(r"(\w+)\.([\w.]+),(>=|<=|!=|=|>|<)(\d+)(,m2m)?", head, re.ASCII)
            between = re.fullmatch(r"(\w+)\.([\w.]+),BETWEEN(\d+)@(\d+)(,m2m)?", head, re.ASCII)
            if match:
                other_table, other_path, counts = match[1], match[2], (match[3], int(match[4]), 0)
            elif between:
                other_table, other_path, counts = between[1], between[2], ("BETWEEN", int(between[3]), int(between[4]))
            else:
                return DROPPED
        elif term.kind == "SUBQUERY":
            match = re.fullmatch(r"([\w.]+),([\w.]+),(\w+)", head, re.ASCII)
            if match is None:
                return DROPPED
            own_path, other_path, other_table = match.groups()
        else:
            match = re.fullmatch(r"(\w+)\.([\w.]+)=(\w+)\.([\w.]+)", head, re.ASCII)
            if match is None or match[1] not in [each.name for each in self.dictionary.chain(table)]:
                return DROPPED
            own_path, other_table, other_path = match.groups()[1:]
        if other_table not in self.dictionary.tables:
            return DROPPED
        own, other = self.look_up(table, record, own_path), self.look_up(other_table, {}, other_path)
        if own is None or other is None or own[0].type.storage is not other[0].type.storage:
            return DROPPED
        groups = read(inside).groups
        values = [
            self.look_up(other_table, each, other_path)[1]
            for each in self.of(other_table)
            if self.selects(other_table, each, groups)
        ]
        count = sum(
            own[1] is not None and each is not None and comparable(each) == comparable(own[1]) for each in values
        )
        if counts[0] == "BETWEEN":
            return counts[1] <= count <= counts[2]
        return ordered(counts[0], count, counts[1])

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
