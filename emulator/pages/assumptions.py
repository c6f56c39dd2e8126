"""What lists and forms do where no source says it, in one table; see ``rest/assumptions.py``."""

from ..rest.assumptions import Assumption, Behaviour

EXPORT_LIMIT = Assumption(
    ("glide.ui.export.limit", 10_000), "Property: how many records an export holds, and its default.", "ours", "G"
)
EXPORT_MOST = Assumption(100_000, "A larger export limit counts as this.", "ours", "G")
EXPORT_ESCAPE = Assumption(
    ("glide.export.escape_formulas", "true"),
    "Property: whether a CSV value that a spreadsheet would compute gets a quote before it (attack C15), and its "
    "default.",
    "ours",
    "G",
)
EXPORT_CHARSET = Assumption("UTF-8", "Charset of exports. The platform's of CSV is a property.", "ours", "G")
EXPORT_COLUMNS = Behaviour(
    "A list's export holds the person's columns as shown in CSV, whose first line has the fields' names; every field "
    "as stored in JSONv2 and XML.",
    "platform 6 names &CSV; the rest is ours",
    "G",
)
ROWS_OFFERED = Assumption((20, 50, 100), "Rows that a page of a list may have; first the usual number.", "ours", "G")
MOST_GROUPS = Assumption(200, "Groups of a grouped list that are shown.", "ours", "G")
RELATED_ROWS = Assumption(5, "Records that a related list shows at once.", "ours", "G")
ACTIVITIES_AT_ONCE = Assumption(8, "Activities of a form's stream that are not folded away.", "ours", "G")

ALL = {name: each for name, each in globals().items() if isinstance(each, Assumption | Behaviour)}
"""Every assumption by its name, for the fidelity page."""
