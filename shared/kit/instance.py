"""The instance of a world, as a test speaks to it: over HTTP, as the client under test does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

from ..clients.apis import ADMIN, ApiRefused, InstanceApi
from ..clients.browser import Browser
from ..clients.checklist import LOG_IN
from ..clients.target import Lab

if TYPE_CHECKING:
    from .cases import StartedCase
    from .clock import WorldClock

SECONDS = 30
REDIRECT_URL = "http://127.0.0.1/callback"


class Table:
    """One table through the Table API: ``servicenow.table("incident").create(short_description="x")``."""

    def __init__(self, api: InstanceApi, name: str) -> None:
        self._api = api
        self.name = name

    def create(self, **values: Any) -> dict[str, Any]:
        """Insert a record; returns it as the API does. Raises ApiRefused, as all of these do."""
        return self._api.insert(self.name, values)

    def read(self, sys_id: str) -> dict[str, Any]:
        return self._api.row(self.name, f"sys_id={sys_id}")

    def query(self, query: str = "", *, fields: str = "", limit: int = 10_000) -> list[dict[str, Any]]:
        """The records that an encoded query finds."""
        return self._api.rows(self.name, query, fields=fields, limit=limit)

    def update(self, sys_id: str, **values: Any) -> dict[str, Any]:
        return self._api.update(self.name, sys_id, values)

    def delete(self, sys_id: str) -> None:
        self._api.delete(self.name, sys_id)


@dataclass(frozen=True)
class OAuthClient:
    """An OAuth client that is registered at the instance."""

    url: str
    client_id: str
    client_secret: str
    redirect_url: str
    account: tuple[str, str] = field(default=ADMIN, repr=False)
    """The administrator's user name and password."""

    @property
    def token_url(self) -> str:
        return f"{self.url}/oauth_token.do"

    @property
    def authorize_url(self) -> str:
        return f"{self.url}/oauth_auth.do"

    def token(self, user: str = "", password: str = "") -> dict[str, Any]:
        """The token endpoint's answer to the password grant, the administrator's unless told otherwise.

        Raises ApiRefused.
        """
        user, password = (user, password) if user else self.account
        client = {"client_id": self.client_id, "client_secret": self.client_secret}
        form = {"grant_type": "password", "username": user, "password": password, **client}
        answer = requests.post(self.token_url, data=form, timeout=SECONDS)
        if not answer.ok:
            raise ApiRefused(f"POST {self.token_url} answers {answer.status_code}", answer.text, answer.status_code)
        return dict(answer.json())


class ServiceNow:
    """A running instance: its address, an account, and shortcuts past what the test is not about."""

    def __init__(
        self,
        url: str,
        name: str,
        credentials: tuple[str, str],
        clock: "WorldClock",
        start_case: "Callable[[str], StartedCase]",
    ) -> None:
        self.url = url
        self.name = name
        self.clock = clock
        self.credentials = credentials
        """User name and password of the administrator."""
        self._start_case = start_case

    def __repr__(self) -> str:
        return f"<ServiceNow {self.name} at {self.url}>"

    @property
    def lab(self) -> Lab:
        """The instance's control plane (docs/command.md)."""
        return Lab(self.url)

    def table(self, name: str, account: tuple[str, str] | None = None) -> Table:
        """A table, as the administrator or as another account."""
        return Table(InstanceApi(self.url, account or self.credentials), name)

    def user(self, user_name: str, *roles: str, password: str = "secret", **values: Any) -> tuple[str, str]:  # noqa: S107 - of a world that ends with the test
        """Make a user with these roles; returns the credentials."""
        self.lab.post("users", {"user_name": user_name, "password": password, "roles": list(roles), **values})
        return user_name, password

    def oauth_client(self, name: str = "Test", redirect_url: str = REDIRECT_URL, **values: Any) -> OAuthClient:
        """Register an OAuth client; ``values`` are the lab's (``public_client=True``, ``access_token_lifespan=60``)."""
        made = self.lab.post("oauth-clients", {"name": name, "redirect_url": redirect_url, **values})
        return OAuthClient(self.url, made["client_id"], made["client_secret"], redirect_url, self.credentials)

    def consent(self, authorize_url: str, account: tuple[str, str] | None = None, *, allow: bool = True) -> str:
        """Be the browser of the authorization code grant: log in as the account, press Allow or Deny.

        Returns the address it is sent to, code and state in it; nobody has to listen there. Raises PageUnexpected
        where the instance shows another page, with what that says.
        """
        browser = Browser()
        page = browser.open(authorize_url)
        if page.has_button(LOG_IN):
            user, password = account or self.credentials
            page = browser.fill(page, LOG_IN, {"user_name": user, "user_password": password})
        return browser.fill_and_stop(page, "Allow" if allow else "Deny")

    @contextmanager
    def case(self, identity: str) -> "Iterator[StartedCase]":
        """Break the pair as a troubleshooting case does (docs/cases.md); at the end both apps are as before."""
        started = self._start_case(identity)
        try:
            yield started
        finally:
            started.stop()

    def refusals(self) -> Sequence[Mapping[str, Any]]:
        """Why requests were refused or altered so far, the newest first."""
        found: Sequence[Mapping[str, Any]] = self.lab.get("decisions")["decisions"]
        return found
