"""The access matrix (X01): one table of expectations, the same over every channel."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partialmethod
from io import BytesIO
from json import dumps, loads
from typing import Any
from urllib.parse import urlencode

import pytest
from access.matrix_world import CELLS, LISTS, MATRIX, NUMBERS, SCOPE, SYSTEM, World, query_of
from people import PASSWORD
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.errors import NoRecordFound, PlatformError
from ticketlab.emulator.records.attachments import Attachments, NewFile
from ticketlab.shared.web.parts import part_of


@pytest.fixture(scope="module")
def world(shared_instance):
    return World(shared_instance)


def outcome(world: World, cell: Mapping[str, Any], act: Callable[[str, str], str]) -> str:
    """Do what the cell says to a record of its own; what was written is looked up behind the channel's back."""
    table, operation, field = cell["table"], cell["operation"], cell.get("field", "")
    sys_id = world.make(table)
    if operation in {"get", *LISTS}:
        return act(sys_id, "")
    value = f"changed{next(NUMBERS)}"
    before, records = world.stored(table, sys_id, field) if field else "", world.count(table)
    said = act(sys_id, value)
    if operation == "create":
        done = world.count(table) == records + 1
    elif operation == "delete":
        done = world.stored(table, sys_id, "sys_id") is None
    else:
        done = world.stored(table, sys_id, field) == value
        assert done or world.stored(table, sys_id, field) == before
    assert not (done and said != "yes"), f"it was done and answered with {said}"
    return "dropped" if said == "yes" and not done else said


def over_rest(
    world: World, cell: Mapping[str, Any], who: str, sys_id: str, value: str, wrap: Callable[[Any], Any] = lambda it: it
) -> str:
    table, operation, field = cell["table"], cell["operation"], cell.get("field", "")
    auth = None if who == "anonymous" else (f"matrix.{who}", PASSWORD)
    client, path = wrap(world.instance.test_client()), f"/api/now/table/{table}"
    if operation in LISTS:
        answer = client.get(path, auth=auth, query_string={"sysparm_query": query_of(cell, sys_id)})
        if answer.status_code == 200:
            return "yes" if answer.json["result"] else "absent"
    elif operation == "get":
        answer = client.get(f"{path}/{sys_id}", auth=auth)
        if answer.status_code == 200 and field:
            return "yes" if field in answer.json["result"] else "hidden"
    elif operation == "create":
        answer = client.post(path, auth=auth, json={field: value})
    elif operation == "delete":
        answer = client.delete(f"{path}/{sys_id}", auth=auth)
    else:
        answer = client.patch(f"{path}/{sys_id}", auth=auth, json={field: value})
    words = {200: "yes", 201: "yes", 204: "yes", 401: "login", 403: "refused", 404: "absent"}
    return words[answer.status_code]


def over_change(world: World, cell: Mapping[str, Any], who: str, sys_id: str, value: str) -> str:
    """The Change Management API, which has addresses of its own for the records of one table."""
    operation, field = cell["operation"], cell.get("field", "")
    auth = None if who == "anonymous" else (f"matrix.{who}", PASSWORD)
    client, path = world.instance.test_client(), "/api/sn_chg_rest/change"
    if operation in LISTS:
        answer = client.get(path, auth=auth, query_string={"sysparm_query": query_of(cell, sys_id)})
        if answer.status_code == 200:
            return "yes" if answer.json["result"] else "absent"
    elif operation == "create":
        answer = client.post(path, auth=auth, json={field: value})
    elif operation == "write":
        answer = client.patch(f"{path}/{sys_id}", auth=auth, json={field: value})
    else:
        answer = client.open(f"{path}/{sys_id}", method={"get": "GET", "delete": "DELETE"}[operation], auth=auth)
        if answer.status_code == 200 and field:
            return "yes" if field in answer.json["result"] else "hidden"
    if answer.status_code == 403 and answer.json["error"]["detail"] == "Failed API level ACL Validation":
        expected = str(cell["expected"][who])  # the API itself is closed to them: as good as any other no
        return expected if expected != "yes" else "closed"
    words = {200: "yes", 201: "yes", 204: "yes", 401: "login", 403: "refused", 404: "absent"}
    return words[answer.status_code]


