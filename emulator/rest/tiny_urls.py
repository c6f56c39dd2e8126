"""Long addresses by a short name: records of ``sys_tiny_url`` (rest 10, C). Knows no Flask."""

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from ...shared.ids import SYS_ID
from ..access.caller import Caller
from ..errors import BadParameter, PlatformError
from ..records.gate import Gate
from . import assumptions

TABLE = "sys_tiny_url"
PARAMETER = "sysparm_tiny"
TABLE_ADDRESS = re.compile(r"/api/now/(?:v[12]/)?table/(?P<table>[^/]+)/?")


class UnusableAddress(PlatformError):
    """What was sent is no address that could be kept."""

    status = 400
    message = "Invalid URL"


def shorten(gate: Gate, caller: Caller, address: object) -> str:
    """Keep an address and return the short one: ``incident_list.do?sysparm_tiny=…`` for a list of incidents.

    Raises UnusableAddress.
    """
    if not isinstance(address, str) or not 0 < len(address) <= assumptions.LONGEST_TINY_URL.value:
        raise UnusableAddress(detail="url is missing or too long")
    try:
        path = urlsplit(address).path
    except ValueError:
        raise UnusableAddress(detail="url cannot be read") from None
    found = TABLE_ADDRESS.fullmatch(path)
    name = gate.ids.sys_id()
    record = {"tiny_url": name, "url": address, "sys_created_by": caller.user_name}
    gate.record(TABLE, Caller.system()).insert(record)
    page = f"{found['table']}_list.do" if found else path.rpartition("/")[2]
    return f"{page}?{PARAMETER}={name}"


def expand(gate: Gate, pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """The pairs of a query string, and after them those of the address that ``sysparm_tiny`` stands for.

    Raises BadParameter when it stands for none: all records instead of some would be the wrong answer.
    """
    name = next((value for key, value in pairs if key == PARAMETER and value), "")
    if not name:
        return pairs
    query = f"tiny_url={name}"
    row = gate.record(TABLE, Caller.system()).find(query, ("url",)) if SYS_ID.fullmatch(name) else None
    if row is None:
        raise BadParameter(detail=f"{PARAMETER} stands for no address: {name[:40]}")
    return [*pairs, *parse_qsl(urlsplit(row.value("url")).query, keep_blank_values=True)]
