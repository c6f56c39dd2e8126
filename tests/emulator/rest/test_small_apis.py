"""Tiny URLs, the current user, the list of tables, and what is refused by name (rest 10)."""

import pytest

HOST = "http://dev00001.service-now.com"
UNKNOWN = {"error": {"message": "Requested URI does not represent any resource", "detail": None}, "status": "failure"}


def shorten(api, url):
    return api.open("/api/now/tinyurl", "POST", json={"url": url})


@pytest.mark.source("rest 10", "C")
def test_a_tiny_url_replays_its_query_on_the_same_path(api):
    """Servicenow.itsm sends it when an address is over 2,048 characters."""
    numbers = ",".join(f"INC{number:07}" for number in range(1, 4))
    query = f"numberIN{numbers}^ORDERBYDESCnumber"
    url = f"{HOST}/api/now/table/incident?sysparm_query={query.replace('^', '%5E')}&sysparm_fields=number"
    answer = shorten(api, url)
    assert answer.status_code == 200
    page, _, tiny = answer.json["result"].partition("?sysparm_tiny=")
    assert (page, len(tiny)) == ("incident_list.do", 32)
    assert [row["number"] for row in api.rows("incident", sysparm_tiny=tiny)] == [
        "INC0000003",
        "INC0000002",
        "INC0000001",
    ]
    page = api.get("incident", sysparm_tiny=tiny, sysparm_limit=1, sysparm_offset=1)
    assert page.json["result"] == [{"number": "INC0000002"}]
    assert f"<{HOST}/api/now/table/incident?sysparm_tiny={tiny}&sysparm_offset=2" in page.headers["Link"]


@pytest.mark.source("rest 10", "C")
@pytest.mark.parametrize(
    ("path", "asked", "found"),
    [
        ("/api/now/stats/incident", "sysparm_count=true&sysparm_query=number%3DINC0000001", '"count":"1"'),
        ("/api/now/attachment", "file_name=nothing.txt", '"result":[]'),
        ("/api/sn_chg_rest/change", "number=CHG0000009&order=number", '"value":"CHG0000009"'),
        ("/api/now/cmdb/instance/cmdb_ci_server", "sysparm_query=name%3Dnothing", '"result":[]'),
    ],
)
def test_a_tiny_url_replays_its_query_in_every_list(api, path, asked, found):
    """The client of servicenow.itsm shortens whatever it reads; without the query it would get all there is."""
    tiny = shorten(api, f"{HOST}{path}?{asked}").json["result"].partition("sysparm_tiny=")[2]
    short, long = api.open(f"{path}?sysparm_tiny={tiny}"), api.open(f"{path}?{asked}")
    assert (short.status_code, short.json) == (200, long.json)
    assert found in short.text


@pytest.mark.source("rest 10", "G")
@pytest.mark.parametrize("tiny", ["f" * 32, "junk", "x^ORtiny_urlISNOTEMPTY"])
def test_a_tiny_url_that_stands_for_nothing_is_400(api, tiny):
    """All records instead of some would be the wrong answer (ours)."""
    assert api.get("incident", sysparm_tiny=tiny).status_code == 400
    assert api.get("incident", sysparm_tiny="").status_code == 200


@pytest.mark.attack("D05")
@pytest.mark.parametrize("url", [None, "", "x" * 65_001, "http://[::1", "//[", True])
def test_d05_what_is_no_address_gets_no_short_one(api, url):
    answer = shorten(api, url)
    assert (answer.status_code, answer.json["error"]["message"]) == (400, "Invalid URL")


@pytest.mark.attack("D05")
@pytest.mark.parametrize(("url", "read"), [(7, "7"), (["a", "b"], "a,b")])
def test_d05_a_number_or_a_list_is_read_as_its_text_like_any_value(api, url, read):
    assert shorten(api, url).json["result"].startswith(f"{read}?sysparm_tiny=")


@pytest.mark.source("rest 10", "C")
def test_the_current_user_is_whoever_asks(api, make_user):
    """Clients read different keys for one thing."""
    user = make_user("itil").open("/api/now/ui/user/current_user").json["result"]
    assert user["user_name"].startswith("user.")
    admin = api.open("/api/now/ui/user/current_user").json["result"]
    assert (admin["user_sys_id"], admin["user_name"]) == ("6816f79cc0a8016401c5a33be04be441", "admin")
    assert admin["user_display_name"] == admin["name"] == "System Administrator"
    assert admin["user_email"] == admin["email"] == "admin@example.com"
    assert admin["user_initials"] == "SA"


@pytest.mark.source("rest 10", "C")
def test_the_schema_lists_every_table_by_label_and_name(api):
    tables = api.open("/api/now/doc/table/schema").json["result"]
    assert {"label": "Incident", "value": "incident"} in tables
    assert len(tables) > 60


@pytest.mark.source("rest 10", "C")
@pytest.mark.parametrize(
    "path",
    [
        "/api/subscribers",
        "/api/sn_sc/servicecatalog/wishlist",
        "/api/sn_sc/servicecatalog/items/0/submit_producer",
        "/api/now/ui/concoursepicker/updateset",
    ],
)
def test_an_api_that_is_not_emulated_is_refused_loudly(api, path):
    """With the platform's own answer to an address it does not know (docs/rest.md names them)."""
    answer = api.open(path)
    assert (answer.status_code, answer.json) == (400, UNKNOWN)


@pytest.mark.source("rest 10", "G")
def test_the_statistics_are_there_for_people_and_for_programs(stranger):
    """Monitoring reads the release without logging in."""
    page, xml = stranger.open("/stats.do"), stranger.open("/xmlstats.do")
    assert "<br>Build name: Orlando<br>Build date: " in page.text, "clients part it at <br>, and trim nothing"
    assert xml.headers["Content-Type"] == "text/xml; charset=UTF-8"
    assert "<xmlstats><instance_name>dev00001</instance_name>" in xml.text
