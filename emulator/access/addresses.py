"""IP Address Access Control: the addresses from which this instance may be reached at all (platform 2.4, D).

Nobody is refused until a rule denies. An allow rule supersedes every deny rule. A rule is a range, both ends included;
asterisks and CIDR blocks are not supported. Behind proxies each address of the chain is asked: the allow rules first,
then the deny rules. ``glide.ip.authenticate.strict`` narrows the ranges of ServiceNow's own staff, none of whom come
here, so it decides nothing: to let only some addresses in, a rule that denies all is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from ..dictionary.rows import ReadTable
from ..errors import InvalidTable

TABLE = "ip_access"
ALLOW = "allow"
INBOUND = frozenset({"inbound", "bidirectional"})
"""Values of ``direction`` that concern who may reach the instance."""

_PATHS = ("sys_id", "type", "direction", "range_start", "range_end")

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class AddressRule:
    """One active ip_access record that concerns inbound requests."""

    sys_id: str
    allows: bool
    first: Address
    last: Address

    @property
    def name(self) -> str:
        return f"{'Allow' if self.allows else 'Deny'} {self.first} to {self.last}"

    @property
    def record(self) -> str:
        return f"{TABLE}.{self.sys_id}"

    def covers(self, address: Address) -> bool:
        same = address.version == self.first.version == self.last.version
        return same and int(self.first) <= int(address) <= int(self.last)


def load_address_rules(read: ReadTable) -> tuple[AddressRule, ...]:
    """The active inbound rules; one whose range makes no sense covers nothing, as on the day it was written."""
    found = []
    try:
        rows = read(TABLE, "active=true^ORDERBYsys_id", _PATHS)
    except InvalidTable:  # the database was filled before there was such a table
        return ()
    for row in rows:
        first, last = parse_address(row["range_start"] or ""), parse_address(row["range_end"] or "")
        if first is not None and last is not None and row["direction"] in INBOUND:
            found.append(AddressRule(str(row["sys_id"]), row["type"] == ALLOW, first, last))
    return tuple(found)


def denying_rule(rules: Sequence[AddressRule], chain: Sequence[str]) -> AddressRule | None:
    """The rule that keeps this chain of addresses out, None when it may come in."""
    addresses = [found for each in chain if (found := parse_address(each)) is not None]
    hits = [rule for rule in rules for address in addresses if rule.covers(address)]
    if any(rule.allows for rule in hits):
        return None
    return next(iter(hits), None)


def range_trouble(start: str, end: str) -> str:
    """What is wrong with a range that somebody typed, as a sentence; empty when it can be used."""
    for label, text in (("Range start", start), ("Range end", end)):
        if "*" in text or "/" in text:
            return f"{label}: asterisks and CIDR blocks are not supported. Give the first and the last address."
        if parse_address(text) is None:
            return f"{label}: {text or '(empty)'} is not an IP address."
    first, last = parse_address(start), parse_address(end)
    if first is None or last is None or first.version != last.version:
        return "Range start and range end must both be IPv4 or both be IPv6 addresses."
    return "" if int(first) <= int(last) else "The range ends before it starts."


def parse_address(text: str) -> Address | None:
    """An IPv4 address that is written in IPv6 counts as the IPv4 address that it is."""
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
