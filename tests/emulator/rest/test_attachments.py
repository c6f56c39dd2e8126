"""The Attachment API (rest 6)."""

import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.records.attachments import Attachments
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

HOST = "http://dev00001.service-now.com"
SYSTEM = Caller.system()
TEXT = b"a log of what went wrong\n"


class Files:
    """Attaches files to an incident of its own."""

    def __init__(self, api, instance):
        self.api, self.instance = api, instance
        self.incident = api.create("incident", short_description="with files")["sys_id"]

    def send(self, data=TEXT, content_type="text/plain", version="", client=None, **given):
        wanted = {"table_name": "incident", "table_sys_id": self.incident, "file_name": "log.txt", **given}
        return (client or self.api).open(
            f"/api/now/{version}attachment/file",
            "POST",
            query_string={name: value for name, value in wanted.items() if value is not None},
            data=data,
            content_type=content_type,
        )

    def attach(self, *arguments, **given):
        answer = self.send(*arguments, **given)
        assert answer.status_code == 201, answer.text
        return answer.json["result"]

    def open(self, path="", method="GET", client=None, version="", **arguments):
        return (client or self.api).open(f"/api/now/{version}attachment{path}", method, **arguments)

    def names(self, client=None, **filters):
        return [each["file_name"] for each in self.open(client=client, query_string=filters).json["result"]]


@pytest.fixture(name="files")
def _files(api, instance):
    return Files(api, instance)


@pytest.mark.source("rest 6", "D")
@pytest.mark.parametrize("version", ["", "v1/", "v2/"])
def test_a_file_is_attached_by_its_bytes(files, version):
    answer = files.send(version=version, content_type="text/x-log", hash="ignored", content_type_="ignored")
    made = answer.json["result"]
    address = f"{HOST}/api/now/{version}attachment/{made['sys_id']}/file"
    assert (answer.status_code, answer.headers["Location"], made["download_link"]) == (201, address, address)
    assert {name: made[name] for name in ("file_name", "table_name", "content_type", "size_bytes", "compressed")} == {
        "file_name": "log.txt",
        "table_name": "incident",
        "content_type": "text/x-log",
        "size_bytes": str(len(TEXT)),
        "compressed": "true",
    }
    assert made["hash"] == hashlib.sha256(TEXT).hexdigest()
    assert made["sys_created_by"] == "admin"
    assert all(isinstance(value, str) for value in made.values())
    assert files.open(f"/{made['sys_id']}", version=version).json["result"] == made


@pytest.mark.source("rest 6", "D")
def test_a_file_comes_back_as_it_was_with_its_type_and_metadata(files):
    data = bytes(range(256)) * 1000
    made = files.attach(data, "image/x-odd")
    answer = files.open(f"/{made['sys_id']}/file", headers={"Accept": "*/*", "Accept-Encoding": "gzip"})
    assert answer.data == data
    assert answer.headers["Content-Type"] == "image/x-odd"
    assert answer.headers["Content-Length"] == str(len(data))
    assert json.loads(answer.headers["X-Attachment-Metadata"])["sys_id"] == made["sys_id"]
    head = files.open(f"/{made['sys_id']}/file", "HEAD")
    assert (head.status_code, head.data) == (200, b"")


@pytest.mark.source("rest 6", "D")
@pytest.mark.parametrize("part", ["uploadFile", "file"])
def test_a_file_is_attached_by_a_form(files, part):
    form = {"table_name": "incident", "table_sys_id": files.incident, part: (io.BytesIO(TEXT), "photo.png")}
    answer = files.open("/upload", "POST", data=form)
    made = answer.json["result"]
    assert (answer.status_code, made["file_name"], made["content_type"]) == (201, "photo.png", "image/png")
    assert answer.headers["Location"] == made["download_link"]
    assert files.open(f"/{made['sys_id']}/file").data == TEXT


@pytest.mark.source("rest 6", "C")
def test_a_form_without_boundary_is_400(files):
    """As pysnow's newer multipart mode sends it."""
    answer = files.open(
        "/upload",
        "POST",
        query_string={"table_name": "incident", "table_sys_id": files.incident},
        data=TEXT,
        content_type="multipart/form-data",
    )
    assert answer.status_code == 400


