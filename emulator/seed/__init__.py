"""What an instance starts with: the dictionary's own rows, properties, roles, access rules and, by seed, demo data."""

from .addresses import write_addresses
from .fill import fill, is_filled, seed_image
from .secrets import Secrets
from .tables import declared_schema, write_tables
from .upgrade import fit

__all__ = ["Secrets", "declared_schema", "fill", "fit", "is_filled", "seed_image", "write_addresses", "write_tables"]
