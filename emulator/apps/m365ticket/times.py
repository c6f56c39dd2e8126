"""Moments as the signed-in user reads them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from ...records.row import DATE_TIME_FORMAT


def local_time(moment: datetime | None, time_zone: str) -> str:
    return moment.astimezone(ZoneInfo(time_zone)).strftime(DATE_TIME_FORMAT) if moment else ""
