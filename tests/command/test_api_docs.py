"""docs/api.md is true: its lines run, and it names every route of the API."""

from pathlib import Path

from command_line import run, run_shell
from servers import RunningPair
from ticketlab.connector import create_app
from ticketlab.connector.settings import Settings

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text()


def test_lines_of_the_document_run_as_they_stand(pair: RunningPair, tmp_path: Path):
    """Each shell block succeeds, in order, against a pair that ``ticketlab connect`` has connected."""
    connected = run("connect", cwd=tmp_path, **pair.addresses)
    assert connected.returncode == 0, connected.stderr
    done = run_shell(TEXT, **pair.addresses)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr}"
    assert '"delivery":"sent"' in done.stdout.replace(": ", ":")


def test_every_route_of_the_api_is_documented(tmp_path: Path):
    """A route under /api/v1 that the document does not name fails the build."""
    tenant = create_app(Settings(data=tmp_path, log_to_terminal=False))
    routes = {rule.rule for rule in tenant.url_map.iter_rules() if rule.rule.startswith("/api/v1")}
    named = TEXT.replace("$CONTROL", "<control_id>").replace("$TICKET", "<ticket_id>").replace("/ID/", "/<ticket_id>/")
    assert {route for route in routes if route not in named} == set()
