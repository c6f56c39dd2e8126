"""What the references leave open or contradict, each choice in one place, and the properties that switch behaviour."""

from ..records.gate import Gate

PLAIN_CHALLENGE_REFUSED = True
"""code_challenge_method ``plain``, or none beside a challenge: what the platform does is unknown (attack A11)."""

BASIC_BESIDE_BODY_REFUSED = True
"""Client credentials by Basic and in the body at once: unknown (attack A22)."""

CODE_STAYS_FOR_ITS_OWNER = True
"""A code presented by another client is refused there, and still good for the client it was issued to (attack A16)."""

FOREIGN_VERIFIER_BURNS_CODE = True
"""A missing or wrong code_verifier uses the code up (attack A13)."""

OAUTH_ACTIVE = "com.snc.platform.security.oauth.is.active"
STATE_REQUIRED = "glide.oauth.state.parameter.required"
POST_BODY_ONLY = "glide.oauth.allow.parameters.in.post.body.only"


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
