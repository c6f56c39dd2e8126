"""Installing, upgrading and uninstalling an app: who may, where, and with what credentials."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ....shared.secret import Secret
from ...access.caller import Caller
from ...errors import PlatformError
from ...records.gate import Gate
from ...releases import Release, release_named
from ..m365ticket.errors import AdminsOnly
from .catalogue import CATALOGUE, StoreApp, app_of_scope


class Installer(Protocol):
    """Writes an app's records and takes them away again; knows nothing of who may."""

    def install(self, scope: str, version: str, moment: datetime) -> None: ...

    def uninstall(self, scope: str) -> None: ...


@dataclass(frozen=True, slots=True)
class HiService:
    """The account at ServiceNow's customer service (HI) that the store asks for. Ours: the real one is elsewhere."""

    user: str
    password: Secret

    def accepts(self, user: str, password: str) -> bool:
        return Secret(self.user).matches(user) & self.password.matches(password)


class InstallRefused(PlatformError):
    """The store does not do what it was asked; the message says why, in words of ours."""

    status = 422


@dataclass(frozen=True, slots=True)
class Offer:
    """An app as the store's page shows it."""

    app: StoreApp
    installed: str
    """The installed version, empty when it is not installed."""
    needs: Release
    suits: bool
    """Whether this instance's release is new enough."""
    upgrades: Sequence[str]


@dataclass(frozen=True, slots=True)
class Store:
    """What one administrator may do here. Raises AdminsOnly for anybody else, InstallRefused for what cannot be."""

    gate: Gate
    installer: Installer
    hi: HiService
    release: Release

    def offers(self, caller: Caller) -> Sequence[Offer]:
        _check_admin(caller)
        return [self._offer(each) for each in CATALOGUE]

    def offer(self, caller: Caller, scope: str) -> Offer:
        _check_admin(caller)
        app = app_of_scope(scope)
        if app is None:
            raise InstallRefused("There is no such application in the store.")
        return self._offer(app)

    def install(self, caller: Caller, scope: str, version: str, hi: tuple[str, str]) -> None:
        """Install an app, or upgrade the one that is installed."""
        offer = self.offer(caller, scope)
        if not offer.suits:
            raise InstallRefused(
                f"{offer.app.name} requires {offer.needs.label} or later. This instance runs {self.release.label}."
            )
        if not self.hi.accepts(*hi):
            raise InstallRefused(
                "The HI credentials are not accepted. Enter the user name and password of your ServiceNow HI account."
            )
        if version not in (offer.upgrades if offer.installed else offer.app.numbers):
            raise InstallRefused(f"Version {version[:20]} cannot be installed here.")
        if offer.installed:
            self._upgrade(offer.app, version)
        else:
            self.installer.install(scope, version, self.gate.clock.now().replace(microsecond=0))

    def uninstall(self, caller: Caller, scope: str) -> None:
        offer = self.offer(caller, scope)
        if not offer.installed:
            raise InstallRefused(f"{offer.app.name} is not installed.")
        self.installer.uninstall(scope)

    def _upgrade(self, app: StoreApp, version: str) -> None:
        """Tables, roles and rules are the same in every version; so are the records that the app has made."""
        apps = self.gate.record("sys_store_app", Caller.system())
        row = apps.find(f"scope={app.scope}", ("sys_id",))
        if row is None:
            raise InstallRefused(f"{app.name} is not a store application here, so it cannot be upgraded.")
        apps.update(row.sys_id, {"version": version})

    def _offer(self, app: StoreApp) -> Offer:
        scope = self.gate.snapshot().policy.scopes.get(app.scope)
        installed = scope.version if scope else ""
        needs = release_named(app.needs)
        return Offer(app, installed, needs, self.release.is_at_least(app.needs), app.later_than(installed))


def _check_admin(caller: Caller) -> None:
    if not caller.is_admin:
        raise AdminsOnly
