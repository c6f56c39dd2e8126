"""A thousand tests in a row with the test kit, in two processes of pytest-xdist."""

import subprocess
import sys
from pathlib import Path

import pytest
from patience import HANGING

TESTS = """
import pytest, requests


@pytest.mark.parametrize("turn", range(1000))
def test_a_fresh_world(servicenow, turn):
    made = servicenow.table("incident").create(short_description=f"of turn {turn}")
    query = {"sysparm_query": "short_descriptionSTARTSWITHof turn", "sysparm_fields": "sys_id,number"}
    answer = requests.get(
        f"{servicenow.url}/api/now/table/incident", params=query, auth=servicenow.credentials, timeout=120
    )
    assert answer.json()["result"] == [{"sys_id": made["sys_id"], "number": made["number"]}]
    assert made["number"] == "NUMBER"
"""

FIRST_NUMBER = "INC0010001"


@pytest.mark.long
def test_a_thousand_tests_in_a_row_pass(tmp_path: Path):
    (tmp_path / "test_thousand.py").write_text(TESTS.replace("NUMBER", FIRST_NUMBER))
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "--tb=short", "."]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANGING * 20, cwd=tmp_path, check=False)
    assert "1000 passed" in done.stdout, done.stdout[-5000:]
