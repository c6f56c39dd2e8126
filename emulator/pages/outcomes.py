"""The banner of a page that follows a form: what the form did, and to which record."""

from collections.abc import Mapping

from ..access.caller import Caller
from ..errors import PlatformError
from ..records.gate import Gate
from .list_query import record_url
from .messages import Message, done
from .return_address import OUTCOME, RECORD, TABLE


def outcome(gate: Gate, caller: Caller, table: str, given: Mapping[str, str]) -> list[Message]:
    """With a link to the record, which is one of ``table`` unless the address says otherwise.

    Of a record that the reader may not read nothing is told.
    """
    code, sys_id = given.get(OUTCOME, ""), given.get(RECORD, "")
    if not sys_id:
        return done(code)
    table = given.get(TABLE) or table
    try:
        element = gate.read_dictionary().display_element(table)
        row = gate.record(table, caller).get(sys_id, (element,))
    except PlatformError:
        return []
    return done(code, record_url(row.table, row.sys_id), row.display(element) or row.sys_id)
