"""The look: small, and complete without a script."""

from pathlib import Path

import pytest
from flask import Flask
from tenant_flows import signed_in
from ticketlab import connector

STATIC = Path(connector.__file__).parent / "static"


def test_style_sheet_and_script_are_small():
    """Own pieces instead of a framework."""
    assert (STATIC / "center.css").stat().st_size <= 16_384
    assert (STATIC / "live.js").stat().st_size <= 4_096


@pytest.mark.parametrize("path", ["/", "/securescore", "/securescore?tab=actions", "/tickets", "/ticketConfiguration"])
def test_page_says_where_one_is_and_lets_the_keyboard_skip_the_navigation(path: str, tenant: Flask):
    """One heading, one current entry, a link past the navigation, a language and a title."""
    text = signed_in(tenant).get(path).text
    assert text.count("<h1>") == 1
    assert text.count("<li><a") > 3
    assert '<a class="skip" href="#content">' in text
    assert '<html lang="en">' in text
    assert "<title>" in text
    assert 'aria-current="page"' in text
