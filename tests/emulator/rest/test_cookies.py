"""Cookies as recorded, for a client that brings none; and no session behind them."""

import re

import pytest
import requests
from ticketlab.emulator.identity.sessions import UserSession
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of

DELETED = r"Max-Age=0; Expires=Thu, 01-Jan-1970 00:00:10 GMT; Path=/; HttpOnly"


def patterns(guard):
    return [
        rf"JSESSIONID=[0-9A-F]{{32}}; Path=/; HttpOnly; {guard}",
        rf"glide_user=; {DELETED}; {guard}",
        rf"glide_user_session=; {DELETED}; {guard}",
        rf"glide_user_route=glide\.[0-9a-f]{{32}}; Max-Age=2147483647; Path=/; HttpOnly; {guard}",
        rf"glide_session_store=[0-9A-F]{{32}}; Max-Age=1800; Path=/; HttpOnly; {guard}",
        rf"BIGipServerpool_dev00001=2760267786\.36414\.0000; path=/; Httponly; {guard}",
    ]


def cookies(answer):
    return answer.headers.getlist("Set-Cookie")


@pytest.mark.source("platform 4.5", "F")
@pytest.mark.parametrize(("scheme", "guard"), [("https", "SameSite=None; Secure"), ("http", "SameSite=Lax")])
def test_the_first_answer_sets_the_recorded_cookies(instance, scheme, guard):
    """Over http without Secure, or no client would send them back."""
    answer = instance.test_client().get(
        "/api/now/table/incident?sysparm_limit=1",
        auth=("admin", "admin"),
        base_url=f"{scheme}://dev00001.service-now.com",
    )
    found = cookies(answer)
    assert len(found) == 6
    assert all(re.fullmatch(*pair) for pair in zip(patterns(guard), found, strict=True)), found


@pytest.mark.source("platform 4.2", "F")
def test_a_401_sets_the_cookies_of_its_capture(instance):
    found = cookies(instance.test_client().get("/api/now/table/incident"))
    assert [each.partition("=")[0] for each in found] == [
        "JSESSIONID",
        "glide_user",
        "glide_user_session",
        "BIGipServerpool_dev00001",
    ]


@pytest.mark.source("rest 1", "C")
def test_a_client_that_keeps_the_cookies_is_still_judged_by_its_credentials(instance):
    """No session is made: the cookie alone is nobody's, and costs no row."""
    client = instance.test_client()
    path = "/api/now/table/incident?sysparm_limit=1"
    assert client.get(path, auth=("admin", "admin")).status_code == 200
    again = client.get(path, auth=("admin", "admin"))
    assert (again.status_code, cookies(again)) == (200, [])
    assert client.get(path, auth=("admin", "wrong")).status_code == 401
    alone = client.get(path)
    assert (alone.status_code, "X-Is-Logged-In" in alone.headers) == (401, False)
    with part_of(instance, Gate).store.reading() as connection:
        assert connection.execute(UserSession.__table__.select()).first() is None


def test_requests_keeps_what_the_answer_sets(instance):
    """The library most clients are made with reads every one of them."""
    answer = instance.test_client().get("/api/now/table/incident?sysparm_limit=1", auth=("admin", "admin"))
    jar = requests.cookies.RequestsCookieJar()
    for each in cookies(answer):
        requests.cookies.extract_cookies_to_jar(jar, *_spoken(each))
    assert set(jar.keys()) == {"JSESSIONID", "glide_user_route", "glide_session_store", "BIGipServerpool_dev00001"}


def _spoken(cookie):
    """A request and a raw response with this one cookie, in the shapes that requests looks at."""
    from email.message import Message
    from types import SimpleNamespace

    message = Message()
    message["Set-Cookie"] = cookie
    original = SimpleNamespace(msg=message)
    request = requests.Request("GET", "http://localhost/api").prepare()
    return request, SimpleNamespace(_original_response=original)


@pytest.mark.source("platform 4.5", "F")
def test_a_pages_session_keeps_its_cookie(instance):
    client = instance.test_client()
    client.set_cookie("JSESSIONID", "somebody's")
    assert cookies(client.get("/api/now/table/incident")) == []
    assert cookies(client.get("/login.do"))[0].startswith("JSESSIONID=")