@dataclass
class Batched:
    """A client that sends each request as the only one of a batch, and what it is answered there."""

    client: Any
    status_code: int = 0
    json: Any = None

    def _send(self, method: str, path: str, auth: Any, query_string: Mapping[str, str] = {}, json: Any = None) -> Any:
        url = f"{path}?{urlencode(query_string)}" if query_string else path
        body = b64encode(dumps(json).encode()).decode() if json is not None else ""
        given = {"batch_request_id": "1", "rest_requests": [{"id": "1", "method": method, "url": url, "body": body}]}
        answer = self.client.post("/api/now/v1/batch", auth=auth, json=given)
        if answer.status_code != 200:
            return answer
        (item,) = answer.json["serviced_requests"]
        body = b64decode(item["body"])
        return Batched(self.client, item["status_code"], loads(body) if body else None)

    get = partialmethod(_send, "GET")
    post = partialmethod(_send, "POST")
    patch = partialmethod(_send, "PATCH")
    delete = partialmethod(_send, "DELETE")


def over_batch(world: World, cell: Mapping[str, Any], who: str, sys_id: str, value: str) -> str:
    return over_rest(world, cell, who, sys_id, value, Batched)


def over_import(world: World, cell: Mapping[str, Any], who: str, sys_id: str, value: str) -> str:
    """A record of the cell's table made by the staging table that the demo has for it."""
    auth = None if who == "anonymous" else (f"matrix.{who}", PASSWORD)
    path = f"/api/now/import/{STAGING[cell['table']]}"
    answer = world.instance.test_client().post(path, auth=auth, json={cell["field"]: value})
    if answer.status_code == 201:
        (result,) = answer.json["result"]
        return {"inserted": "yes", "error": "refused"}[result["status"]]
    return {401: "login", 403: "refused"}[answer.status_code]


def over_stats(world: World, cell: Mapping[str, Any], who: str, sys_id: str, value: str) -> str:
    """The Aggregate API shows values in groups: of the records one may read, and of fields one may read in all."""
    table, operation, field = cell["table"], cell["operation"], cell.get("field", "")
    auth = None if who == "anonymous" else (f"matrix.{who}", PASSWORD)
    query = query_of(cell, sys_id) if operation in LISTS else f"sys_id={sys_id}"
    asked = {"sysparm_query": query, "sysparm_count": "true", "sysparm_group_by": f"sys_id,{field}"}
    path = f"/api/now/stats/{table}"
    answer = world.instance.test_client().get(path, auth=auth, query_string=asked)
    if answer.status_code == 200:
        return "yes" if answer.json["result"] else "absent"
    if answer.status_code == 403 and operation == "get" and field:
        return "hidden" if over_stats(world, {**cell, "field": ""}, who, sys_id, value) == "yes" else "absent"
    return {401: "login", 403: "refused"}[answer.status_code]


def over_jsonv2(world: World, cell: Mapping[str, Any], who: str, sys_id: str, value: str) -> str:
    """Everything is answered with 200; what happened stands in the answer."""
    table, operation, field = cell["table"], cell["operation"], cell.get("field", "")
    auth = None if who == "anonymous" else (f"matrix.{who}", PASSWORD)
    query = query_of(cell, sys_id) if operation in LISTS else f"sys_id={sys_id}"
    actions = {"get": "get", "create": "insert", "delete": "deleteRecord", "write": "update"}
    asked = {"JSONv2": "", "sysparm_action": actions.get(operation, "getRecords")}
    asked |= {"sysparm_query": query, "sysparm_sys_id": sys_id}
    answer = world.instance.test_client().post(f"/{table}.do", auth=auth, query_string=asked, json={field: value})
    if answer.status_code == 401:
        return "login"
    (record,) = answer.json.get("records") or [{}]
    message = answer.json.get("_error") or record.get("__error", {}).get("message")
    if message:
        return "absent" if message == "No Record found" else "refused"
    if not record:  # an update of what one may not see changes nothing
        return "absent"
    return "hidden" if operation == "get" and field and field not in record else "yes"


