"""The four things done to records, in each layer's own word for them."""

from enum import StrEnum


class Operation(StrEnum):
    """The value is the ACL's word (``sys_security_acl.operation``)."""

    READ = "read"
    CREATE = "create"
    WRITE = "write"
    DELETE = "delete"

    @property
    def in_scope_text(self) -> str:
        """The word of the cross-scope refusals (platform 3, D)."""
        return self.value.capitalize()

    @property
    def in_acl_text(self) -> str:
        """The word of *ACL Exception … Failed* (platform 4.2, D)."""
        return {"create": "Insert", "write": "Update", "delete": "Delete"}.get(self.value, "Read")