@pytest.mark.source("rest 6", "C")
def test_a_list_is_filtered_by_query_or_pairs_and_counted(files):
    for name in ("a.txt", "b.txt", "c.log"):
        files.attach(file_name=name)
    pairs = {"table_name": "incident", "table_sys_id": files.incident}
    answer = files.open(query_string={**pairs, "sysparm_limit": 2, "sysparm_offset": 0})
    assert (len(answer.json["result"]), answer.headers["X-Total-Count"]) == (2, "3")
    assert 'rel="next"' in answer.headers["Link"]
    query = {"sysparm_query": f"table_sys_id={files.incident}^file_nameENDSWITH.txt^ORDERBYfile_name"}
    assert files.names(**query) == ["a.txt", "b.txt"]


@pytest.mark.source("rest 6", "D")
def test_a_file_is_renamed_and_turned_to_no_other_record_or_bytes(files):
    made = files.attach()
    asked = {"file_name": "b.txt", "table_sys_id": "f" * 32, "hash": "0" * 64, "size_bytes": "1"}
    for path, status in ((f"attachment/{made['sys_id']}", 204), (f"table/sys_attachment/{made['sys_id']}", 200)):
        assert files.api.open(f"/api/now/{path}", "PATCH", json=asked).status_code == status
    after = files.open(f"/{made['sys_id']}").json["result"]
    kept = ("table_sys_id", "hash", "size_bytes", "table_name")
    assert after["file_name"] == "b.txt"
    assert {name: after[name] for name in kept} == {name: made[name] for name in kept}


@pytest.mark.source("rest 6", "D")
@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"table_name": None}, 400),
        ({"table_sys_id": None}, 400),
        ({"file_name": None}, 400),
        ({"table_name": "no_table"}, 400),
        ({"table_sys_id": "0" * 32}, 404),
        ({"table_sys_id": "no/sys_id"}, 404),
    ],
)
def test_a_file_without_a_record_is_refused(files, given, status):
    assert files.send(**given).status_code == status


@pytest.mark.source("rest 6", "D")
def test_a_deleted_file_is_gone_and_so_are_those_of_a_deleted_record(files):
    one, two = files.attach(), files.attach()
    assert files.open(f"/{one['sys_id']}", "DELETE").status_code == 204
    assert files.open(f"/{one['sys_id']}", "DELETE").status_code == 404
    assert files.api.open(f"/api/now/table/incident/{files.incident}", "DELETE").status_code == 204
    for path in ("", "/file"):
        assert files.open(f"/{two['sys_id']}{path}").status_code == 404
    assert files.names(table_sys_id=files.incident) == []


@pytest.mark.source("rest 6", "I")
def test_access_follows_the_record(files, make_user, instance):
    """A caller sees the files of incidents he called in, and changes those of none; nobody is told of others."""
    caller, fulfiller = make_user(), make_user("itil")
    gate = part_of(instance, Gate)
    me = gate.record("sys_user", SYSTEM).find(f"user_name={caller.auth[0]}").sys_id
    own = files.api.create("incident", caller_id=me)["sys_id"]
    mine, other = files.attach(table_sys_id=own), files.attach()
    sys_ids = f"{mine['sys_id']},{other['sys_id']}"
    listed = files.open(client=caller, query_string={"sysparm_query": f"sys_idIN{sys_ids}"})
    assert [each["sys_id"] for each in listed.json["result"]] == [mine["sys_id"]]
    assert listed.headers["X-Total-Count"] == "2", "the total is blind to access rules"
    assert files.open(f"/{mine['sys_id']}/file", client=caller).data == TEXT
    assert files.open(f"/{other['sys_id']}/file", client=caller).status_code == 404
    assert files.api.open(f"/api/now/table/sys_attachment/{other['sys_id']}").status_code == 200
    assert caller.get(f"sys_attachment/{other['sys_id']}").status_code == 404
    for method in ("DELETE", "PATCH"):
        for made, status in ((mine, 403), (other, 404)):
            sent = files.open(f"/{made['sys_id']}", method, client=caller, json={"file_name": "x"})
            assert sent.status_code == status, (method, status)
    assert files.send(client=caller, table_sys_id=own).status_code == 403
    assert files.send(client=caller).status_code == 404
    assert files.send(client=fulfiller).status_code == 201
    assert files.open(f"/{mine['sys_id']}", "DELETE", client=fulfiller).status_code == 204


