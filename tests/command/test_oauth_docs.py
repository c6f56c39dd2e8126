"""docs/oauth.md is true: its lines run."""

from pathlib import Path

import pytest
from command_line import run_shell
from ticketlab.emulator.oauth import policy
from ticketlab.emulator.testing import close, make_instance

TEXT = (Path(__file__).parents[2] / "docs" / "oauth.md").read_text()


def test_lines_of_the_document_run_as_they_stand(instance_server, tmp_path: Path):
    """Each shell block succeeds, in order, in one shell, against an instance that has just started."""
    close(make_instance(tmp_path / "kept"))
    server = instance_server(data=tmp_path / "kept")
    done = run_shell(TEXT, TICKETLAB_EMULATOR_URL=server.url)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr}"
    assert done.stdout.count('"token_type":"Bearer"') == 5  # refresh, own, code, assertion, introspected
    assert "Exception on token flow - invalid_client" in done.stdout
    assert done.stdout.rstrip().endswith('{"active":false}')


@pytest.mark.parametrize(
    "name", [value for key, value in vars(policy).items() if key.isupper() and isinstance(value, str)]
)
def test_every_property_is_documented(name: str):
    """A property that the code looks at and the document does not name fails the build."""
    assert f"`{name}`" in TEXT
