"""The pytest plugin: a fresh world for each test that asks for one, and the reasons of refusals under a failure."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from ..errors import RefusedToStart
from ..near import did_you_mean
from . import world

if TYPE_CHECKING:
    from .instance import ServiceNow
    from .pair import World
    from .tenant import SecurityCenter

SHOWN = 20
"""Decisions shown under a failing test."""

ACCEPTED = ("ids", "release", "seed", "tables", "name")
"""What the mark may choose."""

_WORLD = pytest.StashKey["World"]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "ticketlab(ids=1, **settings): the seed of the world's identifiers, and settings of its instance "
        "(release, seed, tables, name)",
    )


@pytest.fixture
def ticketlab_world(request: pytest.FixtureRequest) -> "Iterator[World]":
    """The world behind ``servicenow`` and ``security_center``."""
    mark = request.node.get_closest_marker("ticketlab")
    if mark and (mistake := _mistake(mark)):
        pytest.fail(mistake, pytrace=False)
    with ExitStack() as ending:
        try:
            made = ending.enter_context(world(**(mark.kwargs if mark else {})))
        except RefusedToStart as error:
            pytest.fail(f"@pytest.mark.ticketlab: {error}", pytrace=False)
        request.node.stash[_WORLD] = made
        try:
            yield made
        finally:
            del request.node.stash[_WORLD]


@pytest.fixture
def servicenow(ticketlab_world: "World") -> "ServiceNow":
    """A ServiceNow instance of this test's own: ``url``, ``credentials``, ``table(name)`` and more."""
    return ticketlab_world.servicenow


@pytest.fixture
def security_center(ticketlab_world: "World") -> "SecurityCenter":
    """A Microsoft 365 tenant of this test's own beside ``servicenow``; ``connect()`` connects the two."""
    return ticketlab_world.security_center


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under a test that failed, show why the instance refused what it refused."""
    report = yield
    made = item.stash.get(_WORLD, None)
    if report.failed and made is not None:
        told = _refusals(made)
        if told:
            report.sections.append(("Refused or altered by ServiceNow", told))
    return report


def _mistake(mark: pytest.Mark) -> str:
    """What is wrong with the names that a mark chooses by; empty when nothing is."""
    accepted = f"It takes {', '.join(f'{name}=…' for name in ACCEPTED)}."
    if mark.args:
        return f"@pytest.mark.ticketlab({mark.args[0]!r}): a setting needs its name. {accepted}"
    for name in sorted(mark.kwargs.keys() - set(ACCEPTED)):
        meant = did_you_mean(name, ACCEPTED)
        return f"@pytest.mark.ticketlab({name}=…): there is no such setting.{meant} {accepted}"
    return ""


def _refusals(made: "World") -> str:
    """In words; a report must not fail where the test's instance lets nobody in any more."""
    from ..errors import TicketlabError

    try:
        return _in_words(made.servicenow.refusals()[:SHOWN])
    except TicketlabError as error:
        return f"The instance does not say: {error}"


def _in_words(decisions: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(
        f"{each['transaction']}  {each['user_name'] or 'nobody'}: {each['operation']} {each['table']}: "
        f"{each['outcome']} at step {each['step']} by {each['rule']}. {each['reason']} {each['record']}".rstrip()
        for each in reversed(decisions)
    )
