"""The bench a case works on: its pair, and a way in for each who has to do with it."""

from dataclasses import replace
from functools import cached_property
from typing import Any

from ..clients.apis import InstanceApi
from ..clients.connect import Connector
from ..errors import TicketlabError
from .customer import Customer
from .pair import INTEGRATION_USER, CasePair
from .records import Records


class NotArranged(TicketlabError):
    """The pair is not what a case needs to begin."""

    message = "The case cannot be started"


class Bench(CasePair):
    """Everything a case may touch."""

    @cached_property
    def records(self) -> Records:
        """The instance's records, as its administrator."""
        return Records(InstanceApi(self.target.emulator))

    @property
    def customer(self) -> Customer:
        """The security administrator with the browser, who also knows the integration user's password."""
        return Customer(self, self.connector)

    def person(self, who: str) -> Customer:
        """Another of the tenant's people, with a browser of their own."""
        return Customer(self, Connector(self.target, replace(self.wanted, signed_in_as=who), lambda _step: None))

    # the connection

    def connect(self) -> None:
        """Make a healthy connection of the case's own, as ``ticketlab connect`` does. Raises NotArranged."""
        try:
            made = self.connector.connect()
        except TicketlabError as error:
            raise NotArranged(detail=f"The pair could not be connected beforehand: {error}") from error
        self.notes["client_id"] = made.client_id
        self.notes["entity"] = self.records.one("oauth_entity", f"client_id={made.client_id}")["sys_id"]
        self.notes["user"] = self.records.one("sys_user", f"user_name={INTEGRATION_USER}")["sys_id"]

    @property
    def connection(self) -> dict[str, Any]:
        """What the tenant says of its connection."""
        return self.tenant().get("connection")

    @property
    def connection_in_words(self) -> str:
        found = self.connection
        words = [found[name] for name in ("status", "reason", "detail", "connected_as") if found[name]]
        return f"connection: {', '.join(map(str, words))}"

    def provision_anew(self) -> None:
        """Remove the connection and save its details again, as somebody who has not pressed Authorize yet."""
        secret = self.customer.secret()
        tenant = self.tenant()
        tenant.delete("connection")
        details = {"instance": self.instance_name, "client_id": self.notes["client_id"], "client_secret": secret}
        tenant.put("connection", details)

    def tokens(self) -> list[dict[str, Any]]:
        """The OAuth credentials of the case's client, newest first."""
        return self.records.all("oauth_credential", f"oauth_entity={self.notes['entity']}^ORDERBYDESCsys_created_on")

    def tokens_in_words(self) -> str:
        now = self.now().strftime("%Y-%m-%d %H:%M:%S")
        newest = {token["type"]: token for token in reversed(self.tokens())}
        return ", ".join(f"{kind} {_state(token, now)}" for kind, token in sorted(newest.items())) or "no token"

    def entity(self) -> dict[str, Any]:
        """The record of the case's own OAuth client."""
        return self.records.one("oauth_entity", f"sys_id={self.notes['entity']}")

    def set_entity(self, **values: str) -> None:
        self.records.set("oauth_entity", f"sys_id={self.notes['entity']}", **values)

    def set_integration_user(self, **values: str) -> None:
        self.records.set("sys_user", f"user_name={INTEGRATION_USER}", **values)

    def integration_user(self) -> str:
        """The integration user's record, in words."""
        found = self.records.all("sys_user", f"user_name={INTEGRATION_USER}")
        names = ("user_name", "active", "locked_out", "failed_attempts", "web_service_access_only")
        return ", ".join(f"{name} = {found[0][name]}" for name in names) if found else "no such user"

    def make_integration_user(self) -> None:
        """Step 2 of the checklist once more."""
        self.customer.do_step_two().expect(INTEGRATION_USER)
        self.notes["user"] = self.records.one("sys_user", f"user_name={INTEGRATION_USER}")["sys_id"]

    # traces

    def newest_log(self, query: str) -> str:
        """The newest line of the instance's system log that fits."""
        found = self.records.all("syslog", f"{query}^ORDERBYDESCsys_created_on", limit=1)
        return f"{found[0]['source']}: {found[0]['message']}" if found else "nothing in the log"

    def decision(self, table: str) -> str:
        """The newest refusal that concerns a table, in the lab's words."""
        for each in self.target.instance_lab.get("decisions")["decisions"]:
            if each["table"] == table:
                return " ".join(f"{each['step']}: {each['rule']}. {each['reason']} {each['record']}".split())
        return "no refusal"


def _state(token: dict[str, Any], now: str) -> str:
    if token["revoked"] == "true":
        return "revoked"
    return f"expired {token['expires']}" if token["expires"] <= now else f"lives until {token['expires']}"
