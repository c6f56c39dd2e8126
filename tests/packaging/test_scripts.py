"""Benchmarks and what writes the documentation: no other test runs most of them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(path.relative_to(ROOT) for folder in ("benchmarks", "docs") for path in (ROOT / folder).glob("*.py"))
PAIR = {"TICKETLAB_EMULATOR_URL": "http://instance", "TICKETLAB_CONNECTOR_URL": "http://tenant"}


@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_a_script_finds_all_that_it_imports(script: Path) -> None:
    command = [sys.executable, "-c", f"import {script.stem}"]
    folder = ROOT / script.parent
    done = subprocess.run(command, cwd=folder, env=os.environ | PAIR, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
