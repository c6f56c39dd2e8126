"""The addresses of an app, read off its url_map, so that a new route is attacked when it is written."""

import re

from flask import Flask

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
BY_OTHER_MEANS = (
    "/api/",  # a header identifies; a session there needs its X-UserToken
    "/oauth_token.do",  # the client's own secret
    "/oauth_introspect",  # the client's own secret
    "/oauth_revoke",  # no authentication at all, as on the platform (platform 1.0)
    "/lab/",  # the lab's guard
    "/<tenant>/oauth2/",  # the client's own secret or a password
)
"""Addresses where no session's cookie lets anybody change something."""


def changing(app: Flask) -> list[tuple[str, str]]:
    """Each method and address under which a cookie may change something."""
    found = []
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(BY_OTHER_MEANS):
            path = rule.rule.replace("<table>", "incident")
            for argument in rule.arguments:
                path = path.replace(f"<{argument}>", "AdminMFAV2" if argument == "control_id" else "0" * 32)
            found += [(method, path) for method in sorted((rule.methods or set()) & UNSAFE)]
    assert found
    return found


def readable(app: Flask) -> list[str]:
    """Every address that can be opened, with arguments that name nothing or something plausible."""
    found = sorted({address for method, address in every(app) if method == "GET"})
    assert found
    return found


def every(app: Flask) -> list[tuple[str, str]]:
    """Every method and address."""
    rules = app.url_map.iter_rules()
    return [(method, _filled(rule.rule)) for rule in rules for method in sorted(rule.methods or set())]


def _filled(rule: str) -> str:
    """An address with its arguments: the first of those that it names itself, else 1."""
    chosen = re.sub(r"<any\(\W*(\w+)[^)]*\):\w+>", r"\1", rule.replace("<table>", "incident"))
    return re.sub(r"<(\w+:)?\w+>", "1", chosen)
