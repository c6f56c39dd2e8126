"""What the instance asks an identity provider itself: its configuration, its keys, and a token for a code."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ...shared.clock import Clock
from .errors import ProviderFails
from .providers import Provider

if TYPE_CHECKING:
    from requests import Response, Session

WELL_KNOWN = "/.well-known/openid-configuration"
KEPT_FOR = timedelta(hours=1)
SECONDS = 5.0
MOST_BYTES = 200_000


@dataclass(frozen=True)
class Configuration:
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class ProviderClient:
    """Remembers configurations and keys for an hour; keys are asked for again when a token names an unknown one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._configurations: dict[str, tuple[datetime, Configuration]] = {}
        self._keys: dict[str, Mapping[str, Any]] = {}
        self._session: Session | None = None

    @property
    def session(self) -> "Session":
        """Made at the first use: its library is not needed for the start."""
        if self._session is None:
            from requests import Session

            self._session = Session()
            self._session.trust_env = False
        return self._session

    def forget(self) -> None:
        """Ask every provider anew."""
        self._configurations.clear()
        self._keys, self._session = {}, None

    def configuration(self, provider: Provider) -> Configuration:
        """The provider's addresses, from its well-known configuration. Raises ProviderFails."""
        url, now = provider.metadata_url, self._clock.now()
        known = self._configurations.get(url)
        if known is not None and abs(now - known[0]) < KEPT_FOR:
            return known[1]
        found = self._read_configuration(url)
        self._configurations[url] = (now, found)
        return found

    def _read_configuration(self, url: str) -> Configuration:
        answer = self._ask("GET", url)
        names = Configuration.__annotations__
        values = {name: answer.get(name) for name in names}
        if not all(isinstance(value, str) and value.startswith(("http://", "https://")) for value in values.values()):
            raise ProviderFails(f"{url} lacks one of {', '.join(names)}")
        if f"{values['issuer']}{WELL_KNOWN}" != url:  # OpenID Connect Discovery 1.0, 4.3
            raise ProviderFails(f"{url} is the configuration of another issuer, {values['issuer']}")
        return Configuration(**values)  # type: ignore[arg-type]  # all were just seen to be texts

    def key(self, configuration: Configuration, kid: str) -> Mapping[str, Any] | None:
        """The provider's key of this id; its keys are asked for anew when it is none of those known."""
        place = f"{configuration.jwks_uri} {kid}"
        if place not in self._keys:
            listed = self._ask("GET", configuration.jwks_uri).get("keys")
            keys = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
            self._keys = {f"{configuration.jwks_uri} {each.get('kid')}": each for each in keys}
        return self._keys.get(place)

    def exchange(self, provider: Provider, code: str, redirect_uri: str, verifier: str) -> str:
        """The id token for a code. Raises ProviderFails."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": provider.client_id,
            "client_secret": provider.client_secret.reveal(),
            "code_verifier": verifier,
        }
        answer = self._ask("POST", self.configuration(provider).token_endpoint, form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderFails("The provider's token answer has no id_token")
        return token

    def _ask(self, method: str, url: str, form: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        from requests import RequestException

        try:
            response = self.session.request(
                method, url, data=form, timeout=SECONDS, stream=True, allow_redirects=False, headers=HEADERS
            )
            body = _read(response)
        except (RequestException, UnicodeError, OSError) as error:
            raise ProviderFails(f"{url} cannot be reached: {type(error).__name__}") from error
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise ProviderFails(f"{url} answers {response.status_code} without JSON") from error
        if response.status_code != 200 or not isinstance(answer, dict):
            told = answer.get("error") if isinstance(answer, dict) else ""
            raise ProviderFails(f"{url} answers {response.status_code} {told or ''}")
        return answer


HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "ServiceNow/1.0"}


def _read(response: "Response") -> bytes:
    """The whole answer, up to a size and within a time: one that never ends must not hold a thread."""
    from requests import RequestException

    end, body = time.monotonic() + SECONDS, bytearray()
    with response:
        for chunk in response.iter_content(8192):
            body += chunk
            if len(body) > MOST_BYTES or time.monotonic() > end:
                raise RequestException("The answer is too long or too slow.")
    return bytes(body)
