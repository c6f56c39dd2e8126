"""A registration as the client that Authlib works with."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass

from authlib.oauth2.rfc6749 import ClientMixin, scope_to_list

from ...shared.digests import digest_of
from .registrations import Registration

SCOPES = ("openid", "profile", "email")


@dataclass(frozen=True)
class RegisteredClient(ClientMixin):
    """An application that people may sign in to. Every question of Authlib's is answered here."""

    registration: Registration

    @property
    def client_id(self) -> str:
        return self.registration.client_id

    def get_client_id(self) -> str:
        return self.registration.client_id

    def get_default_redirect_uri(self) -> str:
        return self.registration.redirect_uri

    def get_allowed_scope(self, scope: Collection[str] | str) -> str | None:  # type: ignore[override]
        """What of the wanted scope there is; without openid it is no sign-in."""
        wanted = scope_to_list(scope) or []
        return " ".join(each for each in SCOPES if each in wanted) if "openid" in wanted else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.registration.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest(self.registration.secret_hash, digest_of(client_secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return endpoint == "token" and method in {"client_secret_basic", "client_secret_post"}

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"
