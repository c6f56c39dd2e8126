"""The channel step: may this table be reached by this way at all?"""

from ..dictionary.model import Dictionary
from ..errors import WebServiceRefused
from .caller import Channel
from .trail import Trail

STEP = "channel"


def is_open_to(dictionary: Dictionary, table: str, channel: Channel) -> bool:
    """Whether the table may be reached by this way."""
    return channel is not Channel.REST or all(each.access.web_service for each in dictionary.chain(table))


def check_channel(dictionary: Dictionary, trail: Trail) -> None:
    """Over web services, every table from the class to the base must allow it (platform 4.2, C).

    Raises WebServiceRefused.
    """
    if trail.caller.channel is not Channel.REST:
        trail.allow(STEP, "not a web service", f"The request came by {trail.caller.channel}.")
        return
    for table in dictionary.chain(trail.table):
        if not table.access.web_service:
            trail.refuse(
                WebServiceRefused(trail.table),
                STEP,
                f"Allow access to this table via web services: {table.name}",
                f"It is unticked on the table {table.name}.",
                f"sys_db_object.{table.sys_id}",
            )
    trail.allow(STEP, "Allow access to this table via web services", "It is ticked on the table and all it extends.")
