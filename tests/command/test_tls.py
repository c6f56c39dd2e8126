"""``ticketlab up --tls``: the same instance over https, for clients that insist on it."""

import json
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from command_line import Running, processes_using, run, running
from patience import HANGING

TABLE = "/api/now/table/incident"


@pytest.fixture(scope="module")
def up(seeded_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = Path(shutil.copytree(seeded_data, tmp_path_factory.mktemp("tls") / "data"))
    with running(data, "--tls", "--tls-port", "0") as started:
        yield started


def get(up: Running, path: str, **options) -> requests.Response:
    return requests.get(up.facts["tls"] + path, verify=up.facts["tls_ca"], timeout=HANGING, **options)


def test_both_listeners_answer_for_one_instance(up: Running):
    """What is written over one is read over the other."""
    values = {"short_description": "over https"}
    made = requests.post(
        up.facts["tls"] + TABLE, json=values, auth=("admin", "admin"), verify=up.facts["tls_ca"], timeout=HANGING
    )
    assert made.status_code == 201
    assert made.headers["Location"].startswith(up.facts["tls"])
    number = made.json()["result"]["number"]
    found = requests.get(
        up.facts["emulator"] + TABLE, params={"number": number}, auth=("admin", "admin"), timeout=HANGING
    ).json()
    assert found["result"][0]["short_description"] == "over https"


def test_links_name_the_scheme_and_host_of_the_request(up: Running):
    """Also under a name of the cloud."""
    answer = get(
        up, TABLE, params={"sysparm_limit": 1}, auth=("admin", "admin"), headers={"Host": "dev1.service-now.com"}
    )
    assert answer.json()["result"][0]["opened_by"]["link"].startswith("https://dev1.service-now.com/api/now/table/")
    assert answer.headers["Link"].startswith("<https://dev1.service-now.com/")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_cookies_are_secure_and_no_page_leads_back_to_http(up: Running):
    """Under a loopback name there is no HSTS: the browser would refuse the http address as well."""
    page = get(up, "/login.do")
    assert page.url.startswith("https:")
    assert "Strict-Transport-Security" not in page.headers
    page = requests.get(
        up.facts["tls"].replace("127.0.0.1", "localhost") + "/login.do",
        verify=up.facts["tls_ca"],
        allow_redirects=False,
        timeout=HANGING,
    )
    assert page.status_code == 200
    cookies = page.raw.headers.getlist("Set-Cookie")
    assert cookies
    assert all("Secure" in cookie for cookie in cookies)


def test_a_client_without_the_authority_refuses_and_one_of_2020_is_let_in(up: Running):
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(up.facts["tls"], timeout=HANGING)
    host, _, port = up.facts["tls"].removeprefix("https://").partition(":")
    context = ssl.create_default_context(cafile=up.facts["tls_ca"])
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with socket.create_connection((host, int(port))) as plain, context.wrap_socket(plain, server_hostname=host) as tls:
        assert tls.version() == "TLSv1.2"


def test_status_and_health_tell_of_it(up: Running):
    told = run("status", "--json", "--data", up.facts["data"], cwd=Path(up.facts["data"]))
    assert json.loads(told.stdout)["emulator"]["tls_url"] == up.facts["tls"]
    assert up.facts["tls"] in run("status", "--data", up.facts["data"], cwd=Path(up.facts["data"])).stdout
    assert get(up, "/lab/health").json()["tls_url"] == up.facts["tls"]


def test_the_certificate_and_its_key_are_not_told_to_the_other_servers(up: Running):
    """One more supervisor and one more worker, and all of them end with the command."""
    assert len(processes_using(Path(up.facts["data"]))) == 6


@pytest.mark.long
def test_the_documented_curl_line_reaches_a_cloud_name_without_a_change_to_the_system(up: Running):
    line = next(
        block
        for block in (Path(__file__).parents[2] / "docs" / "clients.md").read_text().split("```")
        if "--connect-to" in block
    )
    port = up.facts["tls"].rpartition(":")[2]
    line = line.replace(".ticketlab/tls/ca.pem", up.facts["tls_ca"]).replace(":8443", f":{port}")
    told = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert json.loads(told.stdout)["result"][0]["number"].startswith("INC")
