"""The rules in force: dictionary, policy and business rules of one version, compiled once and kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

from sqlalchemy import Connection

from ..access.load import POLICY_TABLES, load_policy
from ..access.policy import Policy
from ..access.roles import roles_of
from ..dictionary.model import Dictionary
from ..dictionary.rows import DICTIONARY_TABLES, ReadTable, Row, compile_rows
from ..query import parse, select_records
from ..query.context import QueryContext
from ..store.store import Store
from ..store.tables import RecordTables
from .rules import RULE_TABLES, BusinessRule, DataPolicy, load_business_rules, load_data_policies

VERSIONED_TABLES = POLICY_TABLES | DICTIONARY_TABLES | RULE_TABLES
"""A write to one of these starts a new version, so that every process sees it with its next request."""


@dataclass
class Snapshot:
    """Everything that decides about a request, of one version."""

    version: str
    dictionary: Dictionary
    tables: RecordTables
    policy: Policy
    business_rules: Sequence[BusinessRule] = ()
    data_policies: Sequence[DataPolicy] = ()
    _roles: dict[tuple[str, frozenset[str]], frozenset[str]] = field(default_factory=dict)

    def roles(self, read: ReadTable, user: str, elevated: frozenset[str] = frozenset()) -> frozenset[str]:
        """The user's roles: a new version is made whenever any could have changed."""
        key = (user, elevated)
        if key not in self._roles:
            self._roles[key] = roles_of(read, self.policy, user, elevated)
        return self._roles[key]

    @cached_property
    def time_zone(self) -> str:
        return self.policy.properties.get("glide.sys.default.tz") or "UTC"


def reader(store: Store, connection: Connection, dictionary: Dictionary, tables: RecordTables) -> ReadTable:
    """Plain reads for the rules' own sake: no caller, no access control."""

    def read(table: str, query: str, paths: Sequence[str]) -> Sequence[Row]:
        selection = select_records(
            dictionary, tables, table, parse(query), paths=paths, context=QueryContext(), limit=None
        )
        return [dict(row) for row in store.rows(connection, selection.rows)]

    return read


def next_version(current: str, token: str, *, dictionary: bool) -> str:
    """The version after a change. Its part before the dot stays as long as the dictionary does."""
    kept = token if dictionary else current.partition(".")[0]
    return f"{kept}.{token}"


class Snapshots:
    """Gives the snapshot of the version that a connection sees."""

    def __init__(self, store: Store, bootstrap: Dictionary) -> None:
        self._store = store
        self._bootstrap = bootstrap
        self._kept: Snapshot | None = None
        self._lock = Lock()

    def current(self, connection: Connection) -> Snapshot:
        version = self._store.version(connection)
        kept = self._kept
        if kept is not None and kept.version == version:
            return kept
        with self._lock:
            if self._kept is None or self._kept.version != version:
                self._kept = self.compile(connection, version)
            return self._kept

    def compile(self, connection: Connection, version: str) -> Snapshot:
        """Compile what the connection sees. Raises ValueError when its dictionary rows make no sense."""
        dictionary = self._dictionary(connection, version)
        tables = self._store.tables(dictionary)
        read = reader(self._store, connection, dictionary, tables)
        return Snapshot(
            version, dictionary, tables, load_policy(read), load_business_rules(read), load_data_policies(read)
        )

    def _dictionary(self, connection: Connection, version: str) -> Dictionary:
        """The dictionary of a version: the one at hand when it is the same, for it is the larger part of the work."""
        kept = self._kept
        if kept is not None and version and kept.version.partition(".")[0] == version.partition(".")[0]:
            return kept.dictionary
        bootstrap = reader(self._store, connection, self._bootstrap, self._store.tables(self._bootstrap))
        return compile_rows(bootstrap, self._bootstrap)
