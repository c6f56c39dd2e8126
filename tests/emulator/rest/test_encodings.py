"""gzip in both directions."""

import gzip
import json
import tracemalloc
import zlib

import pytest

BODY = json.dumps({"short_description": "packed"}).encode()


@pytest.mark.source("rest 1", "F")
def test_an_answer_is_packed_for_whoever_takes_gzip(api):
    plain = api.get("incident", sysparm_query="ORDERBYnumber")
    packed = api.get("incident", headers={"Accept-Encoding": "gzip, deflate"}, sysparm_query="ORDERBYnumber")
    assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 4
    assert gzip.decompress(packed.data) == plain.data
    assert "Content-Encoding" not in plain.headers


def test_nothing_is_packed_that_has_no_body_or_is_not_asked_for(api):
    for headers in ({"Accept-Encoding": "gzip;q=0"}, {"Accept-Encoding": "br"}, {"Accept-Encoding": ""}):
        assert "Content-Encoding" not in api.get("incident", headers=headers).headers
    made = api.create("incident")
    answer = api.send("DELETE", f"incident/{made['sys_id']}", headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.data, "Content-Encoding" in answer.headers) == (204, b"", False)


@pytest.mark.source("rest 1", "D")
def test_a_packed_body_is_read(api):
    answer = api.send("POST", "incident", gzip.compress(BODY), headers={"Content-Encoding": "gzip"})
    assert answer.json["result"]["short_description"] == "packed"


def test_a_body_may_be_packed_in_several_members(api):
    """As programs write it that pack a stream piece by piece; RFC 1952 has a file be a series of members."""
    members = b"".join(gzip.compress(piece) for piece in (BODY[:9], BODY[9:], b"", b"\n"))
    answer = api.send("POST", "incident", members, headers={"Content-Encoding": "gzip"})
    assert answer.json["result"]["short_description"] == "packed"


@pytest.mark.attack("D07")
def test_d07_a_packed_body_has_limits_packed_and_unpacked(api):
    """1 MB packed, 10 MB unpacked: a bomb is cut where the limit is, before it has grown to its gigabyte."""
    deflate = zlib.compressobj(9, wbits=31)
    head = deflate.compress(b" " * 1_000_000) + deflate.flush(zlib.Z_FULL_FLUSH)
    again = deflate.compress(b" " * 1_000_000) + deflate.flush(zlib.Z_FULL_FLUSH)  # a block that stands for itself
    bomb = head + again * 1000
    assert len(bomb) < 1024 * 1024
    too_much = "Rejected large REST payload with content-length = {} bytes. Max allowed: {} bytes."
    for body, size, limit in (
        (bomb, 10 * 1024 * 1024 + 1, 10 * 1024 * 1024),
        (gzip.compress(BODY) + b"\0" * 1024 * 1024, None, 1024 * 1024),
    ):
        tracemalloc.start()
        answer = api.send("POST", "incident", body, headers={"Content-Encoding": "gzip"})
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert most < 60_000_000
        assert answer.status_code == 413
        assert answer.json["error"]["detail"] == too_much.format(size or len(body), limit)


@pytest.mark.attack("D07")
@pytest.mark.parametrize(
    "body",
    [b"{}", gzip.compress(BODY)[:-9], gzip.compress(BODY)[:5], gzip.compress(BODY) + BODY],
    ids=["plain", "cut", "cut in the head", "with something behind it"],
)
def test_d07_a_body_that_is_no_gzip_is_400(api, body):
    answer = api.send("POST", "incident", body, headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json["error"]["message"]) == (400, "Exception while reading request")


@pytest.mark.source("rest 1", "D")
@pytest.mark.parametrize(("value", "status"), [("2", 413), ("11", 201), ("junk", 201), ("26", 201), ("0", 201)])
def test_a_property_sets_the_largest_body(api, value, status):
    """In megabytes, at most 25; anything else counts as the default of 10."""
    (row,) = api.rows("sys_properties", sysparm_query="name=glide.rest.max_content_length")
    path = f"sys_properties/{row['sys_id']}"
    assert api.send("PATCH", path, {"value": value}).status_code == 200
    answer = api.send("POST", "incident", BODY + b" " * 3 * 1024 * 1024)
    assert api.send("PATCH", path, {"value": row["value"]}).status_code == 200
    assert answer.status_code == status
