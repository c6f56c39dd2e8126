"""The request and the app at hand themselves.

Flask's ``request`` and ``current_app`` stand for them, and look them up anew for every attribute: where each request
comes by, that is as long as opening a view of a database. What asks for several attributes there takes them from here.
"""

from typing import TYPE_CHECKING, cast

from flask import current_app, request

if TYPE_CHECKING:
    from flask import Flask, Request
    from werkzeug.local import LocalProxy


def request_at_hand() -> "Request":
    """Raises RuntimeError outside of a request."""
    return cast("LocalProxy[Request]", request)._get_current_object()  # noqa: SLF001 - documented, and named so lest it hide an attribute


def app_at_hand() -> "Flask":
    """Raises RuntimeError outside of an app's context."""
    return cast("LocalProxy[Flask]", current_app)._get_current_object()  # noqa: SLF001 - as above
