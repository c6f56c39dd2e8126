"""What the references leave open or contradict, each choice in one place, and the properties that switch behaviour."""

from ..access.operations import Operation
from ..access.read_only import EXEMPT
from ..records.gate import Gate

PLAIN_CHALLENGE_REFUSED = True
"""code_challenge_method ``plain``, or none beside a challenge: what the platform does is unknown (attack A11)."""

BASIC_BESIDE_BODY_REFUSED = True
"""Client credentials by Basic and in the body at once: unknown (attack A22)."""

CODE_STAYS_FOR_ITS_OWNER = True
"""A code presented by another client is refused there, and still good for the client it was issued to (attack A16)."""

FOREIGN_VERIFIER_BURNS_CODE = True
"""A missing or wrong code_verifier uses the code up (attack A13)."""

FIRST_REDIRECT_FOR_NONE = True
"""An authorization request without redirect_uri means the first registered URL (platform 1.1, the conflict there)."""

REFRESH_TOKEN_FOR_PUBLIC_CLIENTS = True
"""The documents say none, a captured exchange without secret returned one (platform 1.3): the capture is believed."""

TOKENS_SLEEP_WHEN_SWITCHED_OFF = True
"""While OAuth is switched off, tokens given out before open nothing; switched on again they live (unverified)."""

MFA_REFUSED_GRANTS = frozenset({"password", "authorization_code"})
"""Grants refused to a user who must use multi-factor authentication (platform 1.1 and 1.3): those in which the user
takes part. A token that lives is refreshed, and an assertion names its user without one (unverified)."""

PASSWORD_CHANGE_ENDS_HARDENED_TOKENS = True
"""Nothing is documented of the platform, so its default profile keeps tokens when a password changes (A32)."""

ISSUER_IS_THE_CLIENT = True
"""An assertion's ``iss`` is the client ID, like its ``aud``, as the form for a JWT endpoint recommends."""

GRACE_SECONDS = 30
"""A hardened client that lost the answer to a refresh may ask again that long, once (attack A30)."""

TRIES, TRIES_SECONDS = 20, 60
"""Wrong secrets from one address, and how long they count, until a hardened client's tries get 429 (attack A45)."""

OAUTH_ACTIVE = "com.snc.platform.security.oauth.is.active"
STATE_REQUIRED = "glide.oauth.state.parameter.required"
POST_BODY_ONLY = "glide.oauth.allow.parameters.in.post.body.only"
ROPC_DISABLED = "glide.oauth.inbound.ropc.grant_type.disabled"
CLIENT_CREDENTIALS_ENABLED = "glide.oauth.inbound.client.credential.grant_type.enabled"
READ_ONLY_EXEMPT = EXEMPT[Operation.CREATE][0]
DEFAULT_PROFILE = "ticketlab.oauth.profile"
"""Ours: ``servicenow`` or ``hardened``, for clients whose record names no profile. Missing means servicenow."""


class OAuthProperties:
    """The sys_properties that the OAuth endpoints look at, as they stand now (platform 1.0, 1.1 and 1.3, D)."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    @property
    def is_active(self) -> bool:
        return self._gate.get_property(OAUTH_ACTIVE, "true") == "true"

    @property
    def state_required(self) -> bool:
        """Missing means not enforced."""
        return self._gate.get_property(STATE_REQUIRED) == "true"

    @property
    def post_body_only(self) -> bool:
        """Whether credentials in a query string are refused. Missing means they are taken."""
        return self._gate.get_property(POST_BODY_ONLY) == "true"

    @property
    def password_grant_disabled(self) -> bool:
        return self._gate.get_property(ROPC_DISABLED) == "true"

    @property
    def client_credentials_enabled(self) -> bool:
        """Missing means off (platform 1.3, D)."""
        return self._gate.get_property(CLIENT_CREDENTIALS_ENABLED) == "true"

    @property
    def read_only_may_hold_tokens(self) -> bool:
        """Whether users with snc_read_only may create oauth_credential records (platform 1.1, D)."""
        exempt = self._gate.get_property(READ_ONLY_EXEMPT).split(",")
        return "oauth_credential" in [each.strip() for each in exempt]
