"""The Makefile on a machine where something is missing: one line with the command that installs it, exit code 2."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKE = shutil.which("make") or "make"


def make(*arguments: str, path: Path) -> subprocess.CompletedProcess[str]:
    """Run make with nothing on the search path but what lies in ``path``."""
    return subprocess.run(
        [MAKE, "--no-print-directory", *arguments],
        cwd=ROOT,
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def one_line(text: str) -> str:
    """The only line that is not make's own closing remark about the failed recipe."""
    lines = [line for line in text.strip().splitlines() if not line.startswith(("make: ***", "make[1]: ***"))]
    assert len(lines) == 1, text
    return lines[0]


@pytest.mark.parametrize(("tool", "package"), [("chromium", "chromium"), ("curl", "curl")])
def test_missing_tool_of_the_tests_is_named_with_its_install_command(tool: str, package: str, tmp_path: Path):
    """``make test`` tells what to install before any test runs."""
    told = make(tool, path=tmp_path)
    assert told.returncode == 2
    assert f"sudo apt-get install {package}" in one_line(told.stderr)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ('case "$2" in *ensurepip*) exit 1;; esac', "sudo apt-get install python3-venv"),
        ('case "$2" in *version_info*) exit 1;; esac', "older than 3.11"),
    ],
)
def test_missing_part_of_python_is_named(script: str, told: str, tmp_path: Path):
    """Without the venv module, or with an old Python, there is one line and no half-made environment."""
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    refused = make(f"PYTHON={python}", f"VENV={tmp_path / 'venv'}", str(tmp_path / "venv" / ".created"), path=tmp_path)
    assert refused.returncode == 2
    assert told in one_line(refused.stderr)
    assert not (tmp_path / "venv").exists()


def test_missing_python_is_named(tmp_path: Path):
    """On a machine without Python the line tells how to get it."""
    refused = make(f"VENV={tmp_path / 'venv'}", str(tmp_path / "venv" / ".created"), path=tmp_path)
    assert refused.returncode == 2
    assert "sudo apt-get install python3" in one_line(refused.stderr)
