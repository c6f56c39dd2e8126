"""Dynamic filter options (sys_filter_option_dynamic): whom *is (dynamic)* in a query means."""

from collections.abc import Mapping

from ..dictionary.model import Dictionary
from ..dictionary.rows import ReadTable

DYNAMIC_FILTERS = "sys_filter_option_dynamic"


def load_dynamic_filters(read: ReadTable, dictionary: Dictionary) -> Mapping[str, str]:
    """The scripts of the active options by sys_id; an instance of an older dictionary has none."""
    if DYNAMIC_FILTERS not in dictionary.tables:
        return {}
    return {row["sys_id"]: row["script"] or "" for row in read(DYNAMIC_FILTERS, "active=true", ("sys_id", "script"))}
