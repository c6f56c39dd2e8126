"""Making an OAuth client whose secret works, as an Application Registry's form does."""

from contextlib import nullcontext
from dataclasses import dataclass

from ...shared.errors import BadInput
from ..access.caller import Caller
from ..identity.keys import InstanceKey
from ..query import literal
from ..records.gate import Gate, Transaction
from .clients import TABLE
from .profiles import Profile
from .redirects import is_dangerous, is_readable_underway


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client just made. Its secret can be read back by nobody but the instance's own key."""

    sys_id: str
    client_id: str
    secret: str


def create_client(
    gate: Gate,
    key: InstanceKey,
    *,
    name: str,
    redirect_url: str,
    caller: Caller | None = None,
    secret: str = "",
    within: Transaction | None = None,
    **further: object,
) -> NewClient:
    """Make an inbound OAuth client with a working secret.

    The record is inserted as ``caller`` (the instance itself when None), so whatever refuses that caller refuses this.
    The secret is then sealed and stored by the instance: a caller may not write what works. ``further`` are other
    values of the record. Raises BadInput for an unusable name or redirect URL, PlatformError when the gate refuses.
    """
    urls = [each.strip() for each in redirect_url.split(",") if each.strip()]
    if not name.strip():
        raise BadInput("The client has no name", "Give the application a name.")
    if not urls or any(is_dangerous(each) for each in urls):
        raise BadInput("Invalid redirect URL", "Give an address like https://example.com/callback, without #fragment.")
    if further.get("profile") == Profile.HARDENED and any(is_readable_underway(each) for each in urls):
        raise BadInput(
            "Invalid redirect URL", "A hardened client needs https, except for an address on its own machine."
        )
    client_id = gate.ids.sys_id()
    secret = secret or gate.ids.token(24)
    values = {"name": name.strip(), "client_id": client_id, "redirect_url": ",".join(urls), "type": "client", **further}
    with nullcontext(within) if within else gate.transaction() as transaction:
        row = gate.record(TABLE, caller or Caller.system(), transaction).insert(values)
        if further.get("user"):
            _check_user(gate, transaction, row.value("user"))
        sealed = key.seal(secret, TABLE, row.sys_id, "client_secret")
        gate.record(TABLE, Caller.system(), transaction).update(row.sys_id, {"client_secret": sealed})
    return NewClient(row.sys_id, client_id, secret)


def _check_user(gate: Gate, within: Transaction, user: str) -> None:
    """The OAuth Application User is somebody. Raises BadInput."""
    users = gate.record("sys_user", Caller.system(), within)
    if users.find(f"sys_id={literal(user)}", ("sys_id",)) is None:
        raise BadInput("There is no such user", f"{user} is no user's sys_id.")
