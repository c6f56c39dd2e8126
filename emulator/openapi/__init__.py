"""What the instance's REST APIs look like to programs: an OpenAPI description, generated."""

from .description import CORE_TABLES, Instance, describe

__all__ = ["CORE_TABLES", "Instance", "describe"]
