"""Business rules, data lookups and data policies at work on a draft."""

from collections.abc import Collection

from ..access.caller import Channel
from ..access.operations import Operation
from ..dictionary.types import Storage
from ..errors import BusinessRuleAborted, DataPolicyRefused
from .draft import Draft
from .rules import BusinessRule
from .scripts import SCRIPTS

STEP = "business rule"
ENGINES_AT = 1000
"""Rules of a lower order run before the platform's own engines, the others after them (G)."""


def run_before(draft: Draft, operation: Operation) -> None:
    """What happens to a draft before it is written. Raises BusinessRuleAborted."""
    rules = draft.work.snapshot.rules_of(draft.table, "before", operation)
    for rule in rules:
        if rule.order < ENGINES_AT:
            _run(draft, rule)
    look_up(draft)
    for rule in rules:
        if rule.order >= ENGINES_AT:
            _run(draft, rule)


def run_after(draft: Draft, operation: Operation) -> None:
    """What happens once the draft is written. Raises BusinessRuleAborted, which undoes all of it."""
    for rule in draft.work.snapshot.rules_of(draft.table, "after", operation):
        _run(draft, rule)


def _run(draft: Draft, rule: BusinessRule) -> None:
    if not draft.matches(rule.condition):
        return
    if rule.abort:
        abort(draft, rule, f"The record matches its condition {rule.condition!r}, and it aborts.")
    if rule.sets:
        values = draft.equalities(rule.sets)
        for element, text in values.items():
            draft.give(element, text)
        _tell(draft, values, STEP, rule.name, rule.record)
    script = SCRIPTS.get(rule.script)
    if script is not None:
        reason = script(draft)
        if reason:
            abort(draft, rule, reason)


def abort(draft: Draft, rule: BusinessRule, reason: str) -> None:
    draft.work.trail.refuse(
        BusinessRuleAborted(draft.table, rule.name, rule.sys_id, rule.message), STEP, rule.name, reason, rule.record
    )


def look_up(draft: Draft) -> None:
    """Set what the data lookups of the table say; where no row matches, the record keeps its values."""
    for lookup in draft.work.snapshot.lookups_of(draft.table):
        found = lookup.rows.get(tuple(draft.values.get(each) for each in lookup.match), ())
        for element, value in zip(lookup.set, found, strict=False):
            if draft.values.get(element) != value:
                draft.set(element, value)
                _tell(draft, (element,), "data lookup", lookup.name, lookup.record)


def _tell(draft: Draft, elements: Collection[str], step: str, rule: str, record: str) -> None:
    """Only what overrules the writer alters a request, and is kept for whoever wonders."""
    trail = draft.work.trail
    note = trail.alter if draft.given.intersection(elements) else trail.allow
    note(step, rule, f"It sets {', '.join(elements)}.", record)


def check_data_policies(draft: Draft) -> None:
    """Every field that an applying policy makes mandatory must be filled. Raises DataPolicyRefused."""
    fields = draft.work.dictionary.fields(draft.table)
    for policy in draft.work.snapshot.policies_of(draft.table):
        wanted = [element for element in policy.mandatory if element in fields]
        if not wanted or not draft.matches(policy.condition):
            continue
        missing = [fields[element].label for element in wanted if _is_empty(draft, element)]
        if missing:
            error = DataPolicyRefused(missing, over_rest=draft.work.caller.channel is Channel.REST)
            draft.work.trail.refuse(error, "data policy", policy.name, f"{', '.join(missing)} is empty.", policy.record)


def _is_empty(draft: Draft, element: str) -> bool:
    """A journal is filled by an entry of this very write."""
    if draft.work.dictionary.fields(draft.table)[element].type.storage is Storage.VIRTUAL:
        return not draft.entries.get(element)
    return draft.values.get(element) in {None, ""}
