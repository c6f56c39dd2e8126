"""Clients that nobody here wrote, unmodified, each in an environment of its own that ``make test-clients`` made."""

import subprocess
import sys
from pathlib import Path

import pytest
from patience import HANGING

from .conftest import ENVIRONMENTS, Served, environment_of

HERE = Path(__file__).parent
PROGRAMS = sorted(str(path.relative_to(HERE)) for path in HERE.glob("*/use*"))

pytestmark = pytest.mark.clients


@pytest.mark.source("clients", "C")
@pytest.mark.parametrize("program", PROGRAMS)
def test_client_cannot_tell_the_emulator_from_an_instance(program: str, served: Served, tmp_path: Path):
    """Create, read, pages, update, delete and the client's own ways of authentication, as far as it has them."""
    script = HERE / program
    folder = ENVIRONMENTS / script.parent.name
    assert (folder / ".made").exists(), "make test-clients installs the clients"
    python = folder / "bin" / "python"
    runner = "node" if script.suffix == ".cjs" else str(python) if python.exists() else sys.executable
    environment = environment_of(folder, served, tmp_path)
    done = subprocess.run(
        [runner, str(script)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANGING * 10,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
