"""The rules in force: dictionary, policy and business rules of one version, compiled once and kept."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import Connection

from ...shared.facts import fact
from ...shared.kept import Keeper
from ...shared.view import known
from ..access.caller import Caller
from ..access.load import POLICY_TABLES, load_policy
from ..access.policy import Policy
from ..access.rights import Rights, kind_of
from ..access.roles import roles_of
from ..dictionary.model import Dictionary
from ..dictionary.rows import DICTIONARY_TABLES, ReadTable, Row, compile_rows
from ..query import parse, select_records
from ..query.context import QueryContext
from ..store.store import Store, dictionary_version
from ..store.tables import RecordTables
from .conditions import Condition
from .defaults import Defaults, compile_defaults
from .dynamic_filters import DYNAMIC_FILTERS, load_dynamic_filters
from .lookups import LOOKUP_TABLES, Lookup, load_lookups
from .quotas import QUOTA_RULES, Quotas, load_quotas
from .rate_limits import RATE_LIMIT_RULES, RateLimit, load_rate_limits
from .rules import RULE_TABLES, BusinessRule, DataPolicy, binding, load_business_rules, load_data_policies
from .state_models import MODEL_TABLES, StateModels, load_state_models

VERSIONED_TABLES = (
    POLICY_TABLES
    | DICTIONARY_TABLES
    | RULE_TABLES
    | MODEL_TABLES
    | LOOKUP_TABLES
    | {DYNAMIC_FILTERS, QUOTA_RULES, RATE_LIMIT_RULES}
)
"""A write to one of these begins a new version, so that every process sees it with its next request."""

MOST_KEPT = 8
"""Snapshots kept in a process; one is a few megabytes."""

RULES = "rules"
"""The snapshot among what a request knows of its database."""

MOST_BOUND = 5000
"""Answers that a snapshot keeps to what binds a table."""
MOST_KINDS = 500
"""Kinds of callers whose rights a snapshot keeps."""


@dataclass
class Snapshot(Keeper):
    """Everything that decides about a request, of one version."""

    version: str
    tables: RecordTables
    policy: Policy
    business_rules: Sequence[BusinessRule] = ()
    data_policies: Sequence[DataPolicy] = ()
    dynamic_filters: Mapping[str, str] = field(default_factory=dict)
    """What the operator DYNAMIC stands for: scripts by sys_id."""
    state_models: StateModels = field(default_factory=lambda: StateModels({}))
    lookups: Sequence[Lookup] = ()
    quotas: Quotas = field(default_factory=Quotas)
    rate_limits: Sequence[RateLimit] = ()
    conditions: dict[tuple[str, str], Condition] = field(default_factory=dict)
    """Conditions of rules, by table and text, that were compiled before."""
    _roles: dict[tuple[str, frozenset[str]], frozenset[str]] = field(default_factory=dict)
    _rights: dict[Hashable, Rights] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(MOST_BOUND)

    @property
    def dictionary(self) -> Dictionary:
        return self.tables.dictionary

    def rules_of(self, table: str, when: str, operation: str) -> Sequence[BusinessRule]:
        """The business rules that a write to the table runs, in order, those of the tables it extends included."""

        def find() -> Sequence[BusinessRule]:
            bound = binding(self.business_rules, self.dictionary, table)
            return [each for each in bound if each.when == when and operation in each.operations]

        return self.keep(("rules", table, when, operation), find)

    def policies_of(self, table: str) -> Sequence[DataPolicy]:
        return self.keep(("policies", table), lambda: binding(self.data_policies, self.dictionary, table))

    def lookups_of(self, table: str) -> Sequence[Lookup]:
        return self.keep(
            ("lookups", table), lambda: [each for each in self.lookups if self.dictionary.is_a(table, each.table)]
        )

    def defaults_of(self, table: str) -> Defaults:
        """What new records of the table have."""
        return self.keep(("defaults", table), lambda: compile_defaults(self.dictionary, table))

    def roles(self, read: ReadTable, user: str, elevated: frozenset[str] = frozenset()) -> frozenset[str]:
        """The user's roles: a new version is made whenever any could have changed."""
        key = (user, elevated)
        if key not in self._roles:
            self._roles[key] = roles_of(read, self.policy, user, elevated)
        return self._roles[key]

    def known_roles(self, user: str, elevated: frozenset[str]) -> frozenset[str] | None:
        """The user's roles if they have been asked for."""
        return self._roles.get((user, elevated))

    def rights(self, caller: Caller) -> Rights:
        """What these rules say of such a caller."""
        kind = kind_of(caller)
        found = self._rights.get(kind)
        if found is None:
            if len(self._rights) >= MOST_KINDS:
                self._rights.clear()
            found = self._rights[kind] = Rights(self.dictionary, self.policy, caller)
        return found


