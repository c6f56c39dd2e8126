"""What an instance starts with: the dictionary's own rows, properties, roles, access rules and, by seed, demo data."""

from .addresses import write_addresses
from .fill import fill, image_path, is_filled

__all__ = ["fill", "image_path", "is_filled", "write_addresses"]
