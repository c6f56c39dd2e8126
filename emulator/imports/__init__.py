"""Import sets: rows loaded into staging tables, and the transform maps that carry them over to other tables."""

from .import_sets import MOST_RECORDS, Imported, ImportSets
from .transform import Outcome, State

__all__ = ["MOST_RECORDS", "ImportSets", "Imported", "Outcome", "State"]
