"""``ticketlab keys``: which keys seal the connection's secrets, and sealing them again."""

import json
from pathlib import Path

from command_line import run
from served_tenant import Program
from servers import RunningPair


def test_keys_are_named_and_rotated_and_never_shown(pair: RunningPair, tmp_path: Path):
    """A pair with the key of its own folder: one key, which writes; rotating seals the client secret again."""
    details = {"instance": "dev00001", "client_id": "id", "client_secret": "a canary"}
    Program(pair.connector_url).sign_in().call("PUT", "connection", details)
    (key,) = json.loads(run("keys", "list", "--json", cwd=tmp_path, **pair.addresses).stdout)["keys"]
    assert (key["writes"], key["in_ring"], key["sealed"]) == (True, True, 1)
    told = run("keys", "rotate", cwd=tmp_path, **pair.addresses)
    assert told.returncode == 0
    assert f"{key['name']}   writes      1 sealed" in told.stdout
    assert "Sealed again: 1." in told.stdout
    file = Path(pair.environment["TICKETLAB_DATA"]) / "keys" / "connector"
    assert file.read_text().strip() not in told.stdout
    assert "canary" not in told.stdout
