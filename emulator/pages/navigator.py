"""The application navigator: which menus there are, who sees them, and what typing into its filter does."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote_plus

from ..dictionary.model import Dictionary
from .menu import ADMIN, Application, Module

NEWEST_FIRST = "ORDERBYDESCsys_created_on"
TYPED_LIST = re.compile(r"([a-z][a-z0-9_]{0,79}?)(\.list|_list\.do)", re.IGNORECASE)
TYPED_FORM = re.compile(r"([a-z][a-z0-9_]{0,79}?)\.(do|form)", re.IGNORECASE)


def _list(title: str, table: str, query: str = "") -> Module:
    return Module(title, f"{table}_list.do" + (f"?sysparm_query={quote(query, safe='=')}" if query else ""))


def _new(title: str, table: str) -> Module:
    return Module(title, f"{table}.do?sys_id=-1")


EVERYDAY = (
    Application(
        "Self-Service",
        (
            Module("Homepage", "home.do"),
            _list("My Open Incidents", "incident", "active=true^caller_id=javascript:gs.getUserID()"),
            Module("My Connected Apps", "my_connected_apps.do"),
            Module("My Profile", "sys_user.do?sys_id=javascript:gs.getUserID()"),
        ),
    ),
    Application(
        "Incident",
        (
            _new("Create New", "incident"),
            _list("Open", "incident", f"active=true^{NEWEST_FIRST}"),
            _list("All", "incident"),
        ),
        frozenset({"itil"}),
    ),
    Application(
        "Change",
        (
            _new("Create New", "change_request"),
            _list("Open", "change_request", f"active=true^{NEWEST_FIRST}"),
            _list("All", "change_request"),
            _list("Change Tasks", "change_task"),
        ),
        frozenset({"itil"}),
    ),
)
SYSTEM = (
    Application(
        "System OAuth",
        (
            _list("Application Registry", "oauth_entity", "type=client"),
            _list("Manage Tokens", "oauth_credential"),
        ),
        frozenset({"oauth_admin"}),
    ),
    Application(
        "User Administration",
        (
            _list("Users", "sys_user"),
            _list("Groups", "sys_user_group"),
            _list("Roles", "sys_user_role"),
            _list("User Roles", "sys_user_has_role"),
        ),
        frozenset({"user_admin"}),
    ),
    Application(
        "System Definition",
        (
            _list("Tables", "sys_db_object"),
            _list("Dictionary", "sys_dictionary"),
            _list("Choice Lists", "sys_choice"),
            _list("Number Maintenance", "sys_number"),
            _list("Business Rules", "sys_script"),
            _list("Script Actions", "sysevent_script_action"),
            _list("Quota Rules", "sysrule_quota"),
        ),
        frozenset({ADMIN}),
    ),
    Application(
        "System Applications",
        (
            _list("Applications", "sys_scope"),
            Module("All Available Applications", "app_store.do"),
            _list("Application Cross-Scope Access", "sys_scope_privilege"),
            _list("Application Restricted Caller Access", "sys_restricted_caller_access"),
        ),
        frozenset({ADMIN}),
    ),
    Application(
        "Multi-Provider SSO",
        (
            _list("Identity Providers", "sso_properties"),
            _list("Properties", "sys_properties", "nameSTARTSWITHglide.authenticate."),
        ),
        frozenset({ADMIN}),
    ),
    Application(
        "System Policy",
        (_list("Data Policies", "sys_data_policy2"), _list("Data Policy Rules", "sys_data_policy_rule")),
        frozenset({ADMIN}),
    ),
    Application("System Properties", (_list("All Properties", "sys_properties"),), frozenset({ADMIN})),
    Application(
        "System Security",
        (
            _list("Access Control (ACL)", "sys_security_acl"),
            _list("IP Address Access Control", "ip_access"),
            _list("REST API Keys", "api_key"),
            _list("REST API Auth Scopes", "sys_auth_scope"),
            _list("REST API Access Scopes", "sys_api_access_scope"),
            _list("REST API Access Policies", "sys_api_access_policy"),
            _list("Inbound Authentication Profiles", "inbound_auth_profile"),
        ),
        frozenset({ADMIN}),
    ),
    Application(
        "System Web Services",
        (_list("Rate Limit Rules", "sys_rate_limit_rules"),),
        frozenset({ADMIN, "rate_limit_admin"}),
    ),
    Application(
        "System Logs",
        (
            _list("All", "syslog", NEWEST_FIRST),
            _list("Errors", "syslog", f"level=2^{NEWEST_FIRST}"),
            _list("Events", "sysevent", NEWEST_FIRST),
            _list("Audit History", "sys_audit", NEWEST_FIRST),
        ),
        frozenset({ADMIN}),
    ),
)
"""The platform's own menus (platform 6, D), as far as their pages exist."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A module as one page shows it: ``current`` when it is that page."""

    module: Module
    current: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    entries: tuple[Entry, ...]

    @property
    def current(self) -> bool:
        return any(entry.current for entry in self.entries)