def reader(store: Store, connection: Connection, tables: RecordTables) -> ReadTable:
    """Plain reads for the rules' own sake: no caller, no access control."""

    def read(table: str, query: str, paths: Sequence[str]) -> Sequence[Row]:
        selection = select_records(
            tables, table, parse(query), paths=paths, context=QueryContext(), limit=None, named=False
        )
        return store.rows(connection, selection.rows)

    return read


class _Compiled:
    """The snapshots compiled last in this process, by version.

    A version is a random token that stands for one content, so instances restored from one image share what was
    compiled from it, and a reset finds again what it returns to.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Snapshot] = OrderedDict()
        self._lock = Lock()

    def get(self, version: str, compile_it: Callable[[], Snapshot]) -> Snapshot:
        with self._lock:
            if version not in self._kept:
                self._kept[version] = compile_it()
            self._kept.move_to_end(version)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return self._kept[version]

    def dictionary(self, version: str) -> Dictionary | None:
        """The dictionary of a version, if another version with the same one is kept. Asked while compiling."""
        wanted = dictionary_version(version)
        return next((kept.dictionary for each, kept in self._kept.items() if dictionary_version(each) == wanted), None)


_compiled = _Compiled()


class Snapshots:
    """Gives the snapshot of the version that a connection sees."""

    def __init__(self, store: Store, bootstrap: Dictionary) -> None:
        self._store = store
        self._bootstrap = bootstrap

    def current(self, connection: Connection) -> Snapshot:
        return fact(connection, RULES, self._find)

    def known(self) -> Snapshot | None:
        """That of this request's view, if it has been asked for."""
        found: Snapshot | None = known(self._store.engine, RULES)
        return found

    def _find(self, connection: Connection) -> Snapshot:
        version = self._store.version(connection)
        return _compiled.get(version, lambda: self._compile(connection, version))

    def compile_changed(self, connection: Connection, before: Dictionary) -> Snapshot:
        """Compile anew what the connection's transaction has changed, and make its tables first: rules lie in them.

        Raises ValueError when the dictionary's rows make no sense, StoredOtherwise as ``Store.reconcile`` does.
        """
        dictionary = self._dictionary(connection)
        self._store.reconcile(dictionary, connection, before)
        return self._with_rules(connection, dictionary, "")

    def _compile(self, connection: Connection, version: str) -> Snapshot:
        dictionary = _compiled.dictionary(version)
        if dictionary is None:
            self._store.forget_statements()
            dictionary = self._dictionary(connection)
        return self._with_rules(connection, dictionary, version)

    def _with_rules(self, connection: Connection, dictionary: Dictionary, version: str) -> Snapshot:
        tables = self._store.tables(dictionary)
        read = reader(self._store, connection, tables)
        return Snapshot(
            version,
            tables,
            load_policy(read),
            load_business_rules(read),
            load_data_policies(read),
            dynamic_filters=load_dynamic_filters(read, dictionary),
            state_models=load_state_models(read),
            lookups=load_lookups(read, dictionary),
            quotas=load_quotas(read),
            rate_limits=load_rate_limits(read),
        )

    def _dictionary(self, connection: Connection) -> Dictionary:
        bootstrap = reader(self._store, connection, self._store.tables(self._bootstrap))
        return compile_rows(bootstrap, self._bootstrap)
