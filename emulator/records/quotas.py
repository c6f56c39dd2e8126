"""Transaction quota rules (sysrule_quota): how long a transaction may take (platform 4.4, D).

On the platform each rule has a condition of its own. Here the rules out of the box stand for the transactions that
their names say, and a rule of somebody's own for none (ours).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..dictionary.rows import ReadTable

QUOTA_RULES = "sysrule_quota"
API = re.compile(r"/api/now(?:/v\d+)?/(table|import|stats|attachment)\b")
RULES = {
    "table": "REST Table API request timeout",
    "import": "REST Import Set API request timeout",
    "stats": "REST Aggregate API request timeout",
    "attachment": "REST Attachment API request timeout",
}
OTHER_APIS = "REST and JSON Catch All"
PAGES = "UI Transactions"


@dataclass(frozen=True)
class Quotas:
    """The longest that transactions may take, by the name of their rule; those without one take what they take."""

    seconds: Mapping[str, int] = field(default_factory=dict)

    def of(self, path: str) -> int | None:
        """Of the request for this path."""
        if not path.startswith("/api/"):
            return self.seconds.get(PAGES)
        api = API.match(path)
        return self.seconds.get(RULES[api[1]] if api else OTHER_APIS)


def load_quotas(read: ReadTable) -> Quotas:
    rows = read(QUOTA_RULES, "active=true^max_duration>0", ("name", "max_duration"))
    return Quotas({row["name"]: row["max_duration"] for row in rows if row["name"]})
