"""The Batch API (rest 7)."""

import base64
import gzip
import json
from contextlib import contextmanager

import pytest
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

PATH = "/api/now/v1/batch"


def item(identity, url, method="GET", body=None, **further):
    data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
    return {"id": identity, "method": method, "url": url, "body": base64.b64encode(data).decode(), **further}


def body_of(answer):
    return base64.b64decode(answer["body"])


def header_of(answer, name):
    return next(each["value"] for each in answer["headers"] if each["name"] == name)


@pytest.fixture(name="batch")
def _batch(api):
    def send(*items, client=None, headers=None, path=PATH, identity="1"):
        given = {"batch_request_id": identity, "rest_requests": list(items)}
        answer = (client or api).open(path, "POST", json=given, headers=headers)
        assert answer.status_code == 200, answer.text
        packed = answer.headers.get("Content-Encoding") == "gzip"
        return json.loads(gzip.decompress(answer.data) if packed else answer.data)

    return send


@pytest.fixture(name="property_set")
def _property_set(api):
    @contextmanager
    def have(name, value):
        (row,) = api.rows("sys_properties", sysparm_query=f"name={name}")
        try:
            api.send("PATCH", f"sys_properties/{row['sys_id']}", {"value": value})
            yield
        finally:
            api.send("PATCH", f"sys_properties/{row['sys_id']}", {"value": row["value"]})

    return have


@pytest.mark.source("rest 7", "D")
@pytest.mark.parametrize("path", [PATH, "/api/now/batch"])
@pytest.mark.parametrize("identity", ["7", 7])
def test_answers_come_in_order_under_the_batchs_id_as_text(batch, path, identity):
    names = ["b", "a", "c"]
    given = [item(name, f"/api/now/table/incident?sysparm_query=number=INC000000{i}") for i, name in enumerate(names)]
    found = batch(*given, path=path, identity=identity)
    assert found["batch_request_id"] == "7"
    assert [each["id"] for each in found["serviced_requests"]] == names
    assert found["unserviced_requests"] == []


@pytest.mark.source("rest 7", "C")
def test_a_list_in_a_batch_tells_its_total(batch):
    (found,) = batch(item("1", "/api/now/table/incident?sysparm_limit=1"))["serviced_requests"]
    assert (found["status_code"], found["status_text"]) == (200, "OK")
    assert len(json.loads(body_of(found))["result"]) == 1
    assert int(header_of(found, "X-Total-Count")) > 1
    assert header_of(found, "Content-Length") == str(len(body_of(found)))
    assert {"Set-Cookie", "set-cookie"}.isdisjoint(each["name"] for each in found["headers"])
    assert isinstance(found["execution_time"], int)


@pytest.mark.source("rest 7", "C")
def test_each_request_has_a_status_and_a_transaction_of_its_own(api, batch):
    made = api.create("incident")["sys_id"]
    found = batch(
        item("made", "/api/now/table/incident", "POST", {"short_description": "first"}),
        item("bad", "/api/now/table/no_table"),
        item("gone", f"/api/now/table/incident/{made}", "DELETE"),
        item("missing", f"/api/now/table/incident/{made}"),
        item("curl", "/api/now/table/incident", "POST", b"{'short_description':'quoted'}"),
    )["serviced_requests"]
    assert [each["status_code"] for each in found] == [201, 400, 204, 404, 201]
    assert (found[2]["body"], header_of(found[2], "Content-Length")) == ("", "0")
    address = header_of(found[0], "Location")
    assert json.loads(body_of(found[1]))["error"]["message"] == "Invalid table no_table"
    assert api.get(f"incident/{address.rpartition('/')[2]}").json["result"]["short_description"] == "first"


@pytest.mark.source("rest 7", "C")
def test_requests_act_as_the_batch_does_whatever_they_claim(batch, make_user):
    nobody = make_user()
    admin = base64.b64encode(b"admin:admin").decode()
    claims = [
        {"name": "Authorization", "value": f"Basic {admin}"},
        {"name": "Cookie", "value": "x=y"},
        {"name": "Host", "value": "elsewhere"},
    ]
    found = batch(
        item("read", "/api/now/table/sys_db_object", headers=claims),
        item("write", "/api/now/table/incident", "POST", {}, headers=claims),
        item("who", "/api/now/ui/user/current_user", headers=claims),
        client=nobody,
    )["serviced_requests"]
    assert [each["status_code"] for each in found] == [403, 403, 200]
    assert json.loads(body_of(found[2]))["result"]["user_name"] == nobody.auth[0]


@pytest.mark.source("rest 7", "C")
def test_json_and_xml_are_mixed_and_headers_left_out_when_not_wanted(batch):
    url = "/api/now/table/incident?sysparm_limit=1"
    xml, plain = batch(
        item("xml", url, headers=[{"name": "Accept", "value": "application/xml"}]),
        item("plain", url, exclude_response_headers=True),
        headers={"Accept-Encoding": "gzip"},
    )["serviced_requests"]
    assert body_of(xml).startswith(b"<?xml")
    assert "headers" not in plain
    assert json.loads(body_of(plain))["result"]


@pytest.mark.source("rest 7", "C")
def test_a_long_address_is_no_trouble_in_a_batch(api, batch):
    url = f"/api/now/table/incident?sysparm_query=sys_idIN{','.join(['0' * 32] * 700)}"
    assert api.open(url).status_code == 414
    assert batch(item("long", url))["serviced_requests"][0]["status_code"] == 200