def test_statistics_tell_nobody_of_other_peoples_files(files, make_user):
    files.attach(file_name="secret.txt")
    asked = {"sysparm_group_by": "file_name"}
    assert make_user().open("/api/now/stats/sys_attachment", query_string=asked).json["result"] == []


def test_a_table_closed_to_web_services_keeps_its_files(files, instance, make_user):
    gate = part_of(instance, Gate)
    made = files.attach(table_name="problem", table_sys_id=files.api.create("problem")["sys_id"])
    table = gate.record("sys_db_object", SYSTEM).find("name=problem").sys_id
    gate.record("sys_db_object", SYSTEM).update(table, {"ws_access": "false"})
    try:
        assert files.open(f"/{made['sys_id']}/file").status_code == 404
        assert files.send(table_name="problem").status_code == 403
    finally:
        gate.record("sys_db_object", SYSTEM).update(table, {"ws_access": "true"})
    assert files.open(f"/{made['sys_id']}/file").status_code == 200


def test_a_row_without_a_file_is_refused(files):
    asked = {"table_name": "incident", "table_sys_id": files.incident, "file_name": "x", "hash": "0" * 64}
    assert files.api.send("POST", "sys_attachment", asked).status_code == 403


@pytest.mark.source("platform documentation", "D")
@pytest.mark.parametrize("chunked", [False, True])
def test_a_file_over_the_limit_is_refused_and_leaves_nothing(files, instance, chunked):
    gate = part_of(instance, Gate)
    limit = gate.record("sys_properties", SYSTEM).find("name=com.glide.attachment.max_size").sys_id
    gate.record("sys_properties", SYSTEM).update(limit, {"value": "1"})
    stream = {"wsgi.input_terminated": True} if chunked else {}
    try:
        answer = files.api.open(
            "/api/now/attachment/file",
            "POST",
            query_string={"table_name": "incident", "table_sys_id": files.incident, "file_name": "big"},
            input_stream=io.BytesIO(b"x" * (1024 * 1024 + 1)),
            headers={} if chunked else {"Content-Length": str(1024 * 1024 + 1)},
            environ_overrides=stream,
        )
    finally:
        gate.record("sys_properties", SYSTEM).update(limit, {"value": "1024"})
    assert answer.status_code == 413, answer.text
    assert files.names(table_sys_id=files.incident) == []


def test_a_reset_and_a_snapshot_find_their_files(files, instance):
    lab = instance.test_client()
    made = files.attach(b"kept by a snapshot")
    assert lab.post("/lab/snapshots/with-file", json={}).status_code == 200
    files.open(f"/{made['sys_id']}", "DELETE")
    part_of(instance, Attachments).sweep()
    assert files.open(f"/{made['sys_id']}/file").status_code == 404
    assert lab.post("/lab/snapshots/with-file/restore", json={}).status_code == 200
    assert files.open(f"/{made['sys_id']}/file").data == b"kept by a snapshot"
    assert lab.delete("/lab/snapshots/with-file", headers={"Content-Type": "application/json"}).status_code == 200


def test_files_need_credentials(files, stranger):
    made = files.attach()
    for path in ("", f"/{made['sys_id']}", f"/{made['sys_id']}/file"):
        assert files.open(path, client=stranger).status_code == 401
    assert files.send(client=stranger).status_code == 401


