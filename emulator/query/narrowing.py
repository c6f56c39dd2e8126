"""A query within bounds of somebody else's: one condition more, which none of its own words gets around."""

from dataclasses import replace

from .nodes import EncodedQuery
from .parser import parse_term


def narrowed(query: EncodedQuery, condition: str) -> EncodedQuery:
    """The query with one condition more, in each of its groups.

    Written before or after the query's text the condition would bind one group, and a leading ^OR would undo it.
    """
    if not condition:
        return query
    clause = (parse_term(condition),)
    return replace(query, groups=tuple((*group, clause) for group in query.groups or ((),)))
