"""What the instance's REST APIs look like to programs: an OpenAPI description, generated."""

from .description import CORE_TABLES, describe

__all__ = ["CORE_TABLES", "describe"]