@pytest.mark.attack("C15")
@pytest.mark.parametrize(
    "content_type",
    [
        "text/html",
        "image/svg+xml",
        "text/html\r\nX: y",
        "text/html\n;x",
        "text/html\x0b;x",
        "nonsense",
        "text/html; charset=\u00e9",
        "",
    ],
)
def test_c15_no_file_is_a_page_of_ours(files, content_type):
    form = {"table_name": "incident", "table_sys_id": files.incident, "file": (io.BytesIO(b"<script>"), "a.html")}
    made = files.open("/upload", "POST", data=form).json["result"]
    changed = files.api.send("PATCH", f"sys_attachment/{made['sys_id']}", {"content_type": content_type})
    assert changed.status_code == 200
    answer = files.open(f"/{made['sys_id']}/file")
    assert (answer.status_code, answer.data) == (200, b"<script>")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Type"] in {"text/html", "image/svg+xml", "application/octet-stream"}


@pytest.mark.attack("C18")
@pytest.mark.parametrize("name", ["a\r\nSet-Cookie: x=1", "a\x00b", "a\x85b", "\u2028", " ", "x" * 256])
def test_c18_a_name_that_would_split_a_header_is_refused(files, name):
    assert files.send(file_name=name).status_code == 400
    made = files.attach()
    assert files.open(f"/{made['sys_id']}", "PATCH", json={"file_name": name}).status_code == 400


@pytest.mark.attack("C18")
def test_c18_a_type_that_would_split_a_header_leaves_the_file_readable(files):
    path = f"/{files.attach()['sys_id']}"
    assert files.open(path, "PATCH", json={"content_type": "text/plain\r\n;x"}).status_code == 204
    answer = files.open(f"{path}/file")
    assert (answer.status_code, answer.data) == (200, TEXT)
    assert answer.headers["Content-Type"] == "application/octet-stream"


@pytest.mark.source("rest 6", "D")
@pytest.mark.parametrize("name", [None, ""])
def test_a_file_cannot_lose_its_name(files, name):
    path = f"/{files.attach()['sys_id']}"
    assert files.open(path, "PATCH", json={"file_name": name}).status_code == 400
    assert files.open(path).json["result"]["file_name"] == "log.txt"


@pytest.mark.attack("C18")
@pytest.mark.parametrize("name", ['a"; filename="b.exe', "..\\..\\x", "../../etc/passwd", "日本語.txt", "%0d%0a"])
def test_c18_an_odd_name_stays_inside_its_header(files, name):
    made = files.attach(file_name=name)
    answer = files.open(f"/{made['sys_id']}/file")
    disposition = answer.headers["Content-Disposition"]
    assert disposition.count('"') == 2
    assert disposition.isascii()
    assert disposition.count(";") == 2
    assert json.loads(answer.headers["X-Attachment-Metadata"])["file_name"] == name


@pytest.mark.attack("C18")
def test_c18_a_name_written_by_another_way_cannot_split_the_header_either(files):
    made = files.attach()
    changed = files.api.send("PATCH", f"sys_attachment/{made['sys_id']}", {"file_name": "a\r\nSet-Cookie: x=1\ud7ff"})
    assert changed.status_code == 200
    answer = files.open(f"/{made['sys_id']}/file")
    assert answer.status_code == 200
    assert "\n" not in str(answer.headers["Content-Disposition"])


def test_nothing_of_the_database_is_held_while_a_file_comes(files, instance):
    """PostgreSQL ends a connection that is idle in a transaction for long, and slow files could not be attached."""
    pool, held = part_of(instance, Gate).store.engine.pool, []

    class Slow(io.BytesIO):
        def readinto(self, buffer):
            held.append(pool.checkedout())
            return super().readinto(buffer)

    query = {"table_name": "incident", "table_sys_id": files.incident, "file_name": "slow.txt"}
    stream = {"wsgi.input_terminated": True}
    answer = files.open("/file", "POST", query_string=query, input_stream=Slow(TEXT), environ_overrides=stream)
    assert answer.status_code == 201, answer.text
    assert held
    assert not any(held)


@pytest.mark.source("rest 6", "D")
def test_a_file_that_is_sent_later_says_when_it_was_made(files):
    """In UTC; what is no time is now."""
    assert files.attach(creation_time="2020-02-03 04:05:06")["sys_created_on"] == "2020-02-03 04:05:06"
    assert files.attach(creation_time="yesterday")["sys_created_on"] > "2020-02-04"


