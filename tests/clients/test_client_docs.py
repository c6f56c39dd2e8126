"""docs/clients.md is true: what it tells of each client runs as it stands."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from patience import HANGING

from .conftest import ENVIRONMENTS, Served, environment_of

TEXT = (Path(__file__).parents[2] / "docs" / "clients.md").read_text()
PART = re.compile(r"^\*\*(?P<client>[\w-]+)\*\*(?P<text>.*?)(?=^\*\*|^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(sh|python|js)\n(.*?)^```", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.clients


def samples() -> Iterator[tuple[str, str, str]]:
    """Client, language and text of every block in the section that goes through the clients one by one."""
    for part in PART.finditer(TEXT[TEXT.index("## One by one") :]):
        for language, text in BLOCK.findall(part["text"]):
            yield part["client"], language, text


SAMPLES = [pytest.param(*each, id=f"{each[0]}-{number}") for number, each in enumerate(samples())]


def runner_of(language: str, folder: Path) -> list[str]:
    python = folder / "bin" / "python"
    return {
        "sh": ["bash", "-euo", "pipefail", "-c"],
        "python": [str(python) if python.exists() else sys.executable, "-c"],
        "js": ["node", "-e"],
    }[language]


def adapted(text: str, served: Mapping[str, str]) -> str:
    """The text with the addresses of this test's instance in place of the usual ones."""
    http, https = (urlsplit(served[name]).netloc for name in ("TICKETLAB_EMULATOR_URL", "TICKETLAB_TLS_URL"))
    for usual, here in (
        ("127.0.0.1:8080", http),
        ("127.0.0.1:8443", https),
        (".ticketlab/tls/ca.pem", served["TICKETLAB_TLS_CA"]),
    ):
        text = text.replace(usual, here)
    return text


@pytest.mark.source("clients", "C")
@pytest.mark.parametrize(("client", "language", "text"), SAMPLES)
def test_lines_of_the_document_run_as_they_stand(client: str, language: str, text: str, served: Served, tmp_path: Path):
    """Each reads an incident, or says how many there are, by the client itself."""
    folder = ENVIRONMENTS / client.replace("-", "_")
    assert client == "curl" or (folder / ".made").exists(), "make test-clients installs the clients"
    environment = {
        **environment_of(folder, served, tmp_path),
        "NODE_PATH": str(folder / "node_modules"),
    }
    done = subprocess.run(
        [*runner_of(language, folder), adapted(text, served)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANGING,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    assert re.search(r"INC\d{7}|\b\d+\b|incident", done.stdout), done.stdout


def test_every_client_that_is_tried_has_its_lines():
    """A client that the table names and the section leaves out fails the build, and the other way round."""
    table = TEXT[TEXT.index("## What is tested") :]
    tried = set(re.findall(r"^\| ([a-z-]+)(?: \(@servicenow/sdk\))? \| [0-9.]+ \|", table, re.MULTILINE))
    assert {client for client, _language, _text in samples()} == tried | {"curl"}
