"""What the REST APIs do where no source says it, in one table that a customer's capture can correct.

Each entry names the choice, where it comes from and how sure it is: D documentation, F recorded, C a client's or a
user's report, G general knowledge, unverified. The value of an Assumption is read from here; a Behaviour is how the
code is, named here to be found.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

from ..change.errors import ChangeRefused, NothingRuns
from ..change.impact import DEEPEST
from ..errors import PayloadTooLarge, UnknownResource

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Assumption(Generic[Value]):
    """A choice that is a value, which the code reads from here."""

    value: Value
    what: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A choice that no one value makes."""

    what: str
    source: str
    confidence: str


LONGEST_URL = Assumption(
    8192,
    "Bytes of path and query together; a longer one is 414 with an HTML body.",
    "rest 1: 8182 ok, 8347 refused",
    "C",
)
LARGEST_BODY = Assumption(10 * 1024 * 1024, "Bytes of a request body; a larger one is 413.", "platform 4.2", "D")
LARGEST_GZIP_BODY = Assumption(
    1024 * 1024,
    "Bytes of a packed body unless a property says otherwise; unpacked, the other limit holds.",
    "rest 1",
    "D",
)
MOST_MEGABYTES = Assumption(25, "The largest value that glide.rest.max_content_length may have.", "rest 1", "D")
SMALLEST_PACKED = Assumption(
    256, "Bytes of an answer below which it is not packed, though the client takes gzip.", "ours", "G"
)
TOO_LARGE_STATUS = Behaviour(
    f"The size refusal, whose body alone is recorded, has status {PayloadTooLarge.status}.", "rest 1, text only", "G"
)
DEFAULT_LIMIT = Assumption(10_000, "sysparm_limit when absent or empty.", "rest 2", "D")
LARGEST_LIMIT = Assumption(
    100_000, "A larger sysparm_limit counts as this: no maximum is documented, a page must end.", "ours", "G"
)
LARGEST_OFFSET = Assumption(10**12, "A larger sysparm_offset counts as this: beyond the end either way.", "ours", "G")
BAD_NUMBER_STATUS = Assumption(
    400, "Status for a negative or unreadable sysparm_limit or sysparm_offset.", "rest 12, open point", "G"
)
ZERO_LIMIT_IS_EMPTY = Behaviour(
    "sysparm_limit=0 gives an empty page without Link, the total still counted.", "rest 12, open point", "G"
)
FIRST_OF_REPEATED = Behaviour("Of a repeated sysparm_ parameter the first counts, as in the servlet API.", "ours", "G")
LAST_DUPLICATE_KEY = Behaviour("Of a repeated key in a JSON object the last counts.", "ours", "G")
NO_BODY_STATUS_KEPT = Behaviour("X-no-response-body keeps 201 and 200.", "rest 1, unverified", "G")
UNREADABLE_JSON_DETAIL = Assumption(
    "The payload is not valid JSON", "Detail of the 400 for a malformed body.", "rest 12, open point", "G"
)
UNREADABLE_XML_DETAIL = Assumption(
    "The payload is not valid XML", "Detail of the 400 for a malformed XML body.", "rest 12, open point", "G"
)
XML_REQUEST_SHAPE = Behaviour(
    "An XML body's record is the first entry (<request><entry>), or else the children of the root.", "rest 3", "G"
)
EMPTY_CHOICE_IS_KEPT = Assumption(
    True,
    "An empty value in a write clears a field, but leaves one with choices as it is.",
    "platform documentation, REST APIs: special data handling",
    "D",
)
EMPTY_BODY_IS_EMPTY_RECORD = Behaviour(
    "A write without a body is a write of no fields: POST {} makes a record.", "platform 2.4, POST {}", "C"
)
DEEPEST_FIELDS_PATH = Assumption(
    3, "References a name of sysparm_fields may walk through; a longer one is dropped as unknown.", "ours", "G"
)
MOST_FIELDS = Assumption(1000, "Names of sysparm_fields that are looked at.", "ours", "G")
METHOD_NOT_ALLOWED = Assumption(
    ("Method not supported", 405),
    "Message and status for a method an address does not take.",
    "platform 9.7",
    "G",
)
NOT_ACCEPTABLE = Assumption(
    "Not Acceptable", "Message of the 406, which is itself in JSON.", "rest 1; text not found", "G"
)
UNSUPPORTED_MEDIA = Assumption("Unsupported Media Type", "Message of the 415.", "rest 1; text not found", "G")
UNKNOWN_URI_STATUS = Behaviour(
    f"An address that is no API has status {UnknownResource.status}, as the vendor's table says; some clients expect "
    "404.",
    "platform 4.2",
    "D",
)
LINK_ECHOES_VERSION_IN_LOCATION = Behaviour(
    "Location names the API version of the request, as reference links do.", "recorded of v2", "F"
)
EMPTY_REFERENCE_IN_ALL = Assumption(
    {"display_value": "", "value": ""}, "An empty reference under sysparm_display_value=all has no link.", "rest 3", "G"
)
EMPTY_CHOICE_DISPLAY = Behaviour(
    "An empty choice displays an empty text, as every empty value. Later releases were recorded with null.",
    "rest 3: empty/null",
    "D",
)
NOTHING_AGGREGATED = Assumption(
    ("No request parameter for aggregate operation specified", 400),
    "Message and status of /stats without a count, a field to aggregate and a group.",
    "rest 1, a client's mock",
    "G",
)
MOST_AGGREGATED = Assumption(
    100, "Aggregates, groups, orders and conditions that one /stats request may name; more are 400.", "ours", "G"
)
GROUPS_WITHOUT_AGGREGATE = Behaviour(
    "A group_by alone lists the groups, each with empty stats.", "ours; rest 5 is silent", "G"
)
MISSING_PARAMETER_STATUS = Assumption(400, "Status of an upload that says not whose file it is.", "rest 6", "D")
SIZE_COMPRESSED = Behaviour("Files are kept as they came, so size_compressed equals size_bytes.", "ours", "G")

