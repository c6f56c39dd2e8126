"""Folders in memory go with their process, also with one that was killed."""

import subprocess
import sys
from pathlib import Path

from patience import HANGING

TAKE = """
import os, sys
from pathlib import Path
from ticketlab.shared import temporary

temporary.MEMORY, temporary.ROOM = Path(sys.argv[1]), 0
print(temporary.temporary_folder("world", in_memory=True))
sys.stdout.flush()
if sys.argv[2] == "killed":
    os.kill(os.getpid(), 9)
"""


def take(memory: Path, ending: str) -> Path:
    command = [sys.executable, "-c", TAKE, str(memory), ending]
    done = subprocess.run(command, capture_output=True, text=True, timeout=HANGING, check=False)
    assert done.returncode == (-9 if ending == "killed" else 0), done.stderr
    return Path(done.stdout.strip())


def test_what_a_killed_process_left_in_memory_is_removed_by_the_next_one(tmp_path: Path):
    """It would cost memory until the machine is started again."""
    left = take(tmp_path, "killed")
    assert left.is_dir()
    other = take(tmp_path, "ended")
    assert not left.exists()
    assert not other.exists()


def test_where_memory_has_no_room_the_disk_serves(monkeypatch, tmp_path: Path):
    """A container's memory file system often has 64 MB."""
    from ticketlab.shared import temporary

    monkeypatch.setattr(temporary, "MEMORY", tmp_path)
    monkeypatch.setattr(temporary, "ROOM", 2**62)
    assert temporary._memory.__wrapped__() is None
