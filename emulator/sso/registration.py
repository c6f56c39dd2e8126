"""The provider that is the tenant's own directory: its record, and switching it as an administrator would."""

from collections.abc import Mapping

from ...shared.single_sign_on import client_id_of, metadata_url_of
from ..access.caller import Caller
from ..identity.keys import InstanceKey
from ..records.gate import Gate, Transaction
from ..records.stored import stored
from ..settings import Settings
from .providers import ENABLED, LOCATE_FIELD, REDIRECT, TABLE, open_secret

DIRECTORY = "Azure Active Directory"
DIRECTORY_ID = "5500c1a80a0a0b6b00aad0f1dee1d000"
"""The seeded record's sys_id, the same on every instance (ours)."""

CLAIMS = {"user_name": "preferred_username", "email": "email"}
"""The claim that fits each field of a user."""


def write_registration(gate: Gate, key: InstanceKey, settings: Settings) -> bool:
    """Fill in what this start was told of the tenant's directory; a record that was deleted stays so.

    Returns whether anything was wrong.
    """
    if not settings.sso_client_secret:
        return False
    wanted = _values(settings)
    present = stored(gate, TABLE, "sys_id", [DIRECTORY_ID], (*wanted, "client_secret")).get(DIRECTORY_ID)
    if present is None:
        return False
    right = all((present[name] or "") == value for name, value in wanted.items())
    secret = open_secret(present["client_secret"], DIRECTORY_ID, key)
    if right and settings.sso_client_secret.matches(secret):
        return False
    sealed = key.seal(settings.sso_client_secret.reveal(), TABLE, DIRECTORY_ID, "client_secret")
    gate.record(TABLE, Caller.system()).update(DIRECTORY_ID, {**wanted, "client_secret": sealed})
    return True


def switch(gate: Gate, key: InstanceKey, settings: Settings, *, enabled: bool, redirect: bool, match_field: str) -> str:
    """Write the very record and properties that an administrator would; returns the provider's sys_id."""
    with gate.transaction() as transaction:
        providers = gate.record(TABLE, Caller.system(), transaction)
        row = providers.find(f"sys_id={DIRECTORY_ID}", ["sys_id"]) or providers.find(f"name={DIRECTORY}", ["sys_id"])
        if row is None:
            row = providers.insert({"name": DIRECTORY, "default": True, **_values(settings)})
            sealed = key.seal(settings.sso_client_secret.reveal(), TABLE, row.sys_id, "client_secret")
            providers.update(row.sys_id, {"client_secret": sealed})
        matched = {"user_field": match_field, "user_claim": CLAIMS[match_field]}
        providers.update(row.sys_id, {"active": enabled, **matched})
        _set_property(gate, transaction, ENABLED, str(enabled).lower())
        _set_property(gate, transaction, REDIRECT, row.sys_id if enabled and redirect else "")
        _set_property(gate, transaction, LOCATE_FIELD, match_field)
    return row.sys_id


def _values(settings: Settings) -> Mapping[str, str]:
    return {
        "client_id": client_id_of(settings.name, settings.tenant),
        "oidc_config_metadata_url": metadata_url_of(settings.tenant_url, settings.tenant),
    }


def _set_property(gate: Gate, transaction: Transaction, name: str, value: str) -> None:
    properties = gate.record("sys_properties", Caller.system(), transaction)
    row = properties.find(f"name={name}", ["sys_id", "value"])
    if row is None:
        properties.insert({"name": name, "value": value})
    elif row.value("value") != value:
        properties.update(row.sys_id, {"value": value})
