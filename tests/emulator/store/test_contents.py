"""Files by their hash: whole or not there, and kept for as long as anything names them."""

import hashlib
import os
import threading

import pytest
from patience import HANGING
from ticketlab.emulator.store.contents import GRACE, Contents, TooLarge

LIMIT = 1000


@pytest.fixture(name="folder")
def _folder(tmp_path):
    return tmp_path / "attachments"


@pytest.fixture(name="contents")
def _contents(folder):
    return Contents(folder, durable=True)


def files(folder):
    return (
        sorted(path.name for path in folder.rglob("*") if path.is_file() and path.parent.name != "pins")
        if (folder.exists())
        else []
    )


def age(folder):
    """Make every file older than the sweep's grace."""
    for path in folder.rglob("*"):
        if path.is_file():
            old = path.stat().st_mtime - GRACE.total_seconds() - 60
            os.utime(path, (old, old))


def test_a_content_is_found_under_its_hash(contents):
    kept = contents.keep([b"hel", b"lo"], LIMIT)
    assert (kept.digest, kept.size) == (hashlib.sha256(b"hello").hexdigest(), 5)
    with contents.open(kept.digest) as file:
        assert file.read() == b"hello"


def test_an_equal_content_is_kept_once(contents, folder):
    assert contents.keep([b"same"], LIMIT) == contents.keep([b"same"], LIMIT)
    assert len(files(folder)) == 2  # with the lock


def test_what_breaks_off_or_is_too_large_leaves_nothing(contents, folder):
    def breaks_off():
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        contents.keep(breaks_off(), LIMIT)
    with pytest.raises(TooLarge):
        contents.keep([b"x" * LIMIT, b"x"], LIMIT)
    assert files(folder) == []


def test_a_sweep_takes_what_is_old_and_unnamed(contents, folder):
    named, pinned, gone = (contents.keep([text], LIMIT).digest for text in (b"named", b"pinned", b"gone"))
    (folder / "unfinished" / "left by a crash").write_bytes(b"half")
    contents.pin("snapshot", [pinned])
    assert contents.sweep(lambda: {named}) == 0, "nothing is old yet"
    age(folder)
    assert contents.sweep(lambda: {named}) == 2
    assert files(folder) == sorted([named, pinned, "lock"])
    with pytest.raises(FileNotFoundError):
        contents.open(gone)
    contents.unpin("snapshot")
    assert contents.sweep(lambda: {named}) == 1


def test_a_content_sent_again_is_young_again(contents, folder):
    digest = contents.keep([b"again"], LIMIT).digest
    age(folder)
    contents.keep([b"again"], LIMIT)
    assert contents.sweep(frozenset) == 0
    contents.open(digest).close()


def test_a_pin_holds_what_it_held_before(contents, folder):
    """An image that is saved again may be looked at in between."""
    one, two = (contents.keep([text], LIMIT).digest for text in (b"one", b"two"))
    contents.pin("seed", [one])
    contents.pin("seed", [two])
    age(folder)
    assert contents.sweep(frozenset) == 0


def test_nothing_is_placed_while_a_sweep_looks(contents, folder):
    contents.keep([b"first"], LIMIT)
    done = threading.Event()
    other = threading.Thread(target=lambda: (contents.keep([b"second"], LIMIT), done.set()))

    def named():
        other.start()
        assert not done.wait(0.1)
        return set()

    contents.sweep(named)
    other.join(HANGING)
    assert done.is_set()
