"""The Link header, letter for letter."""

import pytest
from ticketlab.emulator.rest.links import PageOfTotal, pagination_header

ADDRESS = "https://dev00001.service-now.com/api/now/table/cmdb_ci_server"


@pytest.mark.source("rest 2", "F")
def test_the_recorded_header_is_reproduced():
    """The header recorded from a table of 28,124 rows."""
    query = "sysparm_fields=name%2Csys_id&sysparm_limit=10000"
    start = f"<{ADDRESS}?sysparm_fields=name%2Csys_id"
    assert pagination_header(ADDRESS, query, PageOfTotal(10_000, 0, 28_124)) == (
        f'{start}&sysparm_offset=0&sysparm_limit=10000>;rel="first",'
        f'{start}&sysparm_offset=10000&sysparm_limit=10000>;rel="next",'
        f'{start}&sysparm_offset=20000&sysparm_limit=10000>;rel="last"'
    )


@pytest.mark.source("rest 2", "F")
def test_an_encoded_name_of_the_page_moves_to_the_end_as_well():
    """The first of a repeated parameter counts: whoever follows *next* would come to the same page for ever."""
    header = pagination_header(ADDRESS, "sysparm%5Foffset=5&%73ysparm_limit=5&x=1", PageOfTotal(5, 5, 20))
    assert header.count("sysparm_offset=") == 4
    assert f'<{ADDRESS}?x=1&sysparm_offset=10&sysparm_limit=5>;rel="next"' in header


def relations(limit, offset, total):
    header = pagination_header(ADDRESS, "", PageOfTotal(limit, offset, total))
    return [part.rpartition('rel="')[2].strip('"') for part in header.split(",")] if header else []


@pytest.mark.source("rest 2", "F")
@pytest.mark.parametrize(
    ("limit", "offset", "total", "expected"),
    [
        (10, 0, 10, []),
        (10, 0, 0, []),
        (10_000, 0, 69, []),
        (10, 0, 11, ["first", "next", "last"]),
        (10, 10, 30, ["first", "prev", "next", "last"]),
        (10, 20, 30, ["first", "prev", "last"]),
        (0, 0, 30, []),
    ],
)
def test_only_the_relations_that_apply_are_named(limit, offset, total, expected):
    """Everything on one page has no header; the last page has no next, the first no prev."""
    assert relations(limit, offset, total) == expected


def test_the_last_page_starts_at_a_multiple_of_the_limit():
    assert 'sysparm_offset=20&sysparm_limit=10>;rel="last"' in pagination_header(ADDRESS, "", PageOfTotal(10, 0, 30))


@pytest.mark.attack("C18")
def test_c18_what_the_client_sent_cannot_break_out_of_the_header():
    header = pagination_header(ADDRESS, 'a=<>"\xe9\r\nx', PageOfTotal(1, 0, 2))
    assert "a=%3C%3E%22%E9%0D%0Ax&" in header
    assert header.isascii()
    assert "\n" not in header