def over_pages(world: World, cell: Mapping[str, Any], who: str, sys_id: str, value: str) -> str:
    table, operation, field = cell["table"], cell["operation"], cell.get("field", "")
    client, address = world.person(who).client, f"/{table}.do?sys_id={sys_id}"
    if operation in LISTS:
        answer = client.get(f"/{table}_list.do", query_string={"sysparm_query": query_of(cell, sys_id)})
        if answer.status_code == 200:
            return "yes" if f"/{table}.do?sys_id={sys_id}" in answer.text else "absent"
    elif operation == "get":
        answer = client.get(address)
        if answer.status_code == 200 and field:
            return (
                "yes"
                if str(world.stored(table, sys_id, field)) in answer.text.split("<form", 1)[1]
                and (f'"{table}.{field}"' in answer.text)
                else "hidden"
            )
    else:
        actions = {"create": "sysverb_insert", "delete": "sysverb_delete", "write": "sysverb_update"}
        data = {"sys_action": actions[operation], "confirmed": "true", f"{table}.{field}": value}
        data["sysparm_ck"] = token(client)
        answer = client.post(f"/{table}.do?sys_id=-1" if operation == "create" else address, data=data)
        if answer.status_code == 302 and "/login.do" not in answer.headers["Location"]:
            return "yes"
        if answer.status_code == 200:  # the form again, with the refusal above it
            return "refused"
    if answer.status_code in {301, 302}:
        return "login"
    return {200: "yes", 401: "login", 403: "refused", 404: "absent"}[answer.status_code]


def over_export(world: World, cell: Mapping[str, Any], who: str, sys_id: str, value: str) -> str:
    """A list as a file; a record is a list of one, and a hidden field is absent from it."""
    table, operation, field = cell["table"], cell["operation"], cell.get("field", "")
    query = query_of(cell, sys_id) if operation in LISTS else f"sys_id={sys_id}"
    answer = world.person(who).client.get(f"/{table}_list.do", query_string={"sysparm_query": query, "XML": ""})
    if answer.status_code == 200:
        if f"<sys_id>{sys_id}</sys_id>" not in answer.text:
            return "absent"
        return "hidden" if operation == "get" and field and f"<{field}" not in answer.text else "yes"
    return {302: "login", 403: "refused"}[answer.status_code]


def token(client: Any) -> str:
    page = client.get("/home.do", follow_redirects=True).text
    for before, after in (("g_ck = '", "'"), ('name="sysparm_ck" value="', '"')):
        if before in page:
            return page.split(before)[1].split(after)[0]
    raise AssertionError("no token on the page")


def at_the_gate(world: World, cell: Mapping[str, Any], who: str, sys_id: str, value: str) -> str:
    table, operation, field = cell["table"], cell["operation"], cell.get("field", "")
    user = world.people["admin" if who == "other_scope" else who]
    caller = Caller(user, f"matrix.{who}", world.gate.roles_of(user))
    records = world.gate.record(table, caller.as_scope(SCOPE) if who == "other_scope" else caller)
    try:
        if operation in LISTS:
            return "yes" if records.query(query_of(cell, sys_id)).rows else "absent"
        if operation == "get":
            row = records.get(sys_id)
            return "yes" if not field or field in row.values else "hidden"
        if operation == "create":
            records.insert({field: value})
        elif operation == "delete":
            records.delete(sys_id)
        else:
            records.update(sys_id, {field: value})
    except NoRecordFound:
        return "absent"
    except PlatformError as refusal:
        return "refused" if refusal.status == 403 else str(refusal)
    return "yes"


CHANNELS = {
    "rest": (over_rest, {"other_scope"}),
    "batch": (over_batch, {"other_scope"}),
    "stats": (over_stats, {"other_scope"}),
    "import": (over_import, {"other_scope"}),
    "change": (over_change, {"other_scope"}),
    "jsonv2": (over_jsonv2, {"other_scope"}),
    "pages": (over_pages, {"other_scope"}),
    "export": (over_export, {"other_scope"}),
    "gate": (at_the_gate, {"anonymous"}),
}
"""Each channel's adapter, and whom it does not know."""
STAGING = {"incident": "imp_incident"}
DOES = {"stats": {"get", *LISTS}, "import": {"create"}, "export": {"get", *LISTS}}
"""What a channel does that does not do everything."""
OF = {"import": set(STAGING), "change": {"change_request"}}
"""The tables of a channel that does not know all."""
QUESTIONS = [
    (channel, what)
    for what, cell in CELLS.items()
    for channel in CHANNELS
    if cell["operation"] in DOES.get(channel, {cell["operation"]}) and cell["table"] in OF.get(channel, {cell["table"]})
]


@pytest.mark.attack("X01")
@pytest.mark.parametrize(("channel", "what"), QUESTIONS)
def test_x01_everybody_gets_what_the_matrix_says(world, channel, what):
    cell = CELLS[what]
    adapter, strangers = CHANNELS[channel]
    expected = {who: word for who, word in cell["expected"].items() if who not in strangers}
    found = {
        who: outcome(world, cell, lambda sys_id, value, who=who: adapter(world, cell, who, sys_id, value))
        for who in expected
    }
    assert found == expected