class Navigator:
    """Every menu, in the order they are shown: the installed applications' own between work and administration."""

    def __init__(self, applications: Sequence[Application] = ()) -> None:
        self._applications = (*EVERYDAY, *applications, *SYSTEM)

    def groups(self, roles: frozenset[str], here: str = "", tables: Mapping[str, object] | None = None) -> list[Group]:
        """The menus for somebody with these roles; ``here`` is the page shown, ``tables`` those that exist."""
        shown = [(each.title, _modules(each, roles, tables)) for each in self._applications if each.suits(roles)]
        current = _nearest((module for _title, modules in shown for module in modules), here)
        return [
            Group(title, tuple(Entry(each, each is current) for each in modules)) for title, modules in shown if modules
        ]


def _modules(application: Application, roles: frozenset[str], tables: Mapping[str, object] | None) -> Sequence[Module]:
    if application.table and tables is not None and application.table not in tables:
        return ()
    return [each for each in application.modules if each.suits(roles) and (tables is None or _exists(each, tables))]


def filtered(groups: Sequence[Group], text: str) -> list[Group]:
    """The groups and modules whose title holds ``text``; a group whose own title does stays whole."""
    wanted = text.strip().lower()
    kept = []
    for group in groups:
        if wanted in group.title.lower():
            kept.append(group)
            continue
        entries = tuple(entry for entry in group.entries if wanted in entry.module.title.lower())
        if entries:
            kept.append(replace(group, entries=entries))
    return kept


def typed_page(text: str, dictionary: Dictionary) -> str | None:
    """The page that ``TABLE.list``, ``TABLE.do`` or ``TABLE.form`` typed into the filter means, if it is one."""
    for pattern, page in ((TYPED_LIST, "/{}_list.do"), (TYPED_FORM, "/{}.do?sys_id=-1")):
        found = pattern.fullmatch(text.strip())
        if found is not None and found[1].lower() in dictionary.tables:
            return page.format(found[1].lower())
    return None


def _nearest(modules: Iterable[Module], here: str) -> Module | None:
    """The module that leads to this very page, else the plainest one to the list in which it stands."""
    path = here.partition("?")[0]
    homes = {path, f"{path.removesuffix('.do')}_list.do"} if path.endswith(".do") else {path}
    found = None
    for module in modules:
        if unquote_plus(module.page) == unquote_plus(here):
            return module
        at = module.page.partition("?")[0]
        leads_home = at in homes and (at.endswith("_list.do") or at == module.page)
        if leads_home and (found is None or len(module.page) < len(found.page)):
            found = module
    return found


def _exists(module: Module, tables: Mapping[str, object]) -> bool:
    """Whether a module's table exists; a page that is no table's always does."""
    page = module.page.partition("?")[0]
    if page.endswith("_list.do"):
        return page.removesuffix("_list.do") in tables
    return True
