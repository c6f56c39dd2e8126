"""The lab's web side, on an app of the smallest kind."""

import pytest
from flask import Flask
from ticketlab.shared.clock import ClockSetting, LabClock
from ticketlab.shared.secret import Secret
from ticketlab.shared.web.date import install_date
from ticketlab.shared.web.headers import install_headers
from ticketlab.shared.web.lab import Account, Link, Reset, StartPage, Step, install_lab

KEY = "the lab key"
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}


class SmallLab:
    """A lab of nothing, which notes what is asked of it."""

    own_url = "http://ticketlab.example:8080"
    key = Secret(KEY)

    def __init__(self):
        self.setting = ClockSetting()
        self.done = []

    def facts(self):
        return {"product": "small", "version": "1", "name": "it"}

    def start_page(self):
        return StartPage(
            "The <small> lab",
            "It does nothing.",
            (Step("Look", Link("here", "/here")),),
            (Link("a page", "/page"),),
            (Account("someone", "their password", "to look"),),
            Link("the other", "http://127.0.0.1:1/lab"),
        )

    def read_clock(self):
        return self.setting

    def change_clock(self, change):
        self.setting = change(self.setting)
        return self.setting

    def reset(self):
        self.done.append("reset")
        return Reset("demo", self.setting)

    def keep(self):
        self.done.append("keep")


@pytest.fixture
def lab():
    return SmallLab()


@pytest.fixture
def client(lab, tmp_path):
    small = Flask("small", instance_path=str(tmp_path))
    install_date(small, LabClock(lab.read_clock))
    install_lab(small, lab)
    install_headers(small)
    return small.test_client()


POSTS = ["/lab/reset", "/lab/clock", "/lab/seed"]


def test_health_says_what_runs_and_that_its_database_answers(client):
    answer = client.get("/lab/health").json
    assert answer.keys() == {"product", "version", "name", "database", "uptime_seconds", "now"}
    assert answer["database"] == "ok"


def test_the_start_page_tells_the_story_and_escapes_it(client):
    page = client.get("/lab").text
    for text in ("The &lt;small&gt; lab", "Look", 'href="/here"', "their password", 'href="http://127.0.0.1:1/lab"'):
        assert text in page
    assert '<form method="post" action="/lab/reset">' in page


def test_the_pages_style_is_served_from_the_app_itself(client):
    """The content security policy lets nothing else in."""
    answer = client.get("/lab/static/lab.css", buffered=True)
    assert answer.mimetype == "text/css"
    assert "<style" not in client.get("/lab").text


def test_a_program_resets_with_json_and_the_page_with_its_form(client, lab):
    assert client.post("/lab/reset", json={}).json == {"reset": True, "seed": "demo"}
    answer = client.post("/lab/reset", data={}, headers={"Sec-Fetch-Site": "same-origin"}, content_type=FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/lab?done=reset")
    assert lab.done == ["reset", "reset"]


FORM = "application/x-www-form-urlencoded"


def test_the_clock_moves_stops_and_runs_on(client):
    moved = client.post("/lab/clock", json={"advance": 1860}).json
    assert (moved["offset_seconds"], moved["frozen"]) == (1860, False)
    frozen = client.post("/lab/clock", json={"freeze": True}).json
    assert frozen["frozen"] is True
    assert client.get("/lab/clock").json["now"] == frozen["now"] == client.get("/lab/health").json["now"]
    assert client.post("/lab/clock", json={"set": "2020-10-01T12:00:00Z"}).json["now"] == "2020-10-01T12:00:00.000Z"
    running = client.post("/lab/clock", json={"run": True}).json
    assert (running["frozen"], running["now"][:16]) == (False, "2020-10-01T12:00")


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/lab/nowhere", 404, "The lab has no such page"),
        ("/lab/clock/", 404, "The lab has no such page"),
        ("/lab/reset", 405, "does not accept this method"),
        ("/lab/cases/nosuch", 404, "There is no such case"),
    ],
)
def test_an_error_is_a_page_for_a_browser_and_json_for_a_program(client, path, status, told):
    page = client.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert told in page.text
    assert 'href="/lab"' in page.text
    for accept in ("*/*", "application/json"):
        answer = client.get(path, headers={"Accept": accept})
        assert (answer.status_code, answer.json["status"]) == (status, "failure")
        assert told in answer.json["error"]["message"]


