"""The field types an instance knows, and how each is stored."""

from enum import StrEnum
from functools import cached_property


class Storage(StrEnum):
    """The SQL type behind a field type."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    DATE_TIME = "date_time"
    DECIMAL = "decimal"
    VIRTUAL = "virtual"
    """Held elsewhere: journal entries are rows of sys_journal_field."""


class FieldType(StrEnum):
    """Wire values of ``sys_dictionary.internal_type``."""

    GUID = "GUID"
    STRING = "string"
    TRANSLATED = "translated_text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    REFERENCE = "reference"
    DATE_TIME = "glide_date_time"
    DATE = "glide_date"
    DUE_DATE = "due_date"
    DURATION = "glide_duration"
    DECIMAL = "decimal"
    JOURNAL = "journal_input"
    JOURNAL_LIST = "journal_list"
    LIST = "glide_list"
    PASSWORD = "password"  # noqa: S105 - the name of a type
    """One-way: hashed, never read back."""
    PASSWORD2 = "password2"
    """Two-way: sealed with the instance key."""
    URL = "url"
    HTML = "html"
    EMAIL = "email"
    PHONE = "ph_number"
    CONDITIONS = "conditions"
    SCRIPT = "script"
    CLASS_NAME = "sys_class_name"
    TABLE_NAME = "table_name"
    FIELD_NAME = "field_name"
    # Those that follow are kept as what they are stored as, and nothing more is known of them.
    CHOICE = "choice"
    FLOAT = "float"
    PERCENT = "percent_complete"
    PHONE_E164 = "phone_number_e164"
    ADDRESS = "ip_addr"
    DOCUMENT = "document_id"
    ROLES = "user_roles"
    XML = "xml"
    JSON = "json"
    COLOR = "color"
    WIKI = "wiki_text"

    # Asked of every field of every row, so worked out once: an enumeration's hash is Python.
    @cached_property
    def storage(self) -> Storage:
        return _STORAGE.get(self, Storage.TEXT)

    @cached_property
    def is_secret(self) -> bool:
        return self in {FieldType.PASSWORD, FieldType.PASSWORD2}


_STORAGE = {
    FieldType.INTEGER: Storage.INTEGER,
    FieldType.BOOLEAN: Storage.BOOLEAN,
    FieldType.DATE: Storage.DATE,
    FieldType.DATE_TIME: Storage.DATE_TIME,
    FieldType.DUE_DATE: Storage.DATE_TIME,
    FieldType.DURATION: Storage.INTEGER,
    FieldType.DECIMAL: Storage.DECIMAL,
    FieldType.FLOAT: Storage.DECIMAL,
    FieldType.PERCENT: Storage.DECIMAL,
    FieldType.JOURNAL: Storage.VIRTUAL,
    FieldType.JOURNAL_LIST: Storage.VIRTUAL,
}
