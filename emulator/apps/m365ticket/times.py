"""Moments as the signed-in user reads them."""

from datetime import datetime

from ....shared.time_style import TimeStyle


def local_time(moment: datetime | None, style: TimeStyle) -> str:
    return style.shown(moment) if moment else ""
