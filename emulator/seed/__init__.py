"""What an instance starts with: the dictionary's own rows, properties, roles, access rules and, by seed, demo data."""

from .addresses import write_addresses
from .fill import fill, is_filled, seed_image
from .secrets import Secrets
from .tables import declared_schema, write_tables

__all__ = ["Secrets", "declared_schema", "fill", "is_filled", "seed_image", "write_addresses", "write_tables"]
