"""An XML body is read leniently, and what attacks its reader is refused."""

import time

import pytest
from patience import HANGING
from ticketlab.emulator.errors import RequestUnreadable
from ticketlab.emulator.rest.body import read_record


def read(body, charset=""):
    return read_record(body if isinstance(body, bytes) else body.encode(), "application/xml", charset)


@pytest.mark.source("rest 3", "G")
@pytest.mark.parametrize(
    "body",
    [
        "<request><entry><a>1</a><b/></entry></request>",
        "<request><entry><a>1</a><b></b></entry><entry><a>2</a></entry></request>",
        "<request><a>1</a><!-- c --><b/></request>",
        '<?xml version="1.0" encoding="UTF-16"?><record><a>1</a><b/></record>'.encode("utf-16"),
    ],
    ids=["entry", "two entries", "children", "UTF-16"],
)
def test_the_record_is_the_first_entry_or_the_roots_children(body):
    assert read(body) == {"a": "1", "b": ""}


def test_a_charset_of_the_request_counts_more_than_the_documents():
    body = '<?xml version="1.0" encoding="UTF-8"?><r><a>é</a></r>'.encode("latin-1")
    assert read(body, "iso-8859-1") == {"a": "é"}


BOMB = (
    '<!DOCTYPE r [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><r><a>&i;</a></r>"
)


@pytest.mark.attack("D07")
@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r><a>1</a></r>',
        '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r><a>&a;</a></r>',
        "<r><a>",
        "<r><a>&undefined;</a></r>",
        "{}",
        b"<r><a>\xff</a></r>",
        '<?xml version="1.0" encoding="junk"?><r/>',
        "<r><a><b>1</b></a></r>",
        "<r><a><value><b/></value></a></r>",
        "<r><a>\x00</a></r>",
        "<a>" * 20_000,
        "<r>" + "<a>" * 20_000 + "</a>" * 20_000 + "</r>",
    ],
    ids=lambda body: str(body)[:30],
)
def test_d07_hostile_or_broken_xml_is_refused_at_once(body):
    """No DTD is read, so no entity can grow and no file be named."""
    started = time.thread_time()
    with pytest.raises(RequestUnreadable):
        read(body)
    assert time.thread_time() - started < HANGING
