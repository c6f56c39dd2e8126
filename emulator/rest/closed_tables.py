"""Tables that the REST APIs' own access rule keeps from everybody (platform 2.3, C)."""

from . import assumptions
from .errors import ApiAclRefused


def check_open(table: str) -> None:
    """Raises ApiAclRefused, also for those of them that are not emulated: nobody could tell."""
    if table in assumptions.CLOSED_TO_REST.value:
        raise ApiAclRefused
