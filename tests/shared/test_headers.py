"""The content security policy, where a page's form ends up elsewhere."""

import pytest
from flask import Flask
from ticketlab.shared.web.headers import allow_form_redirect, content_security_policy


def form_action(url):
    with Flask("small").test_request_context():
        allow_form_redirect(url)
        directives = [each.split() for each in content_security_policy().split("; ")]
        return next(sources for name, *sources in directives if name == "form-action")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://example.com/callback?x=1", "https://example.com"),
        ("http://127.0.0.1:8090/callback", "http://127.0.0.1:8090"),
        ("http://[::1]:8090/callback", "http://[::1]:8090"),
        ("https://bücher.example/callback", "https://xn--bcher-kva.example"),
        ("myapp:/callback", "myapp:"),
    ],
)
def test_the_form_may_end_at_exactly_this_origin(url, origin):
    assert form_action(url) == ["'self'", origin]


@pytest.mark.parametrize("url", ["https://a;sandbox/callback", "https://a,b/callback", "https://a'b/c", "/callback"])
def test_an_address_cannot_add_words_to_the_policy(url):
    """The redirect URL of an OAuth entity is whatever an admin typed."""
    assert form_action(url) == ["'self'"]
