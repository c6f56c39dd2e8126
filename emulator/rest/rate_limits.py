"""Counts requests by the rate limit rules, and refuses what goes beyond (platform 4.3, D; rest 1, D)."""

from threading import Lock
from typing import NoReturn

from flask import g, request

from ...shared.web.parts import part
from ..access.caller import Caller
from ..access.trail import Trail
from ..errors import PlatformError
from ..records.gate import Gate
from ..records.rate_limits import RATE_LIMIT_RULES, RateLimit, limit_for

SECONDS = 3600
APIS = {
    "table_api": "Table API",
    "stats_api": "Aggregate API",
    "attachment_api": "Attachment API",
    "attachment_attributes_api": "Attachment API",
    "batch_api": "Batch API",
    "import_api": "Import Set API",
    "catalog_api": "Service Catalog API",
    "change_api": "Change Management API",
    "cmdb_api": "CMDB Instance API",
}
"""What the rules call an API, by its blueprint. The rest are not limited."""
TABLE_PARTS = ("table", "staging")
"""Parts of an address that name a table."""


class RateLimited(PlatformError):
    """The caller has sent more requests than a rule allows."""

    status = 429
    message = "Rate limit exceeded"

    def __init__(self, rule: RateLimit, wait: int) -> None:
        super().__init__(detail=f"Rate limit of {rule.per_hour} requests per hour for {rule.api} exceeded")
        self.wait = wait


class RequestCounts:
    """The requests of this hour, by rule and user. Every process counts for itself, as every node does (D)."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._hour = 0
        self._counts: dict[tuple[str, str], int] = {}

    def count(self, rule: str, user: str, hour: int) -> int:
        """Count one more, and return how many there were in this hour."""
        with self._lock:
            if hour != self._hour:
                self._hour, self._counts = hour, {}
            total = self._counts.get((rule, user), 0) + 1
            self._counts[rule, user] = total
            return total

    def forget(self) -> None:
        self._hour, self._counts = 0, {}


def check_rate(caller: Caller) -> None:
    """Count the request at hand, and let its answer tell the limit. Raises RateLimited."""
    gate = part(Gate)
    rules = gate.snapshot().rate_limits
    api = APIS.get(request.blueprint or "") if rules else None
    if api is None:
        return
    address = request.view_args or {}
    table = next((str(address[name]) for name in TABLE_PARTS if name in address), "")
    rule = limit_for(rules, api, table, caller)
    if rule is None:
        return
    now = int(gate.clock.now().timestamp())
    hour = now // SECONDS
    reset = (hour + 1) * SECONDS
    g.rate_limit = {
        "X-RateLimit-Limit": str(rule.per_hour),
        "X-RateLimit-Reset": str(reset),
        "X-RateLimit-Rule": rule.sys_id,
    }
    if part(RequestCounts).count(rule.sys_id, caller.user, hour) > rule.per_hour:
        _refuse(gate, Trail(caller, table or api, request.method), rule, reset - now)


def _refuse(gate: Gate, trail: Trail, rule: RateLimit, wait: int) -> NoReturn:
    """The request goes no further, so its one decision is noted here."""
    reason = f"It allows {rule.per_hour} requests an hour, and they are used up for {wait} more seconds."
    try:
        trail.refuse(RateLimited(rule, wait), "rate limit", rule.name, reason, f"{RATE_LIMIT_RULES}.{rule.sys_id}")
    finally:
        gate.log.write([trail])
