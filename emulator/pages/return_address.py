"""Back to the list or the form that a form was opened from."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from ...shared.ids import SYS_ID
from ..dictionary.model import Dictionary
from ..identity.landing import own_path

REFERRING = "sysparm_referring_url"
OUTCOME, RECORD, TABLE = "sysparm_done", "sysparm_done_record", "sysparm_done_table"
OUTCOMES = (OUTCOME, RECORD, TABLE)


def back_to(dictionary: Dictionary, table: str, sys_id: str, came_from: str) -> str:
    """The form of another record, in whose related lists this one may stand, or else what ``back_from`` says."""
    parts = urlsplit(own_path(came_from, otherwise=""))
    other, record = parts.path.strip("/").removesuffix(".do"), dict(parse_qsl(parts.query)).get("sys_id", "")
    if parts.path.endswith(".do") and other in dictionary.tables and SYS_ID.fullmatch(record) and record != sys_id:
        return f"/{other}.do?sys_id={record}"
    return back_from(dictionary, table, came_from)


def back_from(dictionary: Dictionary, table: str, came_from: str) -> str:
    """The list that ``came_from`` names, if it is one in which this table's records stand; else the table's own.

    The address comes with the request, so only our own lists are led to.
    """
    page = own_path(came_from, otherwise="")
    name = urlsplit(page).path.lstrip("/")
    listed = name.removesuffix("_list.do")
    if name.endswith("_list.do") and listed in {each.name for each in dictionary.chain(table)}:
        return _without_outcome(page)
    return f"/{table}_list.do"


def path_of_referrer(referrer: str | None, host: str) -> str:
    """Path and query of a page of this host, empty for any other."""
    if not referrer:
        return ""
    try:
        parts = urlsplit(referrer)
    except ValueError:
        return ""
    if parts.netloc != host:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def with_outcome(page: str, outcome: str, sys_id: str = "", table: str = "") -> str:
    """The address with what has just been done, for a banner there; ``table`` where the page is another table's."""
    given = {OUTCOME: outcome, RECORD: sys_id, TABLE: table}
    parameters = {name: value for name, value in given.items() if value}
    return f"{page}{'&' if '?' in page else '?'}{urlencode(parameters)}"


def _without_outcome(page: str) -> str:
    parts = urlsplit(page)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in OUTCOMES]
    return f"{parts.path}?{urlencode(kept)}" if kept else parts.path
