"""Business rules and data policies, as the records that hold them (sys_script, sys_data_policy2)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..access.operations import Operation
from ..dictionary.model import Dictionary
from ..dictionary.rows import ReadTable

RULE_TABLES = frozenset({"sys_script", "sys_data_policy2", "sys_data_policy_rule"})


@dataclass(frozen=True, slots=True)
class BusinessRule:
    """A sys_script record. What a real one does in JavaScript is a condition, an abort and values to set here."""

    sys_id: str
    name: str
    table: str
    when: str
    operations: frozenset[Operation]
    condition: str
    abort: bool
    sets: str
    """Field values to set, as an encoded query of equalities."""
    script: str = ""
    """The name of a script that is known here; any other text is kept and never evaluated."""
    order: int = 100
    message: str = ""
    """What an abort tells a person, in HTML."""

    @property
    def record(self) -> str:
        return f"sys_script.{self.sys_id}"


@dataclass(frozen=True, slots=True)
class DataPolicy:
    """An active sys_data_policy2 record with the fields it makes mandatory."""

    sys_id: str
    name: str
    table: str
    condition: str
    mandatory: tuple[str, ...]

    @property
    def record(self) -> str:
        return f"sys_data_policy2.{self.sys_id}"


def load_business_rules(read: ReadTable) -> Sequence[BusinessRule]:
    paths = [
        "sys_id",
        "name",
        "collection",
        "when",
        "filter_condition",
        "abort_action",
        "template",
        "action_insert",
        "action_update",
        "action_delete",
        "script",
        "order",
        "add_message",
        "message",
    ]
    rows = read("sys_script", "active=true^ORDERBYorder^ORDERBYsys_id", paths)
    flags = (
        ("action_insert", Operation.CREATE),
        ("action_update", Operation.WRITE),
        ("action_delete", Operation.DELETE),
    )
    return [
        BusinessRule(
            sys_id=row["sys_id"],
            name=row["name"] or "",
            table=row["collection"] or "",
            when=row["when"] or "before",
            operations=frozenset(operation for flag, operation in flags if row[flag]),
            condition=row["filter_condition"] or "",
            abort=bool(row["abort_action"]),
            sets=row["template"] or "",
            script=(row["script"] or "").strip(),
            order=row["order"] or 0,
            message=(row["message"] or "") if row["add_message"] else "",
        )
        for row in rows
    ]


def load_data_policies(read: ReadTable) -> Sequence[DataPolicy]:
    mandatory: dict[str, list[str]] = defaultdict(list)
    for rule in read("sys_data_policy_rule", "mandatory=true^ORDERBYfield^ORDERBYsys_id", ("sys_data_policy", "field")):
        mandatory[rule["sys_data_policy"]].append(rule["field"])
    paths = ("sys_id", "short_description", "model_table", "conditions")
    return [
        DataPolicy(
            row["sys_id"],
            row["short_description"] or "",
            row["model_table"] or "",
            row["conditions"] or "",
            tuple(mandatory[row["sys_id"]]),
        )
        for row in read("sys_data_policy2", "active=true^ORDERBYsys_id", paths)
    ]


Rule = TypeVar("Rule", BusinessRule, DataPolicy)


def binding(rules: Sequence[Rule], dictionary: Dictionary, table: str) -> Sequence[Rule]:
    """The rules of a table and of all it extends: a parent's rules bind its children."""
    bound = {each.name for each in dictionary.chain(table)}
    return [rule for rule in rules if rule.table in bound]
