"""What every answer under /api has in common: headers, the error envelope, the front end's limits."""

import io
import re

import pytest

ENVELOPE_KEYS = ["error", "status"]


def assert_envelope(answer):
    """The one shape of every refusal (platform 4.1)."""
    assert list(answer.json) == ENVELOPE_KEYS
    assert set(answer.json["error"]) == {"message", "detail"}
    assert answer.json["status"] == "failure"
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"


@pytest.mark.source("platform 4.5", "F")
def test_an_answer_carries_the_recorded_headers(api):
    headers = api.get("incident", sysparm_limit=1).headers
    assert re.fullmatch(r"[0-9a-f]{12}", headers["X-Transaction-ID"])
    expected = {
        "X-Is-Logged-In": "true",
        "Pragma": "no-store,no-cache",
        "Cache-Control": "no-cache,no-store,must-revalidate,max-age=-1",
        "Expires": "0",
        "Content-Type": "application/json;charset=UTF-8",
        "Server": "ServiceNow",
        "X-Content-Type-Options": "nosniff",
    }
    assert {name: headers[name] for name in expected} == expected
    assert "Strict-Transport-Security" not in headers


@pytest.mark.source("platform 4.5", "F")
def test_https_answers_ask_for_https(api):
    answer = api.http.get("/api/now/table/incident", auth=api.auth, base_url="https://dev00001.service-now.com")
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


def test_every_request_has_a_transaction_of_its_own(api):
    ids = {api.get("incident", sysparm_limit=1).headers["X-Transaction-ID"] for _ in range(5)}
    assert len(ids) == 5


@pytest.mark.source("platform 4.2", "F")
@pytest.mark.parametrize(
    "header", [None, "Basic YWRtaW46d3Jvbmc=", "Basic !!!", "Bearer junk", "Basic /w==", "Digest x"]
)
def test_no_or_bad_credentials_are_401_with_a_challenge(stranger, header):
    headers = {"Authorization": header} if header else None
    answer = stranger.get("incident", headers=headers)
    assert answer.status_code == 401
    assert answer.json["error"] == {
        "message": "User Not Authenticated",
        "detail": "Required to provide Auth information",
    }
    assert answer.headers["WWW-Authenticate"] == 'BASIC realm="Service-now"'
    assert not {"X-Transaction-ID", "X-Is-Logged-In"} & set(answer.headers.keys())


@pytest.mark.source("platform 4.2", "D")
@pytest.mark.parametrize(
    "path",
    ["/api/now/nonsense", "/api/now/v3/table/incident", "/api/subscribers", "/api/now/table", "/api/now/table/a/b/c"],
)
def test_an_address_that_is_no_api_is_400(api, path):
    answer = api.open(path)
    assert answer.status_code == 400
    assert answer.json["error"] == {"message": "Requested URI does not represent any resource", "detail": None}
    assert_envelope(answer)


@pytest.mark.attack("D20")
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/now/table/incident", "GET, HEAD, POST"),
        ("POST", "/api/now/table/incident/abc", "DELETE, GET, HEAD, PATCH, PUT"),
        ("OPTIONS", "/api/now/table/incident", None),
        ("OPTIONS", "/api/now/stats/incident", "GET, HEAD"),
        ("OPTIONS", "/api/now/v1/batch", "POST"),
        ("OPTIONS", "/api/now/ui/user/current_user", "GET, HEAD"),
        ("TRACE", "/api/now/table/incident", None),
        ("JUNK", "/api/now/table/incident", None),
    ],
)
def test_d20_another_method_is_405_in_the_envelope(api, method, path, allowed):
    answer = api.open(path, method)
    assert answer.status_code == 405
    assert_envelope(answer)
    assert allowed is None or answer.headers["Allow"] == allowed


@pytest.mark.attack("D08")
@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (None, 200),
        ("*/*", 200),
        ("application/json, text/plain, */*", 200),
        ("application/json", 200),
        ("", 200),
        ("junk", 406),
        ("text/csv", 406),
        ("application/json;q=0", 406),
        ("application/json;charset=utf-8", 200),
        ("text/html, image/gif, *; q=.2, */*; q=.2", 200),
        (";;;q=x", 406),
        ("*/*;q=x", 200),
        (",", 406),
    ],
)
def test_d08_only_who_takes_neither_json_nor_xml_is_refused(api, accept, status):
    """Real clients send no Accept, a wildcard, or lists with one (rest 1)."""
    answer = api.get("incident", headers=None if accept is None else {"Accept": accept}, sysparm_limit=1)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert set(answer.json) == ({"result"} if status == 200 else {"error", "status"})


@pytest.mark.source("rest 1", "C")
def test_a_url_over_8192_bytes_is_414_with_html(api):
    """120 sys_ids in one query pass; the front end answers the longer ones, not the API."""
    assert api.get("incident", sysparm_query=f"sys_idIN{','.join(['a' * 32] * 120)}").status_code == 200
    answer = api.get("incident", sysparm_query="a" * 8192)
    assert answer.status_code == 414
    assert answer.text.startswith("<html>")
    assert answer.headers["Content-Type"] == "text/html"
    assert api.open("/login.do", query_string={"a": "b" * 9000}).status_code == 414


