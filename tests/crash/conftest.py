"""The data folder of an instance, to be damaged or put on a disk that is."""

import shutil
from pathlib import Path

import pytest
from patience import HANGING
from ticketlab.emulator.testing import close, make_instance
from ticketlab.shared import soundness


@pytest.fixture(scope="module")
def seeded(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("seeded")
    close(make_instance(folder))
    return folder


@pytest.fixture
def folder(seeded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(soundness, "SECONDS", HANGING)
    return Path(shutil.copytree(seeded, tmp_path / "data"))
