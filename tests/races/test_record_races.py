"""Many writers and readers of records at once: two worker processes, real connections, on either database."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest
import requests
from patience import HANGING
from ticketlab.emulator.testing import close, make_instance

CALLERS = 20
EACH = 5
WRITERS = 32
TABLE = "/api/now/table/incident"


@pytest.fixture
def url(instance_server, where, tmp_path) -> str:
    if not where:
        close(make_instance(tmp_path / "kept"))  # seeded already, so that it starts at once
    return str(instance_server(workers=2, data=tmp_path / "kept", **where).url)


def session() -> requests.Session:
    made = requests.Session()
    made.auth = ("admin", "admin")
    return made


def at_once(callers: int, call: Callable[[int, requests.Session], list]) -> list:
    """What so many callers got who started together, each with a connection of its own."""
    barrier = Barrier(callers)

    def one(number: int) -> list:
        with session() as own:
            barrier.wait()
            return call(number, own)

    with ThreadPoolExecutor(callers) as pool:
        return [each for got in pool.map(one, range(callers)) for each in got]


@pytest.mark.attack("R06")
def test_r06_parallel_creates_get_numbers_and_sys_ids_of_their_own(url):
    """No number is given twice, and none is left out: the counter is part of the transaction that uses it."""

    def create(caller: int, own: requests.Session) -> list:
        bodies = [{"short_description": f"{caller}/{each}"} for each in range(EACH)]
        return [own.post(f"{url}{TABLE}", json=body, timeout=HANGING) for body in bodies]

    answers = at_once(CALLERS, create)
    assert Counter(answer.status_code for answer in answers) == {201: CALLERS * EACH}
    rows = [answer.json()["result"] for answer in answers]
    assert len({row["sys_id"] for row in rows}) == CALLERS * EACH
    numbers = sorted(int(row["number"].removeprefix("INC")) for row in rows)
    assert numbers == list(range(numbers[0], numbers[0] + CALLERS * EACH))


@pytest.mark.attack("R12")
def test_r12_a_record_deleted_while_it_is_read_changed_and_pointed_to_is_there_or_404(url):
    """Never a server error; a list shows the record whole or not at all, a dot-walk to it is empty or its name."""
    with session() as admin:
        people = [
            admin.post(f"{url}/api/now/table/sys_user", json={"user_name": f"p{n}", "name": f"P {n}"}, timeout=HANGING)
            for n in range(8)
        ]
        ids = [answer.json()["result"]["sys_id"] for answer in people]
        pointing = {"short_description": "R12", "caller_id": ids[0]}
        incidents = [
            admin.post(f"{url}{TABLE}", json={**pointing, "caller_id": sys_id}, timeout=HANGING).json()["result"][
                "sys_id"
            ]
            for sys_id in ids
        ]
    seen: list[dict[str, str]] = []

    def act(caller: int, own: requests.Session) -> list:
        answers = []
        for sys_id, incident in zip(ids, incidents, strict=True):
            if caller % 4 == 0:
                answers += [own.delete(f"{url}/api/now/table/sys_user/{sys_id}", timeout=HANGING)]
                answers += [own.delete(f"{url}{TABLE}/{incident}", timeout=HANGING)]
            elif caller % 4 == 1:
                answers.append(
                    own.patch(f"{url}{TABLE}/{incident}", json={"urgency": str(caller % 3 + 1)}, timeout=HANGING)
                )
            elif caller % 4 == 2:
                answers.append(
                    own.get(f"{url}{TABLE}/{incident}?sysparm_fields=number,caller_id.name", timeout=HANGING)
                )
            else:
                query = "sysparm_query=short_description=R12&sysparm_fields=sys_id,number,caller_id.name"
                answers.append(own.get(f"{url}{TABLE}?{query}", timeout=HANGING))
                seen.extend(answers[-1].json().get("result", []))
        return answers

    statuses = Counter(answer.status_code for answer in at_once(16, act))
    assert set(statuses) <= {200, 204, 404}
    assert statuses[204] == len(ids) * 2
    assert all(row["number"].startswith("INC") and row["sys_id"] in incidents for row in seen)
    assert {row["caller_id.name"] for row in seen} <= {"", *(f"P {n}" for n in range(8))}
    with session() as admin:
        assert admin.get(f"{url}{TABLE}?sysparm_query=short_description=R12", timeout=HANGING).json()["result"] == []


@pytest.mark.attack("R15")
@pytest.mark.parametrize("seconds", [3, pytest.param(60, marks=pytest.mark.long)])
def test_r15_thirty_two_writers_meet_no_locked_database(url, seconds):
    """Not one server error, nobody left hanging, and each acknowledged record is there. The benchmark times them."""
    end = time.monotonic() + seconds
    numbers = count()

    def write(_caller: int, own: requests.Session) -> list:
        statuses = []
        while time.monotonic() < end:
            body = {"short_description": f"R15 {next(numbers)}"}
            statuses.append(own.post(f"{url}{TABLE}", json=body, timeout=HANGING).status_code)
        return statuses

    statuses = Counter(at_once(WRITERS, write))
    assert set(statuses) == {201}
    with session() as admin:
        query = "sysparm_query=short_descriptionSTARTSWITHR15&sysparm_limit=1"
        total = admin.get(f"{url}{TABLE}?{query}", timeout=HANGING).headers["X-Total-Count"]
        assert int(total) == statuses[201]
