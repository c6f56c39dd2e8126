"""``connect``, ``demo`` and the connected seed: the story over HTTP, on real servers."""

import json
from pathlib import Path

import requests
from command_line import run, running
from patience import HANGING
from servers import RunningPair
from ticketlab.shared.clients.apis import InstanceApi, TenantApi
from ticketlab.shared.ticket import TicketKind


def test_connect_makes_a_connection_that_both_ends_confirm(pair: RunningPair, tmp_path: Path):
    """Entity and user have the names given, the tenant is connected as that user, and no secret is printed."""
    done = run("connect", "--entity", "Tickets", "--user", "m365.tickets", "--json", cwd=tmp_path, **pair.addresses)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert set(made) == {"entity", "client_id", "user", "emulator", "connector"}
    assert (made["entity"], made["user"]) == ("Tickets", "m365.tickets")
    entity = InstanceApi(pair.emulator_url).row("oauth_entity", "name=Tickets")
    assert entity["client_id"] == made["client_id"]
    status = TenantApi(pair.connector_url, "contoso", "reader").get("connection")
    assert status["status"] == "connected"
    assert status["connected_as"] == "m365.tickets"
    assert status["is_integration_user"] is True


def test_connect_tells_a_person_each_step(pair: RunningPair, tmp_path: Path):
    """Without ``--json`` there is a line a step, the Not You of the consent page included."""
    done = run("connect", cwd=tmp_path, **pair.addresses)
    assert done.returncode == 0, done.stderr
    assert "Not You" in done.stdout
    assert done.stdout.strip().splitlines()[-1] == "both ends say: connected as m365.integration"


def test_connect_without_a_pair_says_so(tmp_path: Path):
    """A pair that is not there is named, in one line."""
    failed = run("connect", "--emulator", "http://127.0.0.1:9", "--connector", "http://127.0.0.1:9", cwd=tmp_path)
    assert failed.returncode == 1
    assert "http://127.0.0.1:9 does not answer" in failed.stderr
    assert len(failed.stderr.strip().splitlines()) == 1


def test_demo_plays_twice_on_the_running_pair_and_deletes_nothing(pair: RunningPair, tmp_path: Path):
    """Each run has its number in its names; the first run's records are all there after the second."""
    told = []
    for _ in range(2):
        done = run("demo", "--json", cwd=tmp_path, **pair.addresses)
        assert done.returncode == 0, done.stderr
        told.append(json.loads(done.stdout))
    assert [each["run"] for each in told] == [1, 2]
    instance = InstanceApi(pair.emulator_url)
    for each in told:
        change = instance.row("x_mioms_m365ticket_change_request", f"number={each['change']}", display=True)
        assert change["state"] == each["change_state"] == "Assess"
        assert change["short_description"].startswith(f"Run {each['run']}: ")
        assert instance.row("oauth_entity", f"nameENDSWITHrun {each['run']}")
    assert instance.row("sys_db_object", "name=oauth_entity")["read_access"] == "true"


def test_demo_tells_each_step_and_what_was_seen(pair: RunningPair, tmp_path: Path):
    """The error is told letter for letter; the last line has the ticket's number and its state on the card."""
    done = run("demo", cwd=tmp_path, **pair.addresses)
    assert done.returncode == 0, done.stderr
    assert (
        "Read operation against 'oauth_entity' from scope 'x_mioms_m365ticket' has been refused "
        "due to the table's cross-scope access policy"
    ) in done.stdout
    last = done.stdout.strip().splitlines()[-1]
    assert "CHG" in last
    assert "Assess" in last


def test_demo_without_a_running_pair_plays_on_one_of_its_own(tmp_path: Path):
    """Nothing runs at the addresses: a pair is started for it, and nothing stays."""
    done = run(
        "demo", cwd=tmp_path, TICKETLAB_EMULATOR_URL="http://127.0.0.1:9", TICKETLAB_CONNECTOR_URL="http://127.0.0.1:9"
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_demo_ends_with_1_when_a_step_is_not_as_told(pair: RunningPair, tmp_path: Path):
    """A story that cannot be verified fails: here somebody has taken the admin's password away from the demo."""
    instance = InstanceApi(pair.emulator_url)
    admin = instance.row("sys_user", "user_name=admin")
    instance.update("sys_user", admin["sys_id"], {"active": "false"})
    failed = run("demo", cwd=tmp_path, **pair.addresses)
    assert failed.returncode == 1
    assert failed.stderr.startswith("ticketlab: ")


def test_connected_seed_has_tickets_in_every_state_and_survives_a_reset(tmp_path: Path):
    """``--seed connected`` starts connected, with each state of both kinds, and a reset returns to just that."""
    with running(tmp_path / "data", "--seed", "connected") as up:
        tenant = TenantApi(up.facts["connector"], "contoso", "reader")
        assert tenant.get("connection")["status"] == "connected"

        def states(kind: TicketKind) -> set[str]:
            tickets = TenantApi(up.facts["connector"], "contoso", "reader").get("tickets", kind=kind.value, limit=100)
            return {ticket["state"]["value"] for ticket in tickets["value"]}

        assert states(TicketKind.CHANGE) == {"-5", "-4", "-3", "-2", "-1", "0", "3", "4"}
        assert states(TicketKind.INCIDENT) == {"1", "2", "3", "6", "7", "8"}
        for address in (up.facts["emulator"], up.facts["connector"]):
            requests.post(f"{address}/lab/reset", json={}, timeout=HANGING).raise_for_status()
        assert TenantApi(up.facts["connector"], "contoso", "reader").get("connection")["status"] == "connected"
        assert states(TicketKind.INCIDENT) == {"1", "2", "3", "6", "7", "8"}
