"""How an application declares its place in the navigator; the apps of the instance do, too."""

from dataclasses import dataclass

ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Module:
    """One line of the navigator: where it leads, as a page of this instance."""

    title: str
    page: str
    """A path and query without the leading slash: ``incident_list.do?sysparm_query=active=true``."""
    roles: frozenset[str] = frozenset()
    """Alternatives; with none, everybody who sees the application sees the module."""

    def suits(self, roles: frozenset[str]) -> bool:
        return _suits(self.roles, roles)


@dataclass(frozen=True, slots=True)
class Application:
    """A titled group of modules. ``roles`` are alternatives; with none, everybody sees it.

    The navigator only hides what somebody has no use for; whether they may is the gate's to say.
    """

    title: str
    modules: tuple[Module, ...]
    roles: frozenset[str] = frozenset()
    table: str = ""
    """A table of the app; the menu is gone with it when the app is uninstalled."""

    def suits(self, roles: frozenset[str]) -> bool:
        return _suits(self.roles, roles)


@dataclass(frozen=True, slots=True)
class Menus:
    """The menus of the apps that are installed on the instance."""

    applications: tuple[Application, ...] = ()


def _suits(needed: frozenset[str], roles: frozenset[str]) -> bool:
    return not needed or ADMIN in roles or bool(needed & roles)
