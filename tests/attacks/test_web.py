"""Attacks on what every web application has: both apps, every route of the url_map, in one process."""

import sqlite3
from pathlib import Path

import pytest
from app_routes import readable
from flask.testing import FlaskClient

HEADERS = ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy")
MARKUP = '"><script>alert(1)</script>{{7*7}}'
CHANGES = ("/logout.do", "/oauth_auth.do", "/login_with_sso.do", "/sso_callback.do", "/ticketProvisioning/callback")
"""The few addresses whose GET may change something (C04's own list)."""

UNKNOWN = ("/console", "/?__debugger__=yes&cmd=resource", "/.git/config", "/static/../wsgi.py", "/metrics", "/openapi")


def records(folder) -> str:
    """All that the records databases hold; the lab's own notes and the sessions' rows aside."""
    text = []
    for path in sorted(folder.rglob("*.db")):
        if path.name != "lab.db" and "seed" not in str(path.relative_to(folder)):
            with sqlite3.connect(path) as connection:
                text += [line for line in connection.iterdump() if "session" not in line.partition("VALUES")[0]]
            connection.close()
    assert text
    return "\n".join(text)


@pytest.mark.attack("C04")
def test_c04_reading_changes_nothing(site):
    """GET, HEAD and OPTIONS on every route: the records are afterwards what they were before."""
    app, client = site
    before = records(Path(app.instance_path))
    for path in readable(app):
        if path not in CHANGES:
            for method in ("GET", "HEAD", "OPTIONS"):
                with client.open(path, method=method) as answer:
                    assert answer.status_code < 500, (method, path)
    assert records(Path(app.instance_path)) == before


@pytest.mark.attack("C08")
@pytest.mark.parametrize("value", ["x", "a.b.c", "." * 4000, "A" * 4000, "%00", "é", '"', "=;"])
def test_c08_foreign_cookies_are_nobody_s(site, value):
    """Forged, truncated, oversize: anonymous, never a fault."""
    app, client = site
    names = {cookie.key for cookie in client._cookies.values()}
    stranger = app.test_client()
    for name in names:
        stranger.set_cookie(name, value)
    for path in ("/home.do", "/ticketProvisioning", "/"):
        assert stranger.get(path).status_code in {302, 303, 404}


@pytest.mark.attack("C10")
def test_c10_every_answer_has_the_headers(site):
    """404, 405, 413 and files included; and none tells a version of ours."""
    app, client = site
    asked = [("GET", path) for path in readable(app)]
    asked += [("GET", "/no/such/page"), ("TRACE", "/"), ("DELETE", "/"), ("GET", "/static/none.css"), ("JUNK", "/")]
    for method, path in asked:
        with client.open(path, method=method) as answer:
            for header in HEADERS:
                assert header in answer.headers, (method, path, header)
            assert "Werkzeug" not in answer.headers.get("Server", "")


@pytest.mark.attack("C13")
def test_c13_what_an_address_says_is_shown_as_text(site):
    """Markup in the path, the query or a header comes back escaped, and no template runs (C16)."""
    app, client = site
    for path in readable(app):
        query = {"sysparm_query": MARKUP, "q": MARKUP, "error_description": MARKUP, "sysparm_login_url": MARKUP}
        with client.get(
            path, query_string=query, headers={"Accept": f"text/{MARKUP}", "Accept-Language": MARKUP}
        ) as answer:
            if "html" in answer.content_type:
                assert "<script>alert" not in answer.text, path
                assert '"><script' not in answer.text, path
    with client.get(f"/{MARKUP}") as answer:
        assert "<script>alert" not in answer.text


@pytest.mark.attack("C15")
def test_c15_what_programs_read_is_never_a_page(site):
    """A browser cannot be made to take an API's answer for HTML."""
    app, client = site
    for path in readable(app):
        if path.startswith("/api/"):
            for accept in ("text/html", "*/*", "image/svg+xml"):
                with client.get(path, headers={"Accept": accept}) as answer:
                    assert not answer.content_type.startswith("text/html"), path
                    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.attack("C18")
@pytest.mark.parametrize(
    "value", ["a\r\nSet-Cookie: x=1", "a\nLocation: //evil", "a\0b", "\x80\xff", "\u2028", "\ud800"]
)
def test_c18_no_value_splits_a_header(site, value):
    """Line ends, NUL and 8-bit text in what could become a header: no fault, no header of the sender's."""
    app, client = site
    given = value.encode("utf-8", "surrogatepass")
    query = "&".join(
        f"{name}={''.join(f'%{byte:02X}' for byte in given)}"
        for name in ("sysparm_login_url", "next", "return_to", "state", "redirect_uri", "glide_sso_id")
    )
    for path in readable(app):
        with client.get(f"{path}?{query}") as answer:
            assert answer.status_code < 500, path
            assert "x=1" not in answer.headers.get("Set-Cookie", "")
            assert "evil" not in answer.headers.get("Location", "").partition("?")[0]


@pytest.mark.attack("C19")
@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_c19_no_other_origin_may_read(site, origin):
    """No answer invites another site's script."""
    app, client = site
    for path in readable(app):
        for method in ("GET", "OPTIONS"):
            headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            with client.open(path, method=method, headers=headers) as answer:
                assert "Access-Control-Allow-Origin" not in answer.headers, path


@pytest.mark.attack("C20")
def test_c20_path_tricks_do_not_get_past_the_login(site):
    """Whoever is not signed in sees no page by writing its address another way."""
    app, client = site
    signed_in: FlaskClient = client
    stranger = app.test_client()
    home = "/home.do" if "pages" in app.blueprints else "/ticketProvisioning"
    secret = signed_in.get(home).text
    for path in (
        f"/{home}",
        f"/static/..{home}",
        f"/%2e%2e{home}",
        f"{home};x",
        f"{home}%00",
        f"{home}.",
        home.upper(),
    ):
        with stranger.get(path) as answer:
            assert answer.status_code in {302, 303, 308, 400, 404}, path
            assert answer.text != secret


@pytest.mark.attack("C21")
def test_c21_method_overrides_and_junk_methods_do_nothing(site):
    """Outside the REST APIs a GET stays a GET; methods that are none are refused."""
    app, client = site
    home = "/home.do" if "pages" in app.blueprints else "/ticketProvisioning"
    for method in ("TRACE", "CONNECT", "JUNK", "PROPFIND", "x" * 100):
        with client.open(home, method=method) as answer:
            assert answer.status_code in {400, 405, 501}, method
    override = {"X-HTTP-Method-Override": "DELETE"}
    assert client.get(f"{home}?_method=DELETE", headers=override).status_code == client.get(home).status_code


@pytest.mark.attack("C22")
def test_c22_nothing_for_developers_is_served(site):
    """No console, no repository, no file outside the folder of files."""
    app, _client = site
    for path in UNKNOWN:
        with app.test_client().get(path) as answer:
            assert answer.status_code in {302, 303, 401, 404}, path
            assert "werkzeug" not in answer.text.lower()
