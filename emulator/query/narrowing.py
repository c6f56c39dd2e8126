"""A query within bounds of somebody else's: one condition more, which none of its own words gets around."""

from dataclasses import replace

from .nodes import EncodedQuery, Group
from .parser import parse_term


def narrowed(query: EncodedQuery, condition: str) -> EncodedQuery:
    """The query with one condition more, in each of its groups.

    Written before or after the query's text the condition would bind one group, and a leading ^OR would undo it.
    """
    return _within(query, ((parse_term(condition),),)) if condition else query


def narrowed_by(query: EncodedQuery, bounds: EncodedQuery) -> EncodedQuery:
    """The query with all that the first group of another asks for, in each of its own groups."""
    return _within(query, bounds.groups[0]) if bounds.groups else query


def _within(query: EncodedQuery, clauses: Group) -> EncodedQuery:
    return replace(query, groups=tuple((*group, *clauses) for group in query.groups or ((),)))
