"""The installation checklist: step 1 makes the OAuth entity, step 2 the integration user.

It works as code of the app's scope, for the admin who runs it. So the tables' Application Access binds it, and an
instance that keeps ``oauth_entity`` to its own scope refuses step 1 (platform 3 layer a, D).
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from ...access.caller import Caller
from ...identity.keys import InstanceKey
from ...identity.passwords import LONGEST_PASSWORD, Passwords
from ...oauth.registration import create_client
from ...query import literal
from ...records.gate import Gate, Transaction
from ...records.row import Row
from .errors import AdminsOnly, Unusable
from .manifest import CALLBACK_PATH, INTEGRATION_ROLE, SCOPE, TENANT_URL
from .setup import existing, read_setup, write_setup

ENTITY_FIELDS = ("name", "client_id", "client_secret", "redirect_url", "active")
USER_FIELDS = ("user_name", "name", "email", "active", "locked_out")
LONGEST_USER_NAME = 40
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class NewUser:
    """What step 2 asks for."""

    user_name: str
    name: str
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Made:
    """What the steps have made so far; None for a step not done, or whose record is gone."""

    entity: Row | None
    user: Row | None
    secret: str


@dataclass(frozen=True, slots=True)
class Checklist:
    """Raises AdminsOnly for anyone else, and a PlatformError for what the gate refuses the app."""

    gate: Gate
    passwords: Passwords
    key: InstanceKey

    def tenant_url(self) -> str:
        return self.gate.get_property(TENANT_URL).rstrip("/")

    def proposed_redirect_url(self) -> str:
        return self.tenant_url() + CALLBACK_PATH

    def made(self, caller: Caller) -> Made:
        """What the steps have made, read as the app."""
        app = self._as_app(caller)
        setup = read_setup(self.gate, app)
        entity = existing(self.gate, app, "oauth_entity", setup.entity, ENTITY_FIELDS)
        user = existing(self.gate, app, "sys_user", setup.user, USER_FIELDS)
        return Made(entity, user, self._secret_of(entity))

    def create_entity(self, caller: Caller, name: str, redirect_url: str) -> None:
        """Step 1. An entity that the checklist made before is switched off. Raises Unusable."""
        app = self._as_app(caller)
        _check_entity(name, redirect_url)
        with self.gate.transaction() as transaction:
            entities = self.gate.record("oauth_entity", app, transaction)
            same = entities.query(f"name={literal(name)}^type=client^active=true", fields=("sys_id",)).rows
            before = read_setup(self.gate, app, transaction).entity
            if any(each.sys_id != before for each in same):
                raise Unusable({"name": "An application of this name is in the Application Registry. Choose another."})
            made = create_client(
                self.gate,
                self.key,
                name=name,
                redirect_url=redirect_url,
                caller=app,
                within=transaction,
                comments="Created by the Installation Checklist",
            )
            if existing(self.gate, app, "oauth_entity", before, ("active",), transaction):
                entities.update(before, {"active": False})
            write_setup(self.gate, app, transaction, oauth_entity=made.sys_id)

    def create_user(self, caller: Caller, wanted: NewUser) -> None:
        """Step 2. The same user ID as before gives the user a new password. Raises Unusable."""
        app = self._as_app(caller)
        _check_user(wanted)
        hashed = self.passwords.hash(wanted.password)  # slow on purpose, so not inside the transaction
        with self.gate.transaction() as transaction:
            users = self.gate.record("sys_user", app, transaction)
            found = users.find(f"user_name={literal(wanted.user_name)}", ("user_name",))
            before = read_setup(self.gate, app, transaction).user
            if found is not None and found.sys_id != before:
                raise Unusable({"user_name": "There is a user with this user ID. Choose another."})
            values = _user_values(wanted)
            sys_id = users.update(found.sys_id, values).sys_id if found else users.insert(values).sys_id
            self._let_in(sys_id, hashed, transaction)
            self._give_role(app, sys_id, transaction)
            write_setup(self.gate, app, transaction, integration_user=sys_id)

    def _as_app(self, caller: Caller) -> Caller:
        if not caller.is_admin:
            raise AdminsOnly
        return caller.as_scope(SCOPE)

    def _secret_of(self, entity: Row | None) -> str:
        """The entity's secret in the clear, for copying; empty when it was made under another key."""
        if entity is None:
            return ""
        row = self.gate.record("oauth_entity", Caller.system()).get(entity.sys_id, ("client_secret",))
        return self.key.open(row.native("client_secret"), "oauth_entity", entity.sys_id, "client_secret") or ""

    def _let_in(self, sys_id: str, hashed: str, transaction: Transaction) -> None:
        """The password is written by the instance: one that the app writes would be plain text and match nothing."""
        values = {
            "user_password": hashed,
            "password_needs_reset": False,
            "failed_attempts": 0,
            "locked_out": False,
        }
        self.gate.record("sys_user", Caller.system(), transaction).update(sys_id, values)

    def _give_role(self, app: Caller, user: str, transaction: Transaction) -> None:
        role = self.gate.record("sys_user_role", app, transaction).find(f"name={INTEGRATION_ROLE}", ("name",))
        if role is None:
            raise Unusable({"user_name": f"The role {INTEGRATION_ROLE} is missing. Install the app again."})
        given = self.gate.record("sys_user_has_role", app, transaction)
        if given.find(f"user={user}^role={role.sys_id}^state=active", ("sys_id",)) is None:
            given.insert({"user": user, "role": role.sys_id, "state": "active"})


def _check_entity(name: str, redirect_url: str) -> None:
    errors = {}
    if not name:
        errors["name"] = "Give the OAuth entity a name."
    elif len(name) > LONGEST_NAME:
        errors["name"] = f"At most {LONGEST_NAME} characters."
    if not _is_address(redirect_url):
        errors["redirect_url"] = (
            "Give the whole address, like https://security.microsoft.com/ticketProvisioning/callback."
        )
    if errors:
        raise Unusable(errors)


def _check_user(wanted: NewUser) -> None:
    errors = {}
    if not wanted.user_name:
        errors["user_name"] = "Give the integration user a user ID."
    elif len(wanted.user_name) > LONGEST_USER_NAME:
        errors["user_name"] = f"At most {LONGEST_USER_NAME} characters."
    if not wanted.name:
        errors["user_full_name"] = "Give the integration user a name."
    elif len(wanted.name) > LONGEST_NAME:
        errors["user_full_name"] = f"At most {LONGEST_NAME} characters."
    if "@" not in wanted.email.strip("@") or len(wanted.email) > LONGEST_NAME or " " in wanted.email:
        errors["email"] = "Give an e-mail address."
    if not wanted.password or len(wanted.password) > LONGEST_PASSWORD:
        errors["password"] = f"Give a password of 1 to {LONGEST_PASSWORD} characters."
    if errors:
        raise Unusable(errors)


def _user_values(wanted: NewUser) -> dict[str, object]:
    first, _space, last = wanted.name.rpartition(" ")
    return {
        "user_name": wanted.user_name,
        "name": wanted.name,
        "first_name": first,
        "last_name": last,
        "email": wanted.email,
        "active": True,
        "web_service_access_only": False,  # such a user could not log in to allow the connection (platform 1.1, D)
    }


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = url.isascii() and not any(each.isspace() or each == "," for each in url)
    return plain and parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.fragment