@pytest.mark.parametrize("given", ["yesterday", "2020-09-01", "2020-09-01T12:00:00"])
def test_a_moment_that_cannot_be_read_is_told_by_an_example(client, given):
    error = client.post("/lab/clock", json={"set": given}).json["error"]
    assert repr(given) in error["message"]
    assert "as 2020-09-01T12:00:00Z" in error["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"advance": "60"},
        {"advance": True},
        {"advance": 1e300},
        {"advance": -1e300},
        {"set": "yesterday"},
        {"set": "2020-10-01T12:00:00"},
        {"set": "9999-12-31T23:59:59+00:00"},
        {"set": 5},
        {"set": "2020\0"},
        {"freeze": False},
        {"run": 1},
        {"advance": 1, "freeze": True},
        {"forward": 1},
        {"advance": None},
        [],
    ],
    ids=repr,
)
def test_a_bad_change_of_the_clock_changes_nothing(client, lab, body):
    answer = client.post("/lab/clock", json=body)
    assert answer.status_code == 400
    assert answer.json["status"] == "failure"
    assert answer.json["error"]["message"]
    assert lab.setting == ClockSetting()


def test_many_leaps_go_no_further_than_one_may(client, lab):
    years = {"advance": 40 * 365 * 86400}
    assert client.post("/lab/clock", json=years).status_code == 200
    before = lab.setting
    assert client.post("/lab/clock", json=years).status_code == 400
    assert lab.setting == before


@pytest.mark.parametrize("body", [b"[" * 100_000, b"{", b'{"advance": NaN}', b"\xff", b'{"a": "\\ud800"}', b"null"])
def test_a_body_that_is_no_object_is_400(client, body):
    for path in POSTS:
        assert client.post(path, data=body, content_type="application/json").status_code == 400


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    ("headers", "content_type"),
    [
        ({"Host": "evil.example"}, "application/json"),
        ({"Sec-Fetch-Site": "cross-site"}, "application/json"),
        ({"Sec-Fetch-Site": "same-site"}, "application/json"),
        ({"Sec-Fetch-Site": "cross-site"}, FORM),
        ({}, FORM),
        ({"Sec-Fetch-Site": "none"}, FORM),
        ({}, "text/plain"),
        ({}, "multipart/form-data"),
        ({}, None),
    ],
)
def test_a_foreign_page_cannot_use_the_lab(client, lab, path, headers, content_type):
    """By another Host (DNS rebinding), across sites, or in the ways a form can send."""
    answer = client.post(path, data=b'{"freeze": true}', headers=headers, content_type=content_type)
    assert answer.status_code == 403
    assert answer.json["error"]["message"] == "The lab refuses this request"
    assert (lab.done, lab.setting) == ([], ClockSetting())


@pytest.mark.parametrize("path", ["/lab", "/lab/health", "/lab/clock", "/lab/static/lab.css", "/lab/nothing"])
def test_not_even_reading_is_allowed_under_another_host(client, path):
    assert client.get(path, headers={"Host": "evil.example"}).status_code == 403
    assert client.get(path, headers={"Host": "ticketlab.example"}, buffered=True).status_code != 403


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:80", "ticketlab.example", "127.9.9.9"])
def test_own_names_are_welcome(client, host):
    assert client.get("/lab/health", headers={"Host": host}).status_code == 200


def test_another_machine_needs_the_key(client, lab):
    def reset(**headers):
        return client.post("/lab/reset", json={}, headers=headers, environ_base=ELSEWHERE).status_code

    assert [reset(), reset(**{"X-Ticketlab-Key": "wrong"}), reset(**{"X-Ticketlab-Key": "é"})] == [403, 403, 403]
    assert lab.done == []
    assert reset(**{"X-Ticketlab-Key": KEY}) == 200


def test_whoever_has_the_key_may_call_the_machine_as_they_like(client):
    """A page that gives its own name this machine's address (DNS rebinding) has no key."""
    named = {"Host": "servicenow.test:8080"}
    assert (
        client.get("/lab/health", headers={**named, "X-Ticketlab-Key": KEY}, environ_base=ELSEWHERE).status_code == 200
    )
    assert client.get("/lab/health", headers={**named, "X-Ticketlab-Key": "wrong"}).status_code == 403


def test_without_a_key_no_other_machine_comes_in(client, lab):
    lab.key = Secret("")
    for key in ("", "x"):
        answer = client.get("/lab/health", headers={"X-Ticketlab-Key": key}, environ_base=ELSEWHERE)
        assert answer.status_code == 403


def test_errors_have_one_shape_even_where_no_route_is(client):
    for method, path, status in (("GET", "/lab/none", 404), ("GET", "/lab/reset", 405), ("PUT", "/lab/clock", 405)):
        answer = client.open(path, method=method, content_type="application/json")
        assert (answer.status_code, answer.json["status"]) == (status, "failure")
        assert answer.json["error"].keys() == {"message", "detail"}


def test_the_app_beside_the_lab_is_not_guarded_by_it(client):
    assert client.get("/laboratory", headers={"Host": "evil.example"}).status_code == 404
