"""The parts of the Change Management API that plan a change: its schedule, its impact, its risk (rest 8)."""

from flask import Response

from ...shared.web.parts import part
from ..access.caller import Caller
from ..change import impact, risk
from ..change.schedule import Scheduling
from ..records.gate import Gate
from .change_call import SCHEDULERS, WRITERS, caller_with, given
from .change_render import render_change
from .change_workers import waiting
from .frame import answer
from .incoming import asked_by_name


def find_slots_of_item(sys_id: str) -> Response:
    caller = caller_with(SCHEDULERS)
    return _accepted(caller, Scheduling(part(Gate), caller).of_item(sys_id, asked_by_name()))


def find_slots(sys_id: str) -> Response:
    caller = caller_with(SCHEDULERS)
    return _accepted(caller, Scheduling(part(Gate), caller).of_change(sys_id))


def take_first_slot(sys_id: str) -> Response:
    caller = caller_with(SCHEDULERS)
    return _accepted(caller, Scheduling(part(Gate), caller).take_first(sys_id, given()))


def refresh_services(sys_id: str) -> Response:
    """The documentation has 200 here, where every other worker's answer is 202 (D)."""
    caller = caller_with(WRITERS)
    return answer({"result": waiting(caller, impact.refresh(part(Gate), caller, sys_id))})


def assess_risk(sys_id: str) -> Response:
    return answer({"result": render_change(risk.assess(part(Gate), caller_with(WRITERS), sys_id))})


def _accepted(caller: Caller, worker: str) -> Response:
    return answer({"result": waiting(caller, worker)}, 202)
