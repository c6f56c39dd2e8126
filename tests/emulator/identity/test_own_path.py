"""Where a login may lead: to this host, whatever the address says."""

import pytest
from ticketlab.emulator.identity.authenticators import basic_pair
from ticketlab.emulator.identity.landing import LANDING_PATH, own_path


@pytest.mark.attack("A42")
@pytest.mark.parametrize(
    "url",
    [
        "//evil.example",
        "//evil.example/path",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https://evil.example/",
        "http:///evil.example",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "\thttps://evil.example",
        "/\t/evil.example",
        "/a\r\nSet-Cookie: x=1",
        "http://[",
        "/é",
        "",
        "/",
        "login.do",
        "/logout.do",
    ],
)
def test_a42_address_that_leads_away_leads_to_the_landing_page(url):
    """No way of writing another host leaves this one."""
    assert own_path(url) == LANDING_PATH


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("welcome.do", "/welcome.do"),
        ("/incident_list.do?sysparm_query=active=true", "/incident_list.do?sysparm_query=active=true"),
        ("oauth_auth.do?client_id=1&state=%0d%0a", "/oauth_auth.do?client_id=1&state=%0d%0a"),
        ("///incident.do", "/incident.do"),
        ("%2f%2fevil.example", "/%2f%2fevil.example"),
        ("nav_to.do?uri=//evil.example", "/nav_to.do?uri=//evil.example"),
        ("incident.do#part", "/incident.do"),
    ],
)
def test_own_page_is_kept_with_its_query(url, path):
    """A path of ours arrives as it was written."""
    assert own_path(url) == path


@pytest.mark.attack("A23")
@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic ", "Basic %%%", "Basic é", "Basic //79", "Basic bm9jb2xvbg==", "Basic " + "QTpB" * 40_000],
)
def test_a23_unreadable_basic_header_gives_no_pair(header):
    """Not base64, not UTF-8, no colon, 160 KB: unreadable, not an error."""
    assert basic_pair(header) is None


def test_basic_header_gives_name_and_password():
    """Only the first colon parts them; both may be outside ASCII."""
    assert basic_pair("Basic w6Q6YjrDpw==") == ("ä", "b:ç")
