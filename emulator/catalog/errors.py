"""What the service catalog refuses (texts: G)."""

from ..errors import PlatformError


class MandatoryVariables(PlatformError):
    """An item's mandatory variables were not all given."""

    status = 400
    message = "Mandatory Variables are required"


class BadQuantity(PlatformError):
    """How many of an item are wanted is a number from 1."""

    status = 400
    message = "Invalid Quantity value"


class CartEmpty(PlatformError):
    """There is nothing to order."""

    status = 400
    message = "Cart is empty"
