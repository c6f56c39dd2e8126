"""The lock icons of a form: what they guard is shown and edited only when it is asked for (platform 6, D/C)."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from .form_fields import FormField, Widget
from .form_page import FormPage, Section

LOCKED = {"oauth_entity": ("client_secret", "redirect_url"), "api_key": ("token",)}
PARAMETER = "sysparm_unlock"
READERS = "oauth_admin"
"""The role that may have a secret shown."""

Reveal = Callable[[str, str], str]
"""From a record's sys_id and an element to the secret in the clear."""


def with_locks(page: FormPage, asked: Sequence[str], reveal: Reveal) -> FormPage:
    """The page of a stored record with locks on what may be changed there, but for what was ``asked`` for."""
    guarded = LOCKED.get(page.table, ())
    if page.new or not guarded:
        return page
    open_ones = [each for each in guarded if each in asked]

    def locked(each: FormField) -> FormField:
        if each.element not in guarded or each.read_only:
            return each
        if each.element in open_ones:
            return _opened(each, page.sys_id, reveal)
        wanted = ",".join([*open_ones, each.element])
        return replace(each, read_only=True, lock=f"{page.address}&{PARAMETER}={wanted}")

    sections = [Section(each.title, [locked(one) for one in each.fields]) for each in page.sections]
    return replace(page, sections=sections)


def _opened(each: FormField, sys_id: str, reveal: Reveal) -> FormField:
    if each.widget is not Widget.PASSWORD:
        return each
    return replace(each, value=reveal(sys_id, each.element), revealed=True)
