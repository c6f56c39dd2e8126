"""The role that takes rights away: its holder may change nothing, whatever other roles allow (platform 1.1, D)."""

from collections.abc import Mapping

from .caller import Caller
from .operations import Operation

ROLE = "snc_read_only"
"""Only as it is held: an admin, who has every other role unasked, is not bound by it."""

PERSONAL = "sys_user_preference,sys_ui_list,sys_ui_list_element,sys_db_cache,user_multifactor_auth"
RECORDED = "sys_user_session,sysevent,syslog,syslog_transaction"
EXEMPT: Mapping[Operation, tuple[str, str]] = {
    Operation.CREATE: ("glide.security.snc_read_only_role.tables.exempt_create", f"{RECORDED},{PERSONAL}"),
    Operation.WRITE: ("glide.security.snc_read_only_role.tables.exempt_write", f"{RECORDED},{PERSONAL}"),
    Operation.DELETE: ("glide.security.snc_read_only_role.tables.exempt_delete", PERSONAL),
}
"""Properties, and the tables they name unless they are set: where the role does not bind."""


def is_read_only(properties: Mapping[str, str], caller: Caller, table: str, operation: Operation) -> bool:
    """Whether the role keeps the caller from doing this to the table's records."""
    if ROLE not in caller.roles or operation not in EXEMPT:
        return False
    name, tables = EXEMPT[operation]
    return table not in {each.strip() for each in (properties.get(name) or tables).split(",")}
