"""docs/rest.md is true where it begins: its lines run."""

from pathlib import Path

from command_line import run_shell
from servers import RunningPair

TEXT = (Path(__file__).parents[2] / "docs" / "rest.md").read_text()


def test_lines_of_the_document_run_as_they_stand(pair: RunningPair):
    """A list, a new incident, its next state, and its end."""
    done = run_shell(TEXT, **pair.addresses)
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr}"
    assert done.stdout.startswith('{"result":[{')
    assert '"state":"In Progress"' in done.stdout
