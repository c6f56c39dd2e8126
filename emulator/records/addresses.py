"""What must hold of IP Address Access Control after a write: ranges that mean something, and nobody locked out."""

from ..access.addresses import TABLE, denying_rule, load_address_rules, range_trouble
from ..errors import AddressRuleRefused
from .work import Work

STEP = "address"


def check_range(work: Work, table: str, sys_id: str) -> None:
    """Refuse a range that could never match. Raises AddressRuleRefused."""
    if table != TABLE:
        return
    row = next(iter(work.read(TABLE, f"sys_id={sys_id}", ("range_start", "range_end"))))
    trouble = range_trouble(row["range_start"] or "", row["range_end"] or "")
    if trouble:
        work.trail.refuse(AddressRuleRefused(trouble), STEP, "range of addresses", trouble, f"{TABLE}.{sys_id}")


def check_own_address(work: Work, table: str) -> None:
    """Nobody locks his own address out, by a new rule or by taking one away (platform 2.4, D).

    Raises AddressRuleRefused.
    """
    if table != TABLE or not work.caller.address:
        return
    rule = denying_rule(load_address_rules(work.read), (work.caller.address,))
    if rule is not None:
        sentence = f"This would lock you out: you come from {work.caller.address}, which would be denied."
        work.trail.refuse(
            AddressRuleRefused(f"{sentence} Nothing was saved. Add a rule that allows your address first."),
            STEP,
            rule.name,
            sentence,
            rule.record,
        )
