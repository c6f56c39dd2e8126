"""*What may X do?* Explains any user, scope, channel, table, operation and record without doing it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import Response, jsonify, render_template, request
from marshmallow import ValidationError, fields, validate

from ...shared.errors import TicketlabError
from ...shared.strict_schema import StrictSchema, Text
from ...shared.web.lab import unreadable, wants_page
from ...shared.web.parts import part
from ..access.caller import GLOBAL_SCOPE, Caller, Channel
from ..access.decision import Decision, Outcome
from ..access.load_scopes import EXECUTE
from ..access.operations import Operation
from ..identity.accounts import UserAccount
from ..identity.elevation import roles_to_elevate
from ..identity.users import Users
from ..query import literal, parse
from ..records.explain import Answer, Explanation, Question, explain
from ..records.gate import Gate
from .views import blueprint

OPERATIONS = (*Operation, EXECUTE)
CHANNELS = {
    Channel.REST: "REST API",
    Channel.PAGE: "Pages",
    Channel.SCRIPT: "Code of the scope",
}
EMPTY = {"channel": "rest", "operation": "read", "scope": GLOBAL_SCOPE, "values": ""}
"""The form before anything is asked. Of a mapping that lacks ``values`` a template would show the method."""

SENTENCES = {
    Answer.ALLOWED: "Yes. Nothing stands in the way.",
    Answer.VALUES: "Yes, as far as access goes. Business rules and data policies judge values: give some to find out.",
    Answer.SOME: "It depends on the record, because a rule has a condition. Name a record to find out.",
    Answer.HIDDEN: "No. What is asked for is left out of the answer, without an error.",
    Answer.DROPPED: "No. The field keeps its value, without an error, and the rest of the request goes on.",
    Answer.REFUSED: "No. The request is refused.",
}


class UnknownUser(TicketlabError):
    status = 404
    message = "There is no such user"


class QuestionSchema(StrictSchema):
    user = Text(required=True, validate=validate.Length(1, 100))
    scope = Text(load_default=GLOBAL_SCOPE, validate=validate.Length(max=100))
    channel = Text(load_default="rest", validate=validate.OneOf([str(each) for each in CHANNELS]))
    table = Text(required=True, validate=validate.Length(1, 100))
    operation = Text(load_default="read", validate=validate.OneOf([str(each) for each in OPERATIONS]))
    record = Text(load_default="", validate=validate.Length(max=100))
    field = Text(load_default="", validate=validate.Length(max=200))
    values = Text(load_default="", validate=validate.Length(max=4000))
    """What is to be written, as a template has it: ``state=6^close_notes=Done``."""
    elevated = fields.Boolean(load_default=False)


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation with what stands before the gate: whether the user gets in at all."""

    explanation: Explanation
    decisions: tuple[Decision, ...]

    @property
    def answer(self) -> Answer:
        refused = any(each.step == "identity" and each.outcome is Outcome.REFUSED for each in self.decisions)
        return Answer.REFUSED if refused else self.explanation.answer

    @property
    def sentence(self) -> str:
        return SENTENCES[self.answer]


@blueprint.get("/explain")
def explain_page() -> Response | str | tuple[str, int]:
    """The question stands in the address; as a page it is a form, with the answer under it."""
    given = {name: value for name, value in request.args.items() if value}
    if not wants_page(request):
        return jsonify(_as_json(*_answered(given)))
    if "user" not in given:
        return _page(EMPTY)
    try:
        return _page(*_answered(given))
    except (TicketlabError, ValidationError) as error:
        trouble = unreadable(error) if isinstance(error, ValidationError) else error
        return _page({**EMPTY, **given}, trouble=trouble), trouble.status


def _answered(given: Mapping[str, str]) -> tuple[Mapping[str, str], Explained]:
    """The question with what is asked where nothing is said, and its answer."""
    asked: Mapping[str, str] = QuestionSchema().load(given)
    return asked, answer(part(Gate), part(Users), asked)


def answer(gate: Gate, users: Users, asked: Mapping[str, str]) -> Explained:
    """Raises UnknownUser."""
    account = users.by_name(asked["user"])
    if account is None:
        raise UnknownUser(detail=f"{asked['user'][:100]} has no sys_user record.")
    caller = _caller(gate, users, account, asked)
    question = Question(
        asked["table"], asked["operation"], _sys_id(gate, asked), asked["field"], _values(asked.get("values", ""))
    )
    explanation = explain(gate, caller, question)
    return Explained(explanation, (_identity(account, caller, question), *explanation.decisions))


def _caller(gate: Gate, users: Users, account: UserAccount, asked: Mapping[str, str]) -> Caller:
    caller = users.caller(account, Channel(asked["channel"]))
    if asked.get("elevated"):
        elevated = roles_to_elevate(gate, caller)
        caller = replace(caller, elevated=elevated, roles=gate.roles_of(caller.user, elevated))
    return caller.as_scope(asked["scope"]) if caller.channel is Channel.SCRIPT else caller


def _sys_id(gate: Gate, asked: Mapping[str, str]) -> str:
    """A record may be named by its number."""
    record, table = asked["record"], asked["table"]
    dictionary = gate.read_dictionary()
    if len(record) == 32 or table not in dictionary.tables or not record:
        return record
    query = f"{dictionary.display_element(table)}={literal(record)}"
    found = gate.record(table, Caller.system()).find(query, ("sys_id",))
    return found.sys_id if found else record


def _values(template: str) -> Mapping[str, object] | None:
    """Field values out of an encoded query of equalities; None when nobody has given any."""
    return {term.field: term.value for term in parse(template).terms} if template else None


def _identity(account: UserAccount, caller: Caller, question: Question) -> Decision:
    enough = account.is_usable if caller.channel is not Channel.PAGE else account.may_use_pages
    reason = "The user is active and may use this channel."
    if not enough:
        reason = "The user is inactive, locked out, or has web service access only."
    outcome = Outcome.ALLOWED if enough else Outcome.REFUSED
    record = f"sys_user.{account.sys_id}"
    return Decision(
        "identity", outcome, caller, question.table, question.operation, "the user's record", reason, record
    )


def _page(asked: Mapping[str, str], explained: Explained | None = None, trouble: TicketlabError | None = None) -> str:
    dictionary = part(Gate).read_dictionary()
    return render_template(
        "lab/explain.html",
        asked=asked,
        explained=explained,
        trouble=trouble,
        channels=CHANNELS,
        operations=[str(each) for each in OPERATIONS],
        tables=sorted(dictionary.tables),
        scopes=sorted(part(Gate).snapshot().policy.scopes),
    )


def _as_json(asked: Mapping[str, str], explained: Explained) -> Mapping[str, object]:
    refusal = explained.explanation.refusal
    names = ("step", "outcome", "rule", "reason", "record")
    return {
        "question": dict(asked),
        "answer": explained.answer,
        "sentence": explained.sentence,
        "refusal": refusal and {"status": refusal.status, "message": refusal.message, "detail": refusal.detail or None},
        "steps": [{name: getattr(each, name) for name in names} for each in explained.decisions],
        "judged_by_values": [{"rule": name, "record": record} for name, record in explained.explanation.rules],
    }
