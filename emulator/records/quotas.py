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
"""Its name says of which; that JSON is the JSONv2 processor is inferred (I)."""
PAGES = "UI Transactions"


@dataclass(frozen=True)
class Quotas:
    """The longest that transactions may take, by the name of their rule; those without one take what they take."""

    seconds: Mapping[str, int] = field(default_factory=dict)

    def of(self, path: str, *, in_json: bool = False) -> int | None:
        """Of the request for this path; ``in_json`` where the JSONv2 processor answers it."""
        api = API.match(path)
        if api:
            return self.seconds.get(RULES[api[1]])
        return self.seconds.get(OTHER_APIS if in_json or path.startswith("/api/") else PAGES)


def load_quotas(read: ReadTable) -> Quotas:
    rows = read(QUOTA_RULES, "active=true^max_duration>0", ("name", "max_duration"))
    return Quotas({row["name"]: row["max_duration"] for row in rows if row["name"]})
