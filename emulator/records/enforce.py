"""Business rules and data policies at work on a written row."""

from ..access.operations import Operation
from ..errors import BusinessRuleAborted, DataPolicyRefused
from ..query import parse
from .assign import assign
from .coerce import Input
from .rules import BusinessRule, binding
from .work import Work


def apply_rules(work: Work, when: str, operation: Operation, table: str, sys_id: str) -> None:
    """Run the active rules of the table and of all it extends, in order. Raises BusinessRuleAborted."""
    for rule in binding(work.snapshot.business_rules, work.dictionary, table):
        if rule.when != when or operation not in rule.operations or not work.matches(table, sys_id, rule.condition):
            continue
        if rule.abort:
            work.trail.refuse(
                BusinessRuleAborted(table, rule.name, rule.sys_id),
                "business rule",
                rule.name,
                f"The record matches its condition {rule.condition!r}, and it aborts.",
                rule.record,
            )
        if rule.sets:
            _set_values(work, rule, table, sys_id)


def _set_values(work: Work, rule: BusinessRule, table: str, sys_id: str) -> None:
    values = {term.field: term.value for term in parse(rule.sets).terms}
    columns = assign(work, table, values, Input(), Operation.WRITE).columns
    if columns:
        work.store.update(work.connection, work.snapshot.tables, table, sys_id, columns)
        work.trail.alter("business rule", rule.name, f"It sets {', '.join(columns)}.", rule.record)


def check_data_policies(work: Work, table: str, sys_id: str) -> None:
    """Every field that an applying policy makes mandatory must be filled. Raises DataPolicyRefused."""
    fields = work.dictionary.fields(table)
    for policy in binding(work.snapshot.data_policies, work.dictionary, table):
        if not work.matches(table, sys_id, policy.condition):
            continue
        wanted = [element for element in policy.mandatory if element in fields]
        missing = [element for element in wanted if not work.matches(table, sys_id, f"{element}ISNOTEMPTY")]
        if missing:
            labels = [fields[element].label for element in missing]
            work.trail.refuse(
                DataPolicyRefused(labels), "data policy", policy.name, f"{', '.join(labels)} is empty.", policy.record
            )
