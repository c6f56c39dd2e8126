"""Every operator by its canonical word; each is one function of the modules that this table is made of."""

from collections.abc import Mapping

from .field_operators import FIELD_OPERATORS
from .record_operators import RECORD_OPERATORS
from .time_operators import TIME_OPERATORS
from .value_operators import VALUE_OPERATORS, Operator

OPERATORS: Mapping[str, Operator] = {**VALUE_OPERATORS, **FIELD_OPERATORS, **TIME_OPERATORS, **RECORD_OPERATORS}

CONTEXT_OPERATORS = frozenset({"DYNAMIC", "IN_HIERARCHY_DYNAMIC", "SAMEAS", "NSAMEAS", *TIME_OPERATORS})
"""What they mean depends on who asks, when, and in which time zone, whatever their value."""