@pytest.mark.source("rest 6", "D")
@pytest.mark.parametrize("version", ["", "v1/"])
def test_attributes_are_added_read_changed_and_removed(files, version):
    path = f"/{files.attach()['sys_id']}/attributes"

    def call(method, key="", body=None):
        return files.open(f"{path}{key}", method, version=version, json=body)

    made = call("POST", body={"key": "alt_text", "value": "a log"})
    assert (made.status_code, made.json) == (201, {"result": {"key": "alt_text", "value": "a log"}})
    call("POST", body={"key": "other", "value": ""})
    assert call("GET").json["result"] == [{"key": "alt_text", "value": "a log"}, {"key": "other", "value": ""}]
    changed = call("PUT", "/alt_text", {"value": "a long log"})
    assert (changed.status_code, changed.json["result"]["value"]) == (200, "a long log")
    assert call("GET", "/alt_text").json == {"result": {"key": "alt_text", "value": "a long log"}}
    assert call("DELETE", "/alt_text").status_code == 204
    assert call("GET", "/alt_text").status_code == 404
    assert (call("DELETE").status_code, call("GET").json) == (204, {"result": []})


@pytest.mark.source("rest 1", "C")
@pytest.mark.parametrize(("given", "kept"), [(True, "true"), (False, "false"), (5, "5"), (1.50, "1.5")])
def test_an_attribute_takes_native_types_for_their_texts(files, given, kept):
    path = f"/{files.attach()['sys_id']}/attributes"
    assert files.open(path, "POST", json={"key": "k", "value": given}).json == {"result": {"key": "k", "value": kept}}


@pytest.mark.parametrize(
    ("method", "key", "body", "status"),
    [
        ("POST", "", {"key": "k"}, 400),
        ("POST", "", {"value": "v"}, 400),
        ("POST", "", {"key": "", "value": "v"}, 400),
        ("POST", "", {"key": "there", "value": "again"}, 400),
        ("POST", "", {"key": "k" * 256, "value": "v"}, 400),
        ("PUT", "/there", {}, 400),
        ("PUT", "/missing", {"value": "v"}, 404),
        ("DELETE", "/there^ORkey=x", None, 404),
        ("PATCH", "/there", {"value": "v"}, 405),
    ],
)
def test_an_attribute_needs_a_key_of_its_own_and_a_value(files, method, key, body, status):
    path = f"/{files.attach()['sys_id']}/attributes"
    files.open(path, "POST", json={"key": "there", "value": "v"})
    assert files.open(f"{path}{key}", method, json=body).status_code == status


@pytest.mark.source("rest 6", "I")
def test_of_several_who_add_one_key_at_once_one_succeeds(files):
    path = f"/{files.attach()['sys_id']}/attributes"
    ready = Barrier(6)

    def add(_number):
        ready.wait()
        return files.open(path, "POST", json={"key": "k", "value": "v"}).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(add, range(6))) == [201, 400, 400, 400, 400, 400]
    assert files.open(path).json["result"] == [{"key": "k", "value": "v"}]


@pytest.mark.source("rest 6", "I")
def test_attributes_are_as_open_as_their_attachment_and_go_with_it(files, make_user):
    """Nobody gets at them by the table either."""
    sys_id = files.attach()["sys_id"]
    path, body = f"/{sys_id}/attributes", {"key": "k", "value": "v"}
    stranger, staff = make_user(), make_user("itil")
    assert files.open(path, "POST", stranger, json=body).status_code == 404
    assert files.open(path, "POST", staff, json=body).status_code == 201
    assert files.open(path, client=stranger).status_code == 404
    assert stranger.rows("sys_attachment_attribute") == []
    kept = part_of(files.instance, Gate).record("sys_attachment_attribute", SYSTEM)
    assert len(kept.query(f"sys_attachment={sys_id}").rows) == 1
    assert files.api.open(f"/api/now/table/incident/{files.incident}", "DELETE").status_code == 204
    assert kept.query(f"sys_attachment={sys_id}").rows == []
