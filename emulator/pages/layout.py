"""What the frame around every page shows: the banner and the navigator of whoever is signed in."""

from functools import cached_property

from flask import Flask, request

from ...shared.web.parts import part
from ..access.caller import Caller
from ..identity.elevation import roles_to_elevate
from ..identity.impersonation import may_impersonate
from ..identity.users import Users
from ..identity.web import current_account, current_caller, current_session
from ..records.gate import Gate
from ..settings import Settings
from .navigator import Group, Navigator


class Layout:
    """Read by ``layout.html`` alone, and worked out only when it is: a login page has no such frame."""

    @property
    def instance(self) -> str:
        return part(Settings).name

    @cached_property
    def caller(self) -> Caller:
        return current_caller()

    @property
    def user(self) -> str:
        account = current_account()
        return (account.name or account.user_name) if account else ""

    @property
    def impersonator(self) -> str:
        """Who acts as the user whom the page names; empty when that is the user's own login."""
        session = current_session()
        owner = part(Users).by_id(session.user) if session and session.acting else None
        return (owner.name or owner.user_name) if owner else ""

    @property
    def may_impersonate(self) -> bool:
        return may_impersonate(self.caller, impersonating=bool(self.impersonator))

    @property
    def user_name(self) -> str:
        return self.caller.user_name

    @property
    def user_id(self) -> str:
        return self.caller.user

    @property
    def is_admin(self) -> bool:
        return self.caller.is_admin

    @property
    def may_elevate(self) -> bool:
        return bool(roles_to_elevate(part(Gate), self.caller))

    @cached_property
    def groups(self) -> list[Group]:
        here = request.full_path.rstrip("?").lstrip("/")
        tables = part(Gate).read_dictionary().tables
        return part(Navigator).groups(self.caller.roles, here, tables)


def install_layout(app: Flask) -> None:
    @app.context_processor
    def _layout() -> dict[str, object]:
        return {"layout": Layout(), "instance_name": part(Settings).name}
