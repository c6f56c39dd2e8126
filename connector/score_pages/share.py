"""The ways to share an improvement action."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask import url_for
from flask_babel import gettext as _

from ..directory import User
from ..securescore.score import TenantAction


@dataclass(frozen=True)
class ShareEntry:
    """One entry of the Share menu; ``outside`` for one that leaves the security center."""

    label: str
    url: str
    outside: bool = True


def share_entries(action: TenantAction, link: str, user: User, *, connected: bool) -> list[ShareEntry]:
    """E-mail, Teams, Planner; ServiceNow only while connected, and for those who may share (security-center, D)."""
    title = _(action.profile.title)
    entries = [
        ShareEntry(_("Email"), f"mailto:?{_query(subject=title, body=link)}"),
        ShareEntry(_("Microsoft Teams"), f"https://teams.microsoft.com/share?{_query(href=link, msgText=title)}"),
        ShareEntry(_("Microsoft Planner"), "https://tasks.office.com/"),
    ]
    if connected and user.may_share:
        entries.append(ShareEntry("ServiceNow", url_for("tickets.new", control=action.id), outside=False))
    return entries


def _query(**values: str) -> str:
    """A query whose spaces are ``%20``: mail programs show a plus sign as it is."""
    return urlencode(values, quote_via=quote)
