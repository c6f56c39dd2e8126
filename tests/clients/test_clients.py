"""Clients that nobody here wrote, unmodified, each in an environment of its own that ``make test-clients`` made."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests
from oauth_flows import SECONDS, make_client_over_http
from ticketlab.shared.command.options import PairOptions
from ticketlab.shared.command.servers import Pair

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parents[1] / ".clients"
ADMIN = ("admin", "admin")
ADMIN_SYS_ID = "6816f79cc0a8016401c5a33be04be441"
PROGRAMS = sorted(str(path.relative_to(HERE)) for path in HERE.glob("*/use*"))

pytestmark = pytest.mark.clients


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """One pair for all of them, with some volume, a file, and an OAuth client: what a program is told of it."""
    options = PairOptions(tls=True, seed="bulk:700").on_free_ports(tmp_path_factory.mktemp("served"))
    with Pair(options) as pair:
        pair.start()
        pair.wait_until_ready()
        url = pair.emulator.url
        client = make_client_over_http(url, user=ADMIN_SYS_ID)
        enabled = {"name": "glide.oauth.inbound.client.credential.grant_type.enabled", "value": "true"}
        create(url, "table/sys_properties", json=enabled)
        incident = create(url, "table/incident", json={"short_description": "With a file"})
        named = f"table_name=incident&table_sys_id={incident}&file_name=notes.txt"
        create(url, f"attachment/file?{named}", data=b"notes", headers={"Content-Type": "text/plain"})
        yield {**pair.environment, "CLIENT_ID": client.client_id, "CLIENT_SECRET": client.secret}


def create(url: str, path: str, **body: object) -> str:
    answer = requests.post(f"{url}/api/now/{path}", auth=ADMIN, timeout=SECONDS, **body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["result"]["sys_id"])


def environment_of(folder: Path, served: Mapping[str, str], home: Path) -> dict[str, str]:
    """The client's own commands first, the lab's authority, and a home folder without anybody's settings."""
    authority = served["TICKETLAB_TLS_CA"]
    trusted = dict.fromkeys(("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"), authority)
    commands = (folder / "bin", folder / "node_modules" / ".bin", os.environ["PATH"])
    path = os.pathsep.join(str(each) for each in commands)
    return {**served, **trusted, "PATH": path, "HOME": str(home), "CLIENT_FOLDER": str(folder)}


@pytest.mark.source("clients", "C")
@pytest.mark.parametrize("program", PROGRAMS)
def test_client_cannot_tell_the_emulator_from_an_instance(program: str, served: Mapping[str, str], tmp_path: Path):
    """Create, read, pages, update, delete and the client's own ways of authentication, as far as it has them."""
    script = HERE / program
    folder = ENVIRONMENTS / script.parent.name
    assert (folder / ".made").exists(), "make test-clients installs the clients"
    python = folder / "bin" / "python"
    runner = "node" if script.suffix == ".cjs" else str(python) if python.exists() else sys.executable
    environment = environment_of(folder, served, tmp_path)
    done = subprocess.run(
        [runner, str(script)], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=400, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
