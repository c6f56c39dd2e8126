"""All cases, found in the package ``catalogue``: adding a case is adding a module."""

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache

from ..errors import TicketlabError
from ..near import did_you_mean
from . import catalogue
from .case import Case


class UnknownCase(TicketlabError):
    status = 404
    message = "There is no such case"


@cache
def all_cases() -> Mapping[str, Case]:
    """Every case by its id: those of the page first, each group by id."""
    found = [_case_of(name) for _, name, _ in pkgutil.iter_modules(catalogue.__path__)]
    return {case.id: case for case in sorted(found, key=lambda case: (not case.from_page, case.id))}


def case_named(identity: str) -> Case:
    """Raises UnknownCase, which names the nearest id."""
    try:
        return all_cases()[identity]
    except KeyError as error:
        meant = did_you_mean(identity, all_cases())
        raise UnknownCase(detail=f"{identity!r} is not in `ticketlab case list`.{meant}") from error


def _case_of(module_name: str) -> Case:
    module = importlib.import_module(f"{catalogue.__name__}.{module_name}")
    own = [
        each
        for _, each in inspect.getmembers(module, inspect.isclass)
        if issubclass(each, Case) and each.__module__ == module.__name__ and not inspect.isabstract(each)
    ]
    if len(own) != 1:
        raise TypeError(f"{module.__name__} holds {len(own)} cases; a module is one case.")
    case: Case = own[0]()
    return case
