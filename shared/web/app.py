"""The Flask that both apps are."""

from collections.abc import Callable
from typing import Any

from flask import Flask


class SynchronousFlask(Flask):
    """A Flask whose views and hooks are plain functions.

    The framework asks of each, at each request, whether it is a coroutine: with a dozen hooks as long as routing takes.
    """

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func
