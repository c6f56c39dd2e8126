"""The way to a provider and back: who comes back is a user of this instance, or nobody."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from ...shared.clock import Clock
from ...shared.logs import log
from ...shared.single_sign_on import callback_url_of
from ..access.caller import Caller
from ..identity.accounts import UserAccount
from ..identity.users import Users
from ..records.gate import Gate
from ..records.system_log import Level, write_system_log
from .attempts import Attempt, Attempts
from .errors import NotExpected, ProviderFails, SignOnRefused
from .id_token import verified_claims
from .provider_client import ProviderClient
from .providers import Provider, Providers

LOG_SOURCE = "Multi-Provider SSO"
LONGEST_PARAMETER = 4096


@dataclass(frozen=True, slots=True)
class SignedOn:
    account: UserAccount
    provider: Provider
    back: str


class SingleSignOn:
    def __init__(
        self, gate: Gate, users: Users, client: ProviderClient, attempts: Attempts, clock: Clock, own_url: str
    ) -> None:
        self._gate = gate
        self._users = users
        self._client = client
        self._attempts = attempts
        self._clock = clock
        self._callback = callback_url_of(own_url)

    def start(self, provider: Provider, back: str, browser: str, *, prompt: str = "") -> str:
        """The address to send the browser behind the cookie ``browser`` to. Raises ProviderFails."""
        try:
            configuration = self._client.configuration(provider)
        except ProviderFails as refused:
            refused.back = back
            raise self._noted(refused) from refused.__cause__
        attempt = self._attempts.open(provider.sys_id, back, browser)
        digest = hashlib.sha256(attempt.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": self._callback,
            "scope": "openid profile email",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **({"prompt": prompt} if prompt else {}),
        }
        joint = "&" if "?" in configuration.authorization_endpoint else "?"
        return f"{configuration.authorization_endpoint}{joint}{urlencode(query)}"

    def finish(self, providers: Providers, answer: Mapping[str, str], browser: str) -> SignedOn:
        """Return who came back with a provider's answer. Raises SignOnRefused; the cause is logged."""
        attempt = self._attempts.take(answer.get("state", "")[:LONGEST_PARAMETER], browser)
        if attempt is None:
            raise self._noted(NotExpected("The state is unknown, used, too old or another browser's"))
        try:
            return self._signed_on(providers.by_id(attempt.provider), attempt, answer)
        except SignOnRefused as refused:
            refused.back = attempt.back
            raise self._noted(refused) from refused.__cause__

    def _signed_on(self, provider: Provider | None, attempt: Attempt, answer: Mapping[str, str]) -> SignedOn:
        if provider is None:
            raise SignOnRefused("The identity provider has been switched off in the meantime")
        if "error" in answer or not answer.get("code"):
            raise SignOnRefused(f"The provider answers {answer.get('error', 'without a code')}")
        account = self._account(provider, answer["code"][:LONGEST_PARAMETER], attempt)
        return SignedOn(account, provider, attempt.back)

    def _account(self, provider: Provider, code: str, attempt: Attempt) -> UserAccount:
        configuration = self._client.configuration(provider)
        token = self._client.exchange(provider, code, self._callback, attempt.verifier)
        claims = verified_claims(
            token,
            provider,
            issuer=configuration.issuer,
            nonce=attempt.nonce,
            now=self._clock.now(),
            key_of=lambda kid: self._client.key(configuration, kid),
        )
        return self._user(provider, claims.get(provider.user_claim))

    def _user(self, provider: Provider, value: object) -> UserAccount:
        """The one user whose field holds the claim, if they may use the pages. No account is made (assumption)."""
        if not isinstance(value, str) or not value:
            raise SignOnRefused(f"The id token has no claim {provider.user_claim}")
        found = self._users.named(provider.user_field, value)
        if len(found) != 1:
            how_many = "No user has" if not found else "More than one user has"
            raise SignOnRefused(f"{how_many} the {provider.user_field} {value}")
        (account,) = found
        if not account.may_use_pages:
            raise SignOnRefused(f"The user {value} is inactive, locked out or for web services only")
        now = self._clock.now()
        stamps = {"last_login_time": now, "last_login": now.date().isoformat()}
        self._gate.record("sys_user", Caller.system()).update(account.sys_id, stamps)
        return account

    def _noted(self, refused: SignOnRefused) -> SignOnRefused:
        """Tell the true cause inside: the person reads nothing of it."""
        log().warning("login.refused", way="single sign-on", cause=str(refused.cause))
        write_system_log(self._gate, LOG_SOURCE, f"Login unsuccessful: {refused.cause}", level=Level.ERROR)
        return refused