def test_files_go_through_a_batch_both_ways(api, batch):
    target = api.create("incident")["sys_id"]
    given = f"table_name=incident&table_sys_id={target}&file_name=a.bin"
    data = bytes(range(256))
    send = item(
        "up",
        f"/api/now/attachment/file?{given}",
        "POST",
        data,
        headers=[{"name": "Content-Type", "value": "image/x-odd"}],
    )
    (up,) = batch(send)["serviced_requests"]
    sys_id = json.loads(body_of(up))["result"]["sys_id"]
    (down,) = batch(item("down", f"/api/now/attachment/{sys_id}/file"))["serviced_requests"]
    assert (body_of(down), header_of(down, "Content-Type")) == (data, "image/x-odd")


@pytest.mark.source("rest 7", "G")
def test_a_batch_in_a_batch_and_pages_are_refused(batch):
    inner = {"batch_request_id": "2", "rest_requests": [item("1", "/api/now/table/incident")]}
    found = batch(
        item("batch", PATH, "POST", inner),
        item("page", "/login.do"),
        item("lab", "/lab/health"),
        item("elsewhere", "http://example.com/api/now/table/incident"),
        item("method", "/api/now/table/incident", "TRACE"),
        {"id": "body", "method": "POST", "url": "/api/now/table/incident", "body": "no base64"},
    )["serviced_requests"]
    assert {each["status_code"] for each in found} == {400}
    assert all(json.loads(body_of(each))["status"] == "failure" for each in found)


URL = "/api/now/table/incident?sysparm_limit=1"
SMALL = "/api/now/table/incident?sysparm_limit=1&sysparm_fields=number"


@pytest.mark.source("rest 7", "D")
def test_an_answer_that_is_too_large_ends_the_batch(batch):
    """The size is that of each answer, however many there are."""
    header = {"X-BATCHREQUEST-MAX-OUTPUT-SIZE": "100"}
    found = batch(*(item(str(number), SMALL) for number in range(9)), item("9", URL), item("10", SMALL), headers=header)
    assert [each["status_code"] for each in found["serviced_requests"]] == [200] * 9 + [413]
    assert found["serviced_requests"][-1]["error_message"] == "The answer is over 100 bytes."
    assert found["unserviced_requests"] == ["10"]


@pytest.mark.source("rest 7", "D")
def test_properties_bound_the_sizes_and_the_header_asks_for_no_larger_ones(batch, property_set):
    header = {"X-BATCHREQUEST-MAX-OUTPUT-SIZE": "100000"}
    with property_set("glide.rest.batch.max.outputSize", "100"):
        assert batch(item("1", URL), headers=header)["serviced_requests"][0]["status_code"] == 413
    bodies = ({"short_description": "x" * length} for length in (3, 30))
    items = [item(str(len(str(body))), SMALL, "POST", body) for body in bodies]
    with property_set("glide.rest.batch.max.inputSize", "40"):
        assert [each["status_code"] for each in batch(*items)["serviced_requests"]] == [201, 400]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"rest_requests": []},
        {"rest_requests": "x"},
        {"rest_requests": [1]},
        {"rest_requests": [{"id": {}, "url": "/api/now/table/incident"}]},
        {"rest_requests": [{"id": "1", "headers": {"a": "b"}}]},
        {"rest_requests": [{"id": "1", "url": True}]},
        {"rest_requests": [{"id": "1"}] * 1001},
        [],
        "text",
    ],
)
def test_what_is_no_batch_is_400(api, body):
    assert api.open(PATH, "POST", json=body).status_code == 400


@pytest.mark.source("rest 7", "C")
@pytest.mark.parametrize(
    "broken",
    [
        {"url": f"{URL}&x=\r\ny"},
        {"url": f"{URL}&x=\x00"},
        {"url": f"{URL}&x=\ud83d"},
        {"headers": [{"name": "Accept", "value": "application/xml\r\nX: y"}]},
        {"headers": [{"name": "Accept\n", "value": "application/xml"}]},
        {"method": "GE\nT"},
        {"body": True},
        {"body": {"short_description": "not encoded"}},
    ],
)
def test_a_request_that_cannot_be_sent_is_refused_alone(batch, broken):
    """A failing item has its own status; those around it are sent."""
    given = [item("before", URL), {"id": "broken\n", "url": URL, **broken}, item("after", URL)]
    found = batch(*given)["serviced_requests"]
    assert [(each["id"], each["status_code"]) for each in found] == [("before", 200), ("broken\n", 400), ("after", 200)]


@pytest.mark.source("rest 7", "C")
def test_an_address_may_hold_any_character_as_it_stands(api, batch):
    """Blanks of other scripts too, which are no printable characters."""
    text = "10\u00a0000\u200b\U0001f600"
    api.create("incident", short_description=text)
    url = f"/api/now/table/incident?sysparm_fields=short_description&sysparm_query=short_description={text}"
    (found,) = batch(item("1", url))["serviced_requests"]
    assert json.loads(body_of(found))["result"] == [{"short_description": text}]


def test_nothing_of_the_database_is_held_while_a_batchs_requests_run(batch, instance):
    """PostgreSQL ends a connection that is idle in a transaction for long: the batch would fail after its effects."""
    pool, app, held = part_of(instance, Gate).store.engine.pool, instance.wsgi_app, []

    def watched(environ, start_response):
        held.append(pool.checkedout())
        return app(environ, start_response)

    instance.wsgi_app = watched
    try:
        batch(item("1", SMALL), item("2", SMALL))
    finally:
        del instance.wsgi_app
    assert held == [0, 0, 0]


def test_a_batch_needs_credentials(stranger):
    assert (
        stranger.open(PATH, "POST", json={"rest_requests": [item("1", "/api/now/table/incident")]}).status_code == 401
    )
