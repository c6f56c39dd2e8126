"""The schemas of the REST APIs' bodies (rest 3 to 9): everything on the wire is a string."""

from collections.abc import Mapping, Sequence
from typing import Any

from ...shared.openapi import STRING, Schema, array, ref
from ..dictionary.model import Dictionary, Field
from ..dictionary.types import Storage

STRINGS: Schema = {"type": "object", "additionalProperties": STRING}
OBJECT: Schema = {"type": "object"}
SYS_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}


def closed(required: Sequence[str] = (), **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required)}


def result(schema: Schema) -> Schema:
    return closed(["result"], result=schema)


ITEM = closed(
    ["id", "method", "url"],
    id=STRING,
    method={"enum": ["GET", "POST", "PUT", "PATCH", "DELETE"]},
    url={"type": "string", "pattern": "^/api/now/(table|stats)/[a-z_]+$"},
    headers=array(closed(["name", "value"], name=STRING, value=STRING)),
    body={"type": "string", "format": "byte"},
    exclude_response_headers={"type": "boolean"},
)
ANSWER = closed(
    ["id", "body", "status_code", "status_text", "execution_time"],
    id=STRING,
    body={"type": "string"},
    status_code={"type": "integer"},
    status_text=STRING,
    execution_time={"type": "integer"},
    headers=array(STRINGS),
)
STATISTICS = {"type": "object", "additionalProperties": {"oneOf": [STRING, STRINGS]}}
GROUP = closed(["stats", "groupby_fields"], stats=STATISTICS, groupby_fields=array(STRINGS))

SCHEMAS: Mapping[str, Schema] = {
    "Error": closed(
        ["error", "status"],
        error=closed(["message", "detail"], message=STRING, detail={"type": ["string", "null"]}),
        status={"const": "failure"},
    ),
    "Value": {
        "description": "A value; a reference comes as an object unless its link is not wanted.",
        "oneOf": [STRING, STRINGS],
    },
    "Record": {"type": "object", "additionalProperties": ref("Value")},
    "OneRecord": result(ref("Record")),
    "Records": result(array(ref("Record"))),
    "Text": result(STRING),
    "Object": OBJECT,
    "Objects": result(array(OBJECT)),
    "Stats": result({"oneOf": [closed(["stats"], stats=STATISTICS), array(GROUP)]}),
    "OneAttachment": result(STRINGS),
    "Attachments": result(array(STRINGS)),
    "AttachmentChange": closed(file_name=STRING, content_type=STRING),
    "Upload": closed(
        ["table_name", "table_sys_id", "uploadFile"],
        table_name=STRING,
        table_sys_id=SYS_ID,
        uploadFile={"type": "string", "format": "binary"},
    ),
    "Batch": closed(
        ["batch_request_id", "rest_requests"],
        batch_request_id=STRING,
        rest_requests={"type": "array", "items": ITEM, "minItems": 1, "maxItems": 10},
    ),
    "BatchAnswer": closed(
        ["batch_request_id", "serviced_requests", "unserviced_requests"],
        batch_request_id=STRING,
        serviced_requests=array(ANSWER),
        unserviced_requests=array(STRING),
    ),
    "ImportRecords": closed(["records"], records={"type": "array", "items": ref("Record"), "maxItems": 10}),
    "ImportSet": closed(["import_set_id", "multi_import_set_id"], import_set_id=STRING, multi_import_set_id=STRING),
    "Imported": closed(
        ["import_set", "staging_table", "result"], import_set=STRING, staging_table=STRING, result=array(STRINGS)
    ),
    "Address": closed(["url"], url=STRING),
}


def record_schemas(dictionary: Dictionary, table: str) -> Mapping[str, Schema]:
    """A table's records as they are sent and as they are answered, one and many.

    Neither has a title: generators name a class by it, and would make one of both.
    """
    fields = dictionary.fields(table)
    label = dictionary.table(table).label
    answered = {element: {"title": field.label, **ref("Value")} for element, field in fields.items()}
    return {
        f"Given_{table}": {
            "description": f"{label}, as it is sent",
            "type": "object",
            "properties": {element: _given(field) for element, field in fields.items() if not field.read_only},
        },
        f"Record_{table}": {"description": label, "type": "object", "properties": answered},
        f"OneRecord_{table}": result(ref(f"Record_{table}")),
        f"Records_{table}": result(array(ref(f"Record_{table}"))),
    }


def _given(field: Field) -> Schema:
    """Every value may be given as text; numbers and booleans as what they are, too (rest 1, wire)."""
    native = {Storage.INTEGER: "integer", Storage.BOOLEAN: "boolean", Storage.DECIMAL: "number"}
    kind = native.get(field.type.storage)
    schema: dict[str, Any] = {"title": field.label, "type": ["string", kind] if kind else "string"}
    if field.choices and not kind:
        schema["examples"] = [choice.value for choice in field.choices]
    return schema
