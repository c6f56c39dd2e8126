"""The instance's databases: records and sessions in one, the lab's own notes in the other.

Record tables are no declarative models: the store compiles them from the dictionary, outside this metadata.
"""

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """What is not a record and must change with records in one transaction: sessions, authorization codes."""


class LabBase(DeclarativeBase):
    """What the lab notes down about requests (``DIR/lab.db``), so that reading a record writes no record."""

    metadata = MetaData(info={"bind_key": "lab"})


db = SQLAlchemy(metadata=Base.metadata)
