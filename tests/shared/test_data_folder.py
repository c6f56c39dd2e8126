"""The data folder and the keys in it, with several processes starting at once."""

import multiprocessing
import threading

import pytest
from patience import HANGING
from ticketlab.shared.data_folder import make_folder, one_at_a_time, private_file
from ticketlab.shared.errors import RefusedToStart
from ticketlab.shared.ids import Ids
from ticketlab.shared.keyfiles import key_from

MANY = 16


def _make_key(folder, start, found):
    start.wait()
    try:
        make_folder(folder)
        found.put(key_from(folder / "keys", "instance", Ids()))
    except RefusedToStart as error:
        found.put(str(error))


def test_processes_that_start_together_share_one_key(tmp_path):
    """Whoever comes second waits for no half-written key and trips over nobody's look at the folder."""
    context = multiprocessing.get_context("fork")
    start, found = context.Barrier(MANY), context.Queue()
    processes = [context.Process(target=_make_key, args=(tmp_path / "data", start, found)) for _ in range(MANY)]
    for process in processes:
        process.start()
    keys = {found.get(timeout=HANGING) for _ in processes}
    for process in processes:
        process.join()
    assert len(keys) == 1
    assert all(isinstance(key, bytes) for key in keys)
    assert [path.name for path in (tmp_path / "data" / "keys").iterdir()] == ["instance"]


def test_a_key_is_for_its_owner_only_and_stays(tmp_path):
    first = key_from(tmp_path, "instance", Ids())
    assert (tmp_path / "instance").stat().st_mode & 0o777 == 0o600
    assert key_from(tmp_path, "instance", Ids()) == first


@pytest.mark.parametrize("text", ["", "abcd", "no hex at all"])
def test_a_damaged_key_is_refused_with_its_path(tmp_path, text):
    (tmp_path / "instance").write_text(text)
    with pytest.raises(RefusedToStart, match=str(tmp_path / "instance")):
        key_from(tmp_path, "instance", Ids())


def test_a_key_that_cannot_be_read_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "instance").mkdir()
    with pytest.raises(RefusedToStart, match=r"instance cannot be used: .+ name another folder with --data\."):
        key_from(tmp_path, "instance", Ids())


def test_a_database_file_is_readable_by_nobody_else(tmp_path):
    assert private_file(tmp_path / "some.db").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_made_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RefusedToStart, match="--data"):
        make_folder(tmp_path / "file" / "data")


def test_the_second_waits_until_the_first_is_done(tmp_path):
    order = []

    def second():
        with one_at_a_time(tmp_path / "lock"):
            order.append("second")

    with one_at_a_time(tmp_path / "lock"):
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(timeout=0.1)
        order.append("first")
    waiting.join(timeout=HANGING)
    assert order == ["first", "second"]
