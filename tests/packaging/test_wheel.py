"""What others install."""

import configparser
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("emulator", "connector", "shared")


def tracked(*folders: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *folders], cwd=ROOT, capture_output=True, check=True, text=True
    )
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built from the tracked files alone."""
    source = tmp_path_factory.mktemp("source")
    for name in tracked(*FOLDERS, "setup.cfg", "pyproject.toml", "README.md"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", "."],
        cwd=source,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return zipfile.ZipFile(next((source / "dist").glob("*.whl")))


def test_wheel_holds_exactly_the_tracked_files(wheel: zipfile.ZipFile):
    """A hand-written package list leaves files out in silence: so the wheel is compared with the tree."""
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == {f"ticketlab/{name}" for name in tracked(*FOLDERS)}


def test_wheel_needs_what_setup_cfg_lists(wheel: zipfile.ZipFile):
    """Its metadata names the requirements, the entry point and the supported Pythons."""
    info = next(name for name in wheel.namelist() if name.endswith("/METADATA"))
    metadata = wheel.read(info).decode()
    assert "Requires-Python: >=3.11" in metadata
    assert "Requires-Dist: flask>=" in metadata
    points = wheel.read(info.replace("METADATA", "entry_points.txt")).decode()
    assert "ticketlab = ticketlab.shared.command.__main__:main" in points


def test_package_list_names_every_package():
    """Each tracked folder with an __init__.py is in setup.cfg under its import name, and nothing else is."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    listed = settings["options"]["packages"].split()
    found = [PurePosixPath(name).parent for name in tracked(*FOLDERS) if name.endswith("__init__.py")]
    assert sorted(listed) == sorted("ticketlab." + ".".join(folder.parts) for folder in found)
    assert listed == sorted(listed)


def test_every_folder_with_python_is_a_package():
    """A folder of modules without __init__.py would be missing from the wheel; Alembic's versions are data."""
    files = [PurePosixPath(name) for name in tracked(*FOLDERS) if name.endswith(".py")]
    packages = {file.parent for file in files if file.name == "__init__.py"}
    assert {file.parent for file in files if file.parent.name != "versions"} <= packages


def test_lock_file_pins_everything_with_hashes_and_names_no_index():
    """Installing takes exactly these files, from whichever index the machine is set up for."""
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    entries = [entry for entry in text.replace("\\\n", "").splitlines() if entry and not entry.startswith("#")]
    assert len(entries) > 50
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)


def test_lock_file_has_a_runtime_part_with_every_requirement():
    """``make run`` installs what stands above the marker, and nothing below it."""
    runtime, _, development = (ROOT / "requirements.lock").read_text().partition("# --- development ---")
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    for requirement in settings["options"]["install_requires"].split():
        name = re.match(r"[\w-]+", requirement)[0]  # without its extras and bounds
        assert f"\n{name}==" in runtime
    for tool in ("pytest", "mypy", "playwright"):
        assert f"\n{tool}==" in development
        assert f"\n{tool}==" not in runtime
