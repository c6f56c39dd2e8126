"""The tenant as an OAuth client of an instance (authorization code with PKCE, refresh, revocation)."""

from typing import TYPE_CHECKING, Any

from requests import RequestException, Response, Session

from ...shared.secret import Secret
from .addresses import Instance
from .answers import failure
from .errors import Garbled, GrantRefused
from .tokens import IssuedTokens, issued_tokens
from .transport import BoundedAdapter, harden

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session

TOKEN_BYTES = 100_000
"""The largest answer of a token endpoint that is read."""
METADATA_SECONDS = 3.0
CHECKED = b'{"access_token": "kept elsewhere", "token_type": "Bearer"}'
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class OAuthClient:
    """One registered client at one instance. Authlib forms the requests; we bound and judge the answers."""

    def __init__(
        self,
        instance: Instance,
        client_id: str,
        client_secret: Secret,
        redirect_uri: str,
        seconds: float,
        source_address: str = "",
    ) -> None:
        self._instance = instance
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._seconds = seconds
        self._source_address = source_address

    def authorize_url(self, state: str, code_verifier: str) -> str:
        """Where the browser goes to ask for the user's consent (platform 1.1, D)."""
        with self._session() as session:
            url, _ = session.create_authorization_url(
                f"{self._instance.url}/oauth_auth.do", state=state, code_verifier=code_verifier
            )
        return str(url)

    def exchange(self, code: str, code_verifier: str) -> IssuedTokens:
        """Redeem an authorization code. Raises a ServiceNowError."""
        return self._ask("access_token_response", "fetch_token", code=code, code_verifier=code_verifier)

    def refresh(self, refresh_token: str) -> IssuedTokens:
        """Ask for a new access token. Raises a ServiceNowError."""
        if not refresh_token:
            raise GrantRefused("invalid_grant", "There is no refresh token.")
        return self._ask("refresh_token_response", "refresh_token", refresh_token=refresh_token)

    def revoke(self, token: str) -> None:
        """Tell the instance to forget a token (platform 1.0, D). Raises a ServiceNowError when it does not hear."""
        try:
            with self._session() as session:
                answer = session.revoke_token(  # type: ignore[no-untyped-call]
                    f"{self._instance.url}/oauth_revoke_token.do", token, headers=FORM, allow_redirects=False
                )
        except RequestException as error:
            raise failure(error) from error
        if not 200 <= answer.status_code < 300:
            raise Garbled(detail=f"The revocation endpoint answered {answer.status_code}.")

    def promised_issuer(self) -> str:
        """The ``iss`` that the instance's metadata promises in each authorization response, or nothing.

        ServiceNow publishes no metadata, so usually nothing is promised and nothing checked (RFC 9207, attack B05).
        Raises Unreachable when the instance does not answer at all: the browser need not be sent there then.
        """
        with Session() as session:
            harden(session, self._adapter(min(METADATA_SECONDS, self._seconds)))
            try:
                url = f"{self._instance.url}/.well-known/oauth-authorization-server"
                answer = session.get(url, allow_redirects=False)
            except RequestException as error:
                raise failure(error) from error
        return _issuer(answer)

    def _ask(self, hook: str, grant: str, **parameters: Any) -> IssuedTokens:
        found: list[IssuedTokens] = []

        def read(response: Response) -> Response:
            found.append(issued_tokens(response))  # before Authlib's own parser, which takes anything...
            response._content = CHECKED  # noqa: SLF001 - ...and stumbles over an expires_in that is no number
            return response

        try:
            with self._session() as session:
                session.register_compliance_hook(hook, read)
                url = f"{self._instance.url}/oauth_token.do"
                getattr(session, grant)(url, allow_redirects=False, **parameters)
        except RequestException as error:
            raise failure(error) from error
        return found[0]

    def _session(self) -> "OAuth2Session":
        from authlib.integrations.requests_client import OAuth2Session  # a third of a second that a start can spare

        session = OAuth2Session(
            client_id=self._client_id,
            client_secret=self._client_secret.reveal(),
            token_endpoint_auth_method="client_secret_post",  # noqa: S106 - the form ServiceNow documents (1.3, D)
            revocation_endpoint_auth_method="client_secret_post",  # ServiceNow asks nobody, a hardened client's does
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            default_timeout=self._seconds,
        )
        harden(session, self._adapter(self._seconds))
        return session

    def _adapter(self, seconds: float) -> BoundedAdapter:
        return BoundedAdapter(seconds, most_bytes=TOKEN_BYTES, source_address=self._source_address)


def _issuer(answer: Response) -> str:
    try:
        metadata = answer.json() if answer.status_code == 200 else {}
    except (ValueError, RecursionError):
        return ""
    if not isinstance(metadata, dict) or metadata.get("authorization_response_iss_parameter_supported") is not True:
        return ""
    issuer = metadata.get("issuer")
    return issuer if isinstance(issuer, str) else ""