ON_FILES = {"list incidents": "list", "read a user": "get", "change a user": "write", "change an incident": "write"}
ON_FILES |= {"change a company outside the rule's condition": "write", "read what no rule names": "get"}
"""Cells on whole records, and what they say of the files of such a record."""


@pytest.mark.attack("X01")
@pytest.mark.parametrize("by", ["rest", "pages"])
@pytest.mark.parametrize("what", ON_FILES)
def test_x01_files_are_as_open_as_their_record(world, what, by):
    cell, operation = CELLS[what], ON_FILES[what]
    expected = {who: word for who, word in cell["expected"].items() if who != "other_scope"}
    ask = {"rest": on_file, "pages": on_file_of_form}[by]
    assert {who: ask(world, cell["table"], operation, who) for who in expected} == expected


def on_file_of_form(world: World, table: str, operation: str, who: str) -> str:
    client, record = world.person(who).client, world.make(table)
    if operation == "write":
        body = {"attachFile": (BytesIO(b"x"), "a.txt"), "sysparm_ck": token(client)}
        asked = {"sysparm_table": table, "sysparm_sys_id": record}
        answer = client.post("/sys_attachment.do", query_string=asked, data=body)
        if answer.status_code == 302 and "/login.do" not in answer.headers["Location"]:
            return "yes"
    else:
        new = NewFile(table, record, "a.txt", "text/plain")
        made = part_of(world.instance, Attachments).attach(SYSTEM, new, [b"x"]).sys_id
        address = f"/{table}.do?sys_id={record}" if operation == "list" else f"/sys_attachment.do?sys_id={made}"
        answer = client.get(address)
        if operation == "list" and answer.status_code == 200:
            return "yes" if f'"/sys_attachment.do?sys_id={made}"' in answer.text else "absent"
    return {200: "yes", 302: "login", 403: "refused", 404: "absent"}[answer.status_code]


@pytest.mark.attack("X01")
@pytest.mark.parametrize("what", ["read one incident", "read a field with a rule of its own"])
def test_x01_a_stream_tells_of_a_change_what_the_record_tells(world, what):
    cell = CELLS[what]
    expected = {who: word for who, word in cell["expected"].items() if who != "other_scope"}
    found = {who: in_stream(world, cell["table"], cell.get("field", "short_description"), who) for who in expected}
    assert found == expected


def in_stream(world: World, table: str, field: str, who: str) -> str:
    sys_id, told = world.make(table), f"told{next(NUMBERS)}"
    world.gate.record(table, SYSTEM).update(sys_id, {field: told})
    answer = world.person(who).client.get(f"/{table}.do?sys_id={sys_id}")
    if answer.status_code == 200:
        stream = answer.text.partition('class="stream"')[2].partition("</section>")[0]
        return "yes" if told in stream else "hidden"
    return {302: "login", 403: "refused", 404: "absent"}[answer.status_code]


def on_file(world: World, table: str, operation: str, who: str) -> str:
    client, path, record = world.instance.test_client(), "/api/now/attachment", world.make(table)
    auth = None if who == "anonymous" else (f"matrix.{who}", PASSWORD)
    given = {"table_name": table, "table_sys_id": record, "file_name": "a.txt"}
    if operation == "write":
        answer = client.post(f"{path}/file", auth=auth, query_string=given, data=b"x", content_type="text/plain")
    else:
        new = NewFile(table, record, "a.txt", "text/plain")
        made = part_of(world.instance, Attachments).attach(SYSTEM, new, [b"x"])
        if operation == "list":
            answer = client.get(path, auth=auth, query_string={"table_sys_id": record})
            if answer.status_code == 200:
                return "yes" if answer.json["result"] else "absent"
        else:
            answer = client.get(f"{path}/{made.sys_id}/file", auth=auth)
    return {200: "yes", 201: "yes", 401: "login", 403: "refused", 404: "absent"}[answer.status_code]


@pytest.mark.attack("X01")
def test_x01_the_matrix_names_everybody_in_every_row():
    everybody = {"anonymous", "other_scope", *MATRIX["people"]}
    assert all(set(cell["expected"]) == everybody for cell in MATRIX["cells"])
