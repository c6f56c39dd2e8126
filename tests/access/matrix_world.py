"""The people and records of the access matrix."""

import itertools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from people import PASSWORD, Person
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.identity.users import Users
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

MATRIX = tomllib.loads((Path(__file__).parent / "matrix.toml").read_text(encoding="utf-8"))
CELLS = {cell["what"]: cell for cell in MATRIX["cells"]}
SYSTEM = Caller.system()
SCOPE = "x_mioms_m365ticket"
NUMBERS = itertools.count(1)
LISTS = {"list": "sys_id={}", "query": "sys_id={}^{}STARTSWITHmatrix", "order": "sys_id={}^ORDERBY{}"}
FILLED = {
    "incident": ("short_description", "description", "close_notes"),
    "x_mioms_m365ticket_incident": ("short_description",),
    "change_request": ("short_description", "backout_plan"),
    "sys_user": ("user_name", "title"),
    "core_company": ("name",),
    "sys_db_object": (),
    "sys_properties": ("name",),
    "sys_security_acl": ("name", "description"),
}
"""What a record for one check is made of; each value is one of a kind."""


class World:
    def __init__(self, instance: Flask) -> None:
        self.instance = instance
        self.gate = part_of(instance, Gate)
        self.people: dict[str, str] = {}
        self._sessions: dict[str, Person] = {}
        self._arrange()

    def _arrange(self) -> None:
        self.gate.record("sys_user_role", SYSTEM).insert({"name": "matrix_reader"})
        roles = {row.value("name"): row.sys_id for row in self.gate.record("sys_user_role", SYSTEM).query().rows}
        for rule in MATRIX["rules"]:
            values = {name: value for name, value in rule.items() if name != "roles"}
            made = self.gate.record("sys_security_acl", SYSTEM).insert(values)
            for role in rule["roles"]:
                given = {"sys_security_acl": made.sys_id, "sys_user_role": roles[role]}
                self.gate.record("sys_security_acl_role", SYSTEM).insert(given)
        for name, held in MATRIX["people"].items():
            user = self.gate.record("sys_user", SYSTEM).insert({"user_name": f"matrix.{name}", "active": True}).sys_id
            part_of(self.instance, Users).set_password(user, PASSWORD)
            self.people[name] = user
            for role in held:
                given = {"user": user, "role": roles[role], "state": "active"}
                self.gate.record("sys_user_has_role", SYSTEM).insert(given)

    def make(self, table: str) -> str:
        """A record of its own for one check."""
        if table == "sys_db_object":
            return self.gate.record(table, SYSTEM).find("name=incident").sys_id
        marker = f"matrix{next(NUMBERS)}"
        return self.gate.record(table, SYSTEM).insert(dict.fromkeys(FILLED[table], marker)).sys_id

    def stored(self, table: str, sys_id: str, field: str) -> str | None:
        row = self.gate.record(table, SYSTEM).find(f"sys_id={sys_id}")
        return row.value(field) if row else None

    def count(self, table: str) -> int:
        return self.gate.record(table, SYSTEM).query(count=True, limit=1).total

    def person(self, who: str) -> Person:
        if who not in self._sessions:
            self._sessions[who] = Person(self.instance)
            if who != "anonymous":
                self._sessions[who].log_in(f"matrix.{who}", PASSWORD)
        return self._sessions[who]


def query_of(cell: Mapping[str, Any], sys_id: str) -> str:
    return LISTS[cell["operation"]].format(sys_id, cell.get("field", ""))
