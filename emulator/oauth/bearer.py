"""Bearer tokens as a way to identify a caller (RFC 6750)."""

from flask import Request

from ..access.caller import Caller, Channel
from ..errors import NotAuthenticated
from ..identity.authenticators import scheme_of
from ..identity.effective_method import effective_method
from ..identity.users import Users
from ..identity.web import begin_for_token
from . import policy
from .api_scopes import ApiScopes
from .judging import Dead, Judge, TokenType
from .policy import OAuthProperties
from .uses import TokenUses


class BearerAuthenticator:
    """``Authorization: Bearer TOKEN``, and ``?access_token=TOKEN`` unless the property forbids it (platform 1.4, D)."""

    def __init__(
        self,
        judge: Judge,
        uses: TokenUses,
        users: Users,
        properties: OAuthProperties,
        api_scopes: ApiScopes,
    ) -> None:
        self._judge = judge
        self._uses = uses
        self._users = users
        self._properties = properties
        self._api_scopes = api_scopes

    def claims(self, request: Request) -> bool:
        if "Authorization" in request.headers:
            return scheme_of(request) == "bearer"
        return "access_token" in request.args and not self._properties.post_body_only

    def caller_of(self, request: Request) -> Caller:
        header = request.headers.get("Authorization", "")
        token = header.strip().partition(" ")[2].strip() or request.args.get("access_token", "")
        if policy.TOKENS_SLEEP_WHEN_SWITCHED_OFF and not self._properties.is_active:
            raise NotAuthenticated
        judged = self._judge.token(token, TokenType.ACCESS)
        if isinstance(judged, Dead) or (judged.family and not header):  # a hardened client's stands in no address
            raise NotAuthenticated
        method = effective_method(request)
        if judged.follows_policies:
            self._api_scopes.check_policy(method, request.path)
        if judged.is_restricted:
            self._api_scopes.check(method, request.path, judged.scope)
        self._uses.note(judged.entity, judged.account.sys_id, judged.judged_at)
        if not (judged.family or judged.follows_policies or judged.is_restricted):  # a session opens everything
            begin_for_token(judged.account)
        address = request.remote_addr or ""
        return self._users.caller(judged.account, Channel.REST, credential=judged.sys_id, address=address)
