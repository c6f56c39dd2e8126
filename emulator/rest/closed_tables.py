"""Tables that the REST APIs' own access rule keeps from everybody (platform 2.3, C)."""

from ..dictionary.model import Dictionary
from . import assumptions
from .errors import ApiAclRefused


def check_open(table: str, dictionary: Dictionary) -> None:
    """Raises ApiAclRefused. A table that does not exist is refused where it is used."""
    if table in assumptions.CLOSED_TO_REST.value and table in dictionary.tables:
        raise ApiAclRefused