@pytest.mark.source("rest 1", "D")
def test_a_body_over_10_mb_is_refused_with_its_size(api):
    size = 10 * 1024 * 1024 + 1
    answer = api.send("POST", "incident", b"x" * size)
    assert answer.status_code == 413
    assert answer.json["error"] == {
        "message": "Exception while reading request",
        "detail": f"Rejected large REST payload with content-length = {size} bytes. Max allowed: {size - 1} bytes.",
    }


@pytest.mark.attack("D01")
@pytest.mark.parametrize(("blanks", "status"), [(0, 201), (10 * 1024 * 1024, 413)])
def test_d01_a_body_without_a_length_is_measured_while_it_is_read(api, blanks, status):
    """Sent in chunks; padded with blanks, so that cutting it off would leave good JSON."""
    body = b'{"short_description":"in chunks"}' + b" " * blanks
    answer = api.open(
        "/api/now/table/incident",
        "POST",
        input_stream=io.BytesIO(body),
        content_type="application/json",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == status


@pytest.mark.attack("D07")
def test_d07_other_content_types_are_415_and_change_nothing(api):
    before = api.get("incident", sysparm_limit=1).headers["X-Total-Count"]
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/json;charset=utf-7"):
        answer = api.open("/api/now/table/incident", "POST", data=b"{}", content_type=content_type)
        assert answer.status_code == 415
        assert_envelope(answer)
    packed = api.send("POST", "incident", b"{}", headers={"Content-Encoding": "br"})
    assert packed.status_code == 415
    assert api.get("incident", sysparm_limit=1).headers["X-Total-Count"] == before


@pytest.mark.attack("D07")
@pytest.mark.source("rest 1", "C")
@pytest.mark.parametrize(
    "content_type", ["", "application/json;charset=latin1", "application/json; charset=ISO-8859-1"]
)
def test_d07_no_content_type_is_json_and_latin_1_is_read_as_such_or_not_at_all(api, content_type):
    """Real clients send none. A body is never read in another charset than it says."""
    body = '{"short_description":"é"}'.encode("latin-1" if content_type else "utf-8")
    answer = api.open("/api/now/table/incident", "POST", data=body, content_type=content_type)
    if "latin1" in content_type:
        assert answer.status_code == 415
    else:
        assert (answer.status_code, answer.json["result"]["short_description"]) == (201, "é")


@pytest.mark.attack("C23")
def test_c23_a_fault_of_ours_tells_nothing_of_itself(api, monkeypatch):
    """The answer is the platform's, the cause stands in the log."""

    def broken(*_arguments, **_named):
        raise ZeroDivisionError("SELECT secret FROM /work")

    monkeypatch.setattr("ticketlab.emulator.rest.table_api.asked_parameters", broken)
    answer = api.get("incident")
    assert answer.status_code == 500
    assert_envelope(answer)
    assert answer.json["error"]["message"] == "Exception while executing request: null"
    assert "secret" not in answer.text


@pytest.mark.attack("C17")
def test_c17_any_host_is_echoed_and_none_is_trusted(api):
    answer = api.http.get("/api/now/table/incident?sysparm_limit=1", auth=api.auth, base_url="http://evil.example:81")
    assert answer.json["result"][0]["opened_by"]["link"].startswith("http://evil.example:81/api/now/table/")


@pytest.mark.source("platform 4.2", "C")
def test_on_australia_the_text_of_a_401_is_newer(tmp_path):
    from ticketlab.emulator.testing import close, make_instance

    made = make_instance(release="australia")
    answer = made.test_client().get("/api/now/table/incident")
    close(made)
    assert answer.json["error"]["message"] == "User is not authenticated"


@pytest.mark.source("platform 4.2", "C")
def test_a_sessions_cookie_without_its_token_is_told_the_token(instance):
    """A page's script may use the API with both; a foreign page has the cookie alone."""
    from ticketlab.emulator.identity.sessions import Sessions
    from ticketlab.emulator.identity.users import Users
    from ticketlab.shared.web.parts import part_of

    account = part_of(instance, Users).by_name("admin")
    client = instance.test_client()
    client.set_cookie("JSESSIONID", part_of(instance, Sessions).start(account))
    path = "/api/now/table/incident?sysparm_limit=1"
    refused = client.post(path, json={})
    assert (refused.status_code, refused.headers["X-Is-Logged-In"]) == (401, "true")
    token = refused.headers["X-UserToken-Response"]
    assert client.post(path, json={}, headers={"X-UserToken": token}).status_code == 201
    assert client.post(path, json={}, headers={"X-UserToken": token + "x"}).status_code == 401


@pytest.mark.source("rest 1", "D")
def test_messages_of_the_session_stand_beside_the_result_for_whoever_wants_them(api):
    """There are none: nobody debugs a session here."""
    wants = {"X-WantSessionDebugMessages": "true", "X-WantSessionNotificationMessages": "true"}
    answer = api.get("incident", headers=wants, sysparm_limit=1).json
    assert list(answer) == ["result", "session"]
    assert answer["session"] == {"debug_logs": [], "notifications": []}
    one = {"X-WantSessionNotificationMessages": "true"}
    assert api.get("no_such_table", headers=one).json["session"] == {"notifications": []}
    assert "session" not in api.get("incident", headers={"X-WantSessionDebugMessages": "false"}).json