CLOSED_TO_REST = Assumption(
    ("v_plugin", "sys_plugins", "sys_store_app", "sys_package"),
    "Tables whose REST ACL lets nobody in, not even an admin.",
    "platform 2.3",
    "C",
)
VIEWS = Behaviour(
    "sysparm_view gives a list's columns or a record's form fields. Every name leads to the one view there is.",
    "rest 2, D for the parameter",
    "G",
)
NO_DOMAINS = Behaviour(
    "sysparm_query_no_domain and sysparm_query_category change nothing: there is one domain, one database.",
    "rest 2",
    "C",
)
LONGEST_TINY_URL = Assumption(65_000, "Characters of an address that is given a short one.", "ours", "G")
UNKNOWN_TINY_IS_400 = Behaviour("sysparm_tiny that stands for no address is refused rather than ignored.", "ours", "G")
CURRENT_USER = Assumption(
    {
        "user_sys_id": "sys_id",
        "user_name": "user_name",
        "user_display_name": "name",
        "user_initials": "initials",
        "name": "name",
        "user_email": "email",
        "email": "email",
    },
    "Keys of the current user, and what of the user stands there: the union of what clients read.",
    "rest 12, open point",
    "C",
)
PASSWORD_IS_IGNORED = Behaviour(
    "A one-way password written without sysparm_input_display_value is left out; a sealed one is stored and dead.",
    "rest 1, meas; platform 2.1, C",
    "C",
)

