"""A running pair by its addresses, and its two labs."""

from dataclasses import dataclass
from typing import Any

import requests

from ..errors import TicketlabError
from ..lab_key import KEY_HEADER

SECONDS = 30
STARTS_IT = "Is it running? `ticketlab up` starts it; use --data if its data folder is another one."


class LabUnreachable(TicketlabError):
    message = "No answer"


class RefusedByLab(TicketlabError):
    """A lab's own sentences: what it was asked for is wrong, or may not be done."""

    def __init__(self, status: int, message: str, detail: str) -> None:
        super().__init__(message, detail)
        self.status = status


@dataclass(frozen=True)
class Lab:
    """The control plane of one running app."""

    url: str
    key: str = ""

    def health(self) -> dict[str, Any]:
        """What the app says of itself. Raises LabUnreachable and RefusedByLab, as all of these do."""
        return self._ask("GET", "health")

    def get(self, path: str) -> dict[str, Any]:
        return self._ask("GET", path)

    def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._ask("POST", path, json=body or {})

    def delete(self, path: str) -> dict[str, Any]:
        return self._ask("DELETE", path, json={})

    def _ask(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        headers = {KEY_HEADER: self.key} if self.key else {}
        try:
            answer = requests.request(
                method, f"{self.url}/lab/{path}", headers=headers, timeout=SECONDS, allow_redirects=False, **arguments
            )
            body = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise LabUnreachable(f"{self.url} does not answer", STARTS_IT) from error
        if not isinstance(body, dict):
            raise LabUnreachable(f"{self.url} does not answer as a lab", "Something else is listening there.")
        if not answer.ok:
            raise _refusal(answer.status_code, body, f"{self.url}/lab/{path}")
        return body


def _refusal(status: int, body: dict[str, Any], url: str) -> TicketlabError:
    error = body.get("error")
    if not isinstance(error, dict) or not error.get("message"):
        return LabUnreachable(f"{url} answers {status}", "Something else is listening there.")
    return RefusedByLab(status, str(error["message"]), str(error.get("detail") or ""))


@dataclass(frozen=True)
class Target:
    """A pair by its addresses."""

    emulator: str
    connector: str
    lab_key: str = ""

    @property
    def instance_lab(self) -> Lab:
        return Lab(self.emulator, self.lab_key)

    @property
    def tenant_lab(self) -> Lab:
        return Lab(self.connector, self.lab_key)

    @property
    def answers(self) -> bool:
        try:
            return all(lab.health() for lab in (self.instance_lab, self.tenant_lab))
        except (LabUnreachable, RefusedByLab):
            return False
