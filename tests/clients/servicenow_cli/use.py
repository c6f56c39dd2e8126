"""servicenow-cli: doctor, an incident's life, pages, choices, schema and a file, each by its own command."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

OWN = {
    "SERVICENOW_INSTANCE": os.environ["TICKETLAB_EMULATOR_URL"],
    "SERVICENOW_USERNAME": "admin",
    "SERVICENOW_PASSWORD": "admin",
}


def servicenow(*command: str, **environment: str) -> Any:
    done = subprocess.run(
        ["servicenow", "-o", "json", *command],
        env={**os.environ, **OWN, **environment},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return json.loads(done.stdout) if done.stdout.strip() else None


def result(*command: str) -> Any:
    return servicenow(*command)["result"]


assert servicenow("doctor")["ok"]
assert servicenow("auth", "status")["identity"] == "admin"
made = [result("tables", "create", "incident", "--field", f"short_description=by the CLI {n}") for n in range(5)]
sys_id = made[0]["sys_id"]
assert result("tables", "get", "incident", sys_id)["short_description"]["value"] == "by the CLI 0"
ours = ("--query", "short_descriptionSTARTSWITHby the CLI^ORDERBYnumber", "--limit", "2")
pages = [result("tables", "list", "incident", *ours, "--offset", str(offset)) for offset in (0, 2, 4)]
assert [each["number"] for page in pages for each in page] == [each["number"] for each in made]
everything = result("tables", "list", "incident", *ours, "--all")
assert len(everything) == 5
assert result("tables", "update", "incident", sys_id, "--field", "urgency=1")["urgency"] == "1"
assert "software" in {each["value"] for each in result("choices", "incident", "category")}
assert result("schema", "incident")
Path("notes.txt").write_text("what the caller said")
servicenow("attachments", "upload", "incident", sys_id, "notes.txt")
assert "notes.txt" in json.dumps(servicenow("attachments", "list", "incident", sys_id))
for each in made:
    servicenow("tables", "delete", "incident", each["sys_id"], "--yes")
assert result("tables", "list", "incident", *ours) == []
