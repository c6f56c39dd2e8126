"""The limit of a request, apart from any database."""

import time
from contextvars import Context

import pytest
from ticketlab.shared.errors import TicketlabError
from ticketlab.shared.time_limit import begin_limit, check_limit, end_limit, limit_to


class TooLate(TicketlabError):
    """What these requests are told."""


def test_a_request_past_its_limit_is_refused_once_and_may_then_answer():
    """Before its limit, without one and after its end nothing is refused."""

    def request() -> None:
        check_limit()
        begin_limit("GET /slow", TooLate)
        check_limit()
        limit_to(0.02)
        check_limit()
        time.sleep(0.05)
        with pytest.raises(TooLate):
            check_limit()
        check_limit()
        end_limit()
        check_limit()

    Context().run(request)


def test_a_request_within_a_request_has_the_limit_of_the_outer_one():
    def request() -> None:
        begin_limit("POST /outer", TooLate)
        limit_to(0.02)
        begin_limit("GET /inner", TicketlabError)
        limit_to(60)
        time.sleep(0.05)
        with pytest.raises(TooLate):
            check_limit()
        end_limit()

    Context().run(request)
