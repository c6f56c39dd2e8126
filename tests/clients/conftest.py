"""One pair for all the clients, and what each of them is started with."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests
from oauth_flows import make_client_over_http
from patience import HANGING
from ticketlab.shared.command.options import PairOptions
from ticketlab.shared.command.pair import Pair

ENVIRONMENTS = Path(__file__).parents[2] / ".clients"
ADMIN = ("admin", "admin")
ADMIN_SYS_ID = "6816f79cc0a8016401c5a33be04be441"
API_KEY = "a-key-that-an-administrator-has-typed"

Served = Mapping[str, str]
"""What a program is told of the pair: its addresses, the authority, an OAuth client, an API key."""


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo with some volume, and an OAuth client with a user of its own."""
    options = PairOptions(tls=True, seed="bulk:700").on_free_ports(tmp_path_factory.mktemp("served"))
    with Pair(options) as pair:
        pair.start()
        pair.wait_until_ready(seconds=HANGING)
        url = pair.emulator.url
        client = make_client_over_http(url, user=ADMIN_SYS_ID)
        enabled = {"name": "glide.oauth.inbound.client.credential.grant_type.enabled", "value": "true"}
        create(url, "sys_properties", enabled)
        create(url, "api_key?sysparm_input_display_value=true", {"name": "clients", "user": "admin", "token": API_KEY})
        yield {
            **pair.environment,
            "CLIENT_ID": client.client_id,
            "CLIENT_SECRET": client.secret,
            "API_KEY": API_KEY,
        }


def create(url: str, table: str, values: Mapping[str, str]) -> None:
    made = requests.post(f"{url}/api/now/table/{table}", json=values, auth=ADMIN, timeout=HANGING)
    assert made.status_code == 201, made.text


def environment_of(folder: Path, served: Served, home: Path) -> dict[str, str]:
    """The client's own commands first, the lab's authority, and a home folder without anybody's settings."""
    authority = served["TICKETLAB_TLS_CA"]
    trusted = dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"), authority)
    commands = (folder / "bin", folder / "node_modules" / ".bin", os.environ["PATH"])
    path = os.pathsep.join(str(each) for each in commands)
    return {**served, **trusted, "PATH": path, "HOME": str(home), "CLIENT_FOLDER": str(folder)}
