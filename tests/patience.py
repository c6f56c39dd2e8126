"""How long a test waits for what has to come: a guard against hanging for ever, and no measure of anybody's speed."""

HANGING = 120
"""Seconds after which who waits is taken for left hanging, however busy the machine."""