READ_THROUGH_A_PARENT = Behaviour(
    "A record read through a table that its own extends, as an incident through task, is judged by that table's rules;"
    " to write it, those of its own class must allow it, too.",
    "documentation tells of rules of the queried table and of its parents only",
    "G",
)
WRITTEN_THROUGH_A_PARENT = Behaviour(
    "Through a table that its own extends a record has that table's fields alone, to write as to read: others are "
    "ignored as unknown ones.",
    "rest 3, meas of reads",
    "G",
)
USER_NAMES_ARE_UNIQUE = Behaviour(
    "A second user of a name, in whatever case, is refused as a unique index refuses; any number may have none.",
    "general knowledge of sys_user",
    "G",
)
BATCH_MOST_REQUESTS = Assumption(1000, "Requests of one batch; more are 400.", "ours", "G")
BATCH_LARGEST_INPUT = Assumption(
    5 * 1024 * 1024, "Bytes of one batched request's body, unless a property says otherwise.", "rest 7", "D"
)
BATCH_LARGEST_OUTPUT = Assumption(
    10 * 1024 * 1024, "Bytes of one batched request's answer, unless a property or the header says so.", "rest 7", "D"
)
BATCH_MOST_INPUT = Assumption(
    10 * 1024 * 1024, "The largest value that glide.rest.batch.max.inputSize may have.", "vendor's batch-api", "D"
)
BATCH_MOST_BYTES = Assumption(
    2**31 - 1, "The properties and the header of a batch's sizes count bytes; more than this is no size.", "ours", "G"
)
BATCH_SECONDS = Assumption(30, "Seconds after which the rest of a batch stays unserviced.", "rest 7", "D")
BATCH_UNSERVICED = Behaviour(
    "unserviced_requests lists the ids of requests that time or the size of the answer left no room for.",
    "rest 7 is silent",
    "G",
)
BATCH_IN_BATCH_STATUS = Assumption(400, "Status of a batch inside a batch.", "ours; rest 7 is silent", "G")
IMPORT_AS_CALLER = Behaviour(
    "A transform map writes its target with the rights of whoever imports.", "ours; rest 9 is silent", "G"
)
IMPORT_MULTIPLE_AT_ONCE = Behaviour(
    "insertMultiple is transformed before it is answered; run_after changes nothing.", "rest 9: async", "G"
)

CATALOG_LIMIT = Assumption(10, "sysparm_limit of the Service Catalog API when absent.", "platform documentation", "D")
CHANGE_LIMIT = Assumption(
    500,
    "sysparm_limit of the Change Management API's lists of changes, tasks, models and templates when absent or empty.",
    "platform documentation",
    "D",
)
CHANGE_TEXTS = Assumption(
    ("state",),
    "Fields whose number the Change Management API writes as text. Later releases were recorded with -5.0 there.",
    'rest 8: state.value "-5"',
    "D",
)
CHANGE_LIST = Behaviour(
    "A list of changes holds changes alone. Later releases were recorded with a last element `__meta`, the query's.",
    "rest 8: List GET → array",
    "D",
)
CHANGE_REFUSED_STATUS = Behaviour(
    f"A write that a rule refuses there has status {ChangeRefused.status}: its documentation lists no 403.",
    "platform 4.2, body alone",
    "G",
)
CHANGE_WORKERS_AT_ONCE = Behaviour(
    "What a worker is to do is done before it is told of as Waiting; asked, it is Complete.",
    "rest 8; documentation: asynchronous",
    "G",
)
CHANGE_TEMPLATE_VALUES = Behaviour(
    "A template's values stand in std_change_producer_version.template, as an encoded query.",
    "ours; the platform has them in a proposal",
    "G",
)
CHANGE_SEARCHED = Assumption(
    ("number", "short_description", "description"), "Fields that textSearch looks through.", "rest 8 is silent", "G"
)
CONFLICT_STATUS = Assumption(
    "Conflict",
    "Status of every check that has run, with or without conflicts; the change's own field tells them apart.",
    "platform documentation",
    "D",
)
CONFLICT_TYPES = Behaviour(
    "Of conflicts only ci_already_scheduled is looked for. Maintenance and blackout windows are schedules, which are "
    "not emulated.",
    "ours",
    "G",
)
CHANGE_SLOTS = Behaviour(
    "Each gap between the active changes of an item has one free slot, at its start. A change's own slots are looked "
    "for from its planned start, or from now where that is past.",
    "platform documentation shows slots inside maintenance windows",
    "G",
)
IMPACTED_SERVICES = Behaviour(
    f"The services a change has an impact on are up to {DEEPEST} relationships above its items, whatever their type.",
    "platform documentation: based on the primary CI and the affected ones",
    "G",
)
NO_CHECK_TO_CANCEL = Behaviour(
    f"Canceling a conflict check has status {NothingRuns.status}: none ever runs longer than its answer.", "ours", "G"
)

ALL = {name: each for name, each in globals().items() if isinstance(each, Assumption | Behaviour)}
"""Every assumption by its name, for the fidelity page."""
