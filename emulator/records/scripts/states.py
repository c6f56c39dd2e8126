"""State models at work: which model a record follows, and whether it may go where it is going."""

from ..draft import Draft
from ..state_models import MODEL_FIELD, StateModel, Transition, TransitionCondition

STATE = "state"


def model_of(draft: Draft) -> StateModel | None:
    """The state model that the record follows, None where its table has none."""
    models = draft.work.snapshot.state_models
    return models.of(draft.work.dictionary, draft.table, draft.raw(MODEL_FIELD), draft.matches)


def holds(draft: Draft, condition: TransitionCondition) -> bool:
    """Whether a condition of a transition holds for the record."""
    if not condition.related_table:
        return draft.matches(condition.query)
    if condition.related_table not in draft.work.dictionary.tables:
        return True
    query = f"{condition.related_field}={draft.sys_id}^{condition.query}"
    return not list(draft.work.read(condition.related_table, query, ("sys_id",)))


def failing(draft: Draft, transition: Transition) -> str:
    """The name of the first condition that does not hold, empty when all do."""
    return next((each.name for each in transition.conditions if not holds(draft, each)), "")


def choose_model(draft: Draft) -> str:
    """A model that was chosen presets the record; without one the record gets what fits its type (platform 5.3, D)."""
    models = draft.work.snapshot.state_models
    chosen = models.named(draft.raw(MODEL_FIELD))
    if chosen is not None and draft.changes(MODEL_FIELD):
        for element, text in draft.equalities(chosen.preset).items():
            draft.give(element, text)
        return ""
    fitting = models.of(draft.work.dictionary, draft.table, "", draft.matches)
    if fitting is not None:
        draft.set(MODEL_FIELD, fitting.sys_id)
    return ""


def abort_illegal_transition(draft: Draft) -> str:
    """Refuse a state that the model does not lead to, or not yet (platform 5.3, C)."""
    return trouble(draft)


def undo_illegal_transition(draft: Draft) -> str:
    """Leave the state as it was: a problem's write answers 200 and changes nothing (rest 8, meas)."""
    reason = trouble(draft)
    if reason:
        draft.set(STATE, draft.was(STATE))
        draft.work.trail.alter("business rule", "state model", reason)
    return ""


def trouble(draft: Draft) -> str:
    """Why the record may not change its state so; empty when it may."""
    model = model_of(draft)
    if model is None or not model.transitions:
        return ""
    origin, target = str(draft.was(STATE) if draft.was(STATE) is not None else ""), draft.raw(STATE)
    transition = model.transition(origin, target)
    if transition is None:
        return f"The model {model.name} leads from {origin} to no {target}."
    unmet = failing(draft, transition)
    return f"The condition {unmet} of {transition.name} does not hold." if unmet else ""
