"""snowloader: its own live tests, which only read; and its command."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

TESTS = Path(sys.prefix, "tests", "integration")
NOT_OURS = (
    "test_live_v030.py::test_verify_catches_a_sweep_that_really_did_lose_rows",  # expects an unstable order of rows
    "test_live.py::test_incident_metadata_has_raw_cmdb_ci",  # expects a sys_id where the client puts the display value
)

OWN = {
    **os.environ,
    "SNOW_INSTANCE": f"http://emu.local@{urlsplit(os.environ['TICKETLAB_EMULATOR_URL']).netloc}",
    "SNOW_USER": "admin",
    "SNOW_PASS": "admin",
}
deselected = [f"--deselect={TESTS.relative_to(sys.prefix) / each}" for each in NOT_OURS]
adapters = ("-k", "not langchain and not llamaindex and not llama_index")
live = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", str(TESTS), *deselected, *adapters]
subprocess.run(live, check=True, timeout=300, env=OWN, cwd=sys.prefix)
subprocess.run([str(Path(sys.prefix, "bin", "snowloader")), "count", "incident"], check=True, timeout=60, env=OWN)
