"""Values of queries and records, as plain Python compares them."""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from operator import eq, ge, gt, le, lt
from typing import Any

from query_oracle.times import ImpossibleError
from ticketlab.emulator.dictionary.model import Field
from ticketlab.emulator.dictionary.types import FieldType, Storage

UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DROPPED = object()
"""Said of a term that says nothing of its field."""
SIGNS = {"GT": gt, "GE": ge, "LT": lt, "LE": le, "EE": eq}


def fold(text: str) -> str:
    return "".join(character.lower() if character in UPPER else character for character in text)


def ordered(sign: str, mine: Any, wanted: Any) -> bool:
    return {
        ">": mine > wanted,
        ">=": mine >= wanted,
        "<": mine < wanted,
        "<=": mine <= wanted,
        "=": mine == wanted,
        "!=": mine != wanted,
    }[sign]


def comparable(native: Any) -> Any:
    return fold(native) if isinstance(native, str) else native


def among(operator: str, known: Field, native: Any, value: str) -> bool:
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if not parts:
        return operator == "NOT IN"
    wanted = []
    for each in parts:
        try:
            wanted.append(parse_value(known, each))
        except ImpossibleError:
            continue
    if not wanted:
        return False
    if operator == "IN":
        return native is not None and comparable(native) in wanted
    return isinstance(wanted[0], bool) if native is None else comparable(native) not in wanted


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
