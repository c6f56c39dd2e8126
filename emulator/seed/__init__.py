"""What an instance starts with: the dictionary's own rows, properties, roles, access rules and, by seed, demo data."""

from .addresses import write_addresses
from .fill import fill, is_filled, seed_image
from .secrets import Secrets

__all__ = ["Secrets", "fill", "is_filled", "seed_image", "write_addresses"]
