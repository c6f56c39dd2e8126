"""``wsgi.py`` at the root: both apps for any WSGI server."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ASK = """
import json, sys, wsgi
app = getattr(wsgi, sys.argv[1])
answer = app.test_client().get("/lab/health", headers=json.loads(sys.argv[2]), base_url="http://127.0.0.1")
print(json.dumps({"status": answer.status_code, **answer.json}))
print(sorted(name for name in sys.modules if name in ("ticketlab.emulator", "ticketlab.connector")))
print(*sys.modules)
"""
LATE = {"alembic", "cryptography.x509", "joserfc", "psycopg", "sqlalchemy.dialects.postgresql"}
"""What few starts need is imported where it is needed: it takes time of the start, and memory for good."""


@pytest.mark.parametrize("name", ["emulator", "connector"])
def test_wsgi_offers_each_app_without_starting_the_other(name: str, tmp_path: Path, accept_json):
    """``wsgi:emulator`` and ``wsgi:connector`` answer, and asking for one leaves the other alone."""
    asked = subprocess.run(
        [sys.executable, "-c", ASK, name, json.dumps(dict(accept_json))],
        cwd=ROOT,
        env={**os.environ, "TICKETLAB_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    health, apps, modules = asked.stdout.splitlines()[-3:]
    assert json.loads(health)["status"] == 200
    assert apps == f"['ticketlab.{name}']"
    assert not LATE & set(modules.split())


def test_wsgi_knows_no_other_name():
    """A misspelt name is an AttributeError, as of any module."""
    asked = subprocess.run(
        [sys.executable, "-c", "import wsgi; wsgi.emulater"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "AttributeError" in asked.stderr
