"""What the sessions, authorization codes and consents of an instance need of a database."""

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection


class Database(Protocol):
    """Transactions on one database: the store's, so that a code is used up in the transaction of its tokens."""

    def reading(self) -> AbstractContextManager[Connection]: ...

    def writing(self) -> AbstractContextManager[Connection]: ...
