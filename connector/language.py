"""The language people read: every sentence goes through gettext, and what each page shows around its content.

English is the only language so far. ``babel.cfg`` says where the sentences of ``translations/messages.pot`` come from.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from flask import Flask, request, url_for
from flask_babel import Babel, get_locale
from flask_babel import gettext as _

from ..shared.clock import Clock
from .directory import current_user
from .directory.models import Role
from .settings import Settings

LANGUAGES = ["en"]


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation."""

    label: str
    url: str
    icon: str
    current: bool


def install(app: Flask, settings: Settings, clock: Clock) -> None:
    """Let the app's templates translate, and give them what the layout shows."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    Babel(app, default_locale="en", default_timezone="UTC", locale_selector=_wanted_language)  # type: ignore[no-untyped-call]
    app.jinja_env.globals.update(
        language=lambda: str(get_locale() or "en").replace("_", "-"),
        navigation=navigation,
        tenant_name=settings.tenant.capitalize,
        ago=lambda moment: ago((clock.now() - moment).total_seconds()),
    )


def _wanted_language() -> str:
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def navigation() -> list[Entry]:
    user = current_user()
    directory = _entry(_("Azure Active Directory"), "/azureActiveDirectory", "people")
    return [
        _entry(_("Home"), url_for("home.page"), "home"),
        _entry(_("Secure score"), url_for("securescore.page"), "score"),
        _entry(_("Tickets"), url_for("tickets.listing"), "tickets"),
        _entry(_("ServiceNow connection"), "/ticketProvisioning", "plug", "/ticketConfiguration"),
        *([directory] if user is not None and Role.GLOBAL_ADMINISTRATOR in user.roles else []),
    ]


def _entry(label: str, url: str, icon: str, *more: str) -> Entry:
    """An entry that is current on its own page, on those below it, and on ``more``."""
    current = request.path == "/" if url == "/" else request.path.startswith((url, *more))
    return Entry(label, url, icon, current)


def ago(seconds: float) -> str:
    """How long ago something was, as a person says it."""
    whole = max(0, int(seconds))
    if whole < 120:
        return _("%(count)s s ago", count=whole)
    if whole < 7200:
        return _("%(count)s min ago", count=whole // 60)
    if whole < 172_800:
        return _("%(count)s h ago", count=whole // 3600)
    return _("%(count)s days ago", count=whole // 86_400)


CATALOGUE_TEXTS = ("title", "remediation", "remediationImpact", "prerequisites")


def extract_catalogue(
    fileobj: IO[bytes],
    keywords: object,  # noqa: ARG001 - Babel passes all four by name
    comment_tags: object,  # noqa: ARG001
    options: Mapping[str, Any],  # noqa: ARG001
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Babel's way into ``catalogue.json``: the sentences of the improvement actions."""
    for profile in json.load(fileobj)["value"]:
        for name in CATALOGUE_TEXTS:
            for line in filter(None, str(profile[name]).split("\n")):
                yield 1, "gettext", line, [f"{profile['id']}: {name}"]
