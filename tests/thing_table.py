"""The table that views and facts are tested with."""

from sqlalchemy import text

COUNT = text("SELECT count(*) FROM thing")
ADD = text("INSERT INTO thing VALUES (1)")
