"""A troubleshooting case in a test: broken, looked at, cured."""

from pathlib import Path

from ..cases.runner import Runner, Seen
from ..clients.target import Target


class StartedCase:
    """A case that is started on a world's pair."""

    def __init__(self, target: Target, data: Path, identity: str) -> None:
        self.id = identity
        self._runner = Runner(target, data)
        self._runner.start(identity)

    def symptom(self) -> Seen:
        """What the customer sees now, and what the check finds."""
        return self._runner.symptom(self.id)

    def cure(self, name: str = "") -> Seen:
        """Do the cure of this name, or the usual one; returns what is seen then."""
        return self._runner.cure(self.id, name)

    def stop(self) -> None:
        """Put both apps back."""
        self._runner.stop()
