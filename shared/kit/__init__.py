"""The test kit: an instance and a tenant of a test's own, served in this process, each test in a fresh world.

In a test the fixtures ``servicenow`` and ``security_center`` give them; elsewhere ``with world() as pair`` does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .pair import World

__all__ = ["world"]


@contextmanager
def world(*, ids: int = 1, **settings: Any) -> "Iterator[World]":
    """A pair in a world of its own, on free ports; ``servicenow`` runs, ``security_center`` begins when asked for.

    ``ids`` is the seed of sys_ids and numbers: equal seeds and equal steps give equal ones. ``settings`` are the
    instance's (``release="jakarta"``, ``seed="empty"``, ``tables="tables.toml"``, ``name="dev12345"``).
    """
    from .pair import take_world  # what a test session without worlds never needs

    with take_world(ids, settings) as made:
        yield made
