"""A body is read leniently in form and never breaks the instance."""

import time

import pytest
from patience import HANGING
from ticketlab.emulator.errors import RequestUnreadable
from ticketlab.emulator.rest.body import read_record
from ticketlab.emulator.rest.errors import UnsupportedMediaType


def read(body, media_type="application/json", charset=""):
    return read_record(body if isinstance(body, bytes) else body.encode(), media_type, charset)


@pytest.mark.source("rest 1", "D")
@pytest.mark.parametrize(
    ("body", "record"),
    [
        ("{'short_description':'x','urgency':'2'}", {"short_description": "x", "urgency": "2"}),
        ("{'a':'it\\'s \"quoted\"'}", {"a": 'it\'s "quoted"'}),
        ("{'a':\"it's\"}", {"a": "it's"}),
        ("{'a':'back\\\\slash'}", {"a": "back\\slash"}),
        ('{"a": "plain"}', {"a": "plain"}),
        ("{cmdb_ci_sys_ids:'a,b', type : 'x'}", {"cmdb_ci_sys_ids": "a,b", "type": "x"}),
        ("{'a':'not: a key', b:true}", {"a": "not: a key", "b": True}),
    ],
)
def test_a_single_quoted_body_is_read_like_json(body, record):
    """The vendor's own curl examples post single-quoted pseudo-JSON, one of them with bare keys."""
    assert read(body) == record


@pytest.mark.source("rest 1", "D")
def test_of_an_array_the_first_element_is_the_record():
    """A multi-record body writes its first record only."""
    assert read('[{"a":"1"},{"a":"2"}]') == {"a": "1"}
    assert read('{"records":[{"a":"1"},{"a":"2"}]}') == {"a": "1"}


@pytest.mark.source("rest 1", "C")
def test_native_types_are_taken_and_numbers_keep_their_digits():
    """A number is never rounded on its way in."""
    body = '{"active":false,"state":2,"big":9223372036854775808,"half":1.9,"none":null,"huge":1e999}'
    assert read(body) == {
        "active": False,
        "state": "2",
        "big": "9223372036854775808",
        "half": "1.9",
        "none": None,
        "huge": "1e999",
    }


def test_a_reference_may_come_back_in_the_form_it_was_answered_in():
    assert read('{"caller_id":{"link":"https://h/x","value":"abc"}}') == {"caller_id": "abc"}


def test_a_list_field_is_joined():
    assert read('{"watch_list":["a","b"]}') == {"watch_list": "a,b"}


def test_of_a_repeated_key_the_last_counts():
    assert read('{"a":"1","a":"2"}') == {"a": "2"}


def test_no_body_is_an_empty_record():
    assert read("") == read("  \n") == {}


@pytest.mark.attack("D02")
@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "[" * 1_000_000,
        "{'a':[" * 50_000,
        '{"a":"' + '\\"' * 400_000,
        "'" + "\"'" * 300_000,
    ],
    ids=["arrays", "objects", "a megabyte", "single-quoted", "open string", "mixed quotes"],
)
def test_d02_deep_and_endless_bodies_are_refused_at_once(body):
    """Neither depth nor an unfinished string costs more than reading the body: their square would take hours."""
    started = time.thread_time()
    with pytest.raises(RequestUnreadable):
        read(body)
    assert time.thread_time() - started < HANGING


@pytest.mark.attack("D03")
@pytest.mark.parametrize(
    "body",
    [
        b'{"a":"\\ud800"}',
        b'{"\\udfff":"a"}',
        b'{"a":"\\u0000"}',
        b'{"a":"\xff\xfe"}',
        '{"a":"x"}'.encode("utf-16"),
        b'{"a":["\\ud800"]}',
    ],
)
def test_d03_text_that_no_database_can_hold_is_refused(body):
    with pytest.raises(RequestUnreadable):
        read(body)


@pytest.mark.attack("D03")
def test_d03_a_byte_order_mark_and_non_characters_are_kept_out_or_exact():
    assert read(b'\xef\xbb\xbf{"a":"\\uffff\xf0\x9f\x98\x80"}') == {"a": "\uffff😀"}


@pytest.mark.attack("D04")
@pytest.mark.parametrize("body", ['{"a":NaN}', '{"a":Infinity}', '{"a":-Infinity}', '{"a":01}'])
def test_d04_what_is_no_json_number_is_refused(body):
    with pytest.raises(RequestUnreadable):
        read(body)


@pytest.mark.attack("D04")
def test_d04_five_thousand_digits_stay_five_thousand_digits():
    assert read(f'{{"a":{"9" * 5000}}}') == {"a": "9" * 5000}


@pytest.mark.attack("D05")
@pytest.mark.parametrize(
    "body", ["null", '"text"', "7", "true", "[]", "[1]", '{"a":{"value":{}}}', '{"a":[{}]}', "{", "a=1"]
)
def test_d05_what_is_no_record_is_refused(body):
    with pytest.raises(RequestUnreadable):
        read(body)


@pytest.mark.attack("D07")
@pytest.mark.parametrize(
    ("media_type", "charset"),
    [
        ("application/x-www-form-urlencoded", ""),
        ("text/plain", ""),
        ("application/json", "utf-16"),
        ("application/json", "junk"),
    ],
)
def test_d07_another_content_type_or_charset_is_unsupported(media_type, charset):
    with pytest.raises(UnsupportedMediaType):
        read('{"a":"1"}', media_type, charset)


def test_a_latin_1_body_is_read_as_what_it_says_it_is():
    assert read('{"a":"é"}'.encode("latin-1"), charset="ISO-8859-1") == {"a": "é"}
