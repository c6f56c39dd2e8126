"""The tenant's settings: typed, read once from ``TICKETLAB_*``, secrets masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env, EnvError

from ..shared.errors import RefusedToStart
from ..shared.listening import check_listening, check_url
from ..shared.place import Place, Server
from ..shared.secret import Secret
from ..shared.seeds import Seed

TICKET_TABLES = ("app", "platform")
USER_ID_FORMATS = ("upn", "mail", "name", "id")


@dataclass(frozen=True)
class Settings:
    """One tenant. ``data`` holds its database, keys and logs."""

    data: Path
    tenant: str = "contoso"
    """The tenant's name: ``NAME.onmicrosoft.com``."""
    url: str = "http://127.0.0.1:8090"
    """The address people and the instance know this tenant by; the OAuth callback is under it."""
    instances: Mapping[str, str] = field(default_factory=dict)
    """Where an instance's name leads; a name that is not here leads to ``https://NAME.service-now.com``."""
    host: str = "127.0.0.1"
    """The address the server listens on."""
    seed: str = "demo"
    lab_key: Secret = field(default_factory=lambda: Secret(""))
    keys: tuple[Secret, ...] = ()
    """The key ring in hex, the writing key first; empty: one key is made and kept in ``data/keys``."""
    admin_password: Secret = field(default_factory=lambda: Secret(""))
    """With the empty seed: the password of ``globaladmin@``, the only account there then is."""
    user_id_format: str = "upn"
    """What a ticket names its creator by: ``upn``, ``mail``, ``name`` or ``id``."""
    ticket_tables: str = "app"
    """Where tickets are created: ``app``, the scoped app's own tables; ``platform``, on an instance without the app."""
    poll_seconds: float = 2.0
    """How often the instance is asked for changed tickets."""
    sso_client_secret: Secret = field(default_factory=lambda: Secret(""))
    """What the instances prove themselves with when people sign in to them here; empty: they cannot."""
    call_seconds: float = 15.0
    """The longest that one call to an instance may take, from the first byte sent to the last one read."""
    idle_minutes: float = 60.0
    """How long a signed-in browser may do nothing before it is signed out (ours: longer than an access token lives, so
    that a demo may move both clocks past it and go on)."""
    durable: bool = True
    """Whether an acknowledged write survives a power cut. Tests do without, and run twice as fast."""
    source_address: str = ""
    """The address of this machine that calls to an instance come from; any, when empty."""
    database: Server = field(default_factory=Server)
    """The PostgreSQL database that holds everything in place of a file in ``data``."""
    log_to_terminal: bool = True

    def __post_init__(self) -> None:
        if self.source_address:
            _check_address(self.source_address)
        Seed.read(self.seed)
        _check_choice("user ID format", self.user_id_format, USER_ID_FORMATS)
        _check_choice("kind of ticket tables", self.ticket_tables, TICKET_TABLES)
        for name, url in {"TICKETLAB_CONNECTOR_URL": self.url, **self.instances}.items():
            check_url(name, url)
        check_listening(self.host, self.seed, self.lab_key, self.admin_password)

    @property
    def domain(self) -> str:
        return f"{self.tenant}.onmicrosoft.com"

    @property
    def callback_url(self) -> str:
        """The redirect URL of the OAuth client: configured, never taken from a request."""
        return f"{self.url.rstrip('/')}/ticketProvisioning/callback"

    @property
    def place(self) -> Place:
        """Where everything of this tenant lies."""
        return Place("connector", self.data / "connector.db", self.database)

    @property
    def secure(self) -> bool:
        """Whether people reach this tenant over https."""
        return urlsplit(self.url).scheme == "https"

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the settings. Raises RefusedToStart, naming the variable that is wrong."""
        env = Env(prefix="TICKETLAB_")
        try:
            return cls(
                data=Path(env.str("DATA", "./.ticketlab")),
                tenant=env.str("TENANT", cls.tenant),
                url=env.str("CONNECTOR_URL", cls.url).rstrip("/"),
                instances=_addresses(env.str("INSTANCES", "")),
                host=env.str("HOST", cls.host),
                seed=env.str("SEED", cls.seed),
                lab_key=Secret(env.str("LAB_KEY", "")),
                keys=tuple(Secret(key) for key in _listed(env.str("KEYS", ""))),
                admin_password=Secret(env.str("ADMIN_PASSWORD", "")),
                user_id_format=env.str("USER_ID_FORMAT", cls.user_id_format),
                ticket_tables=env.str("TICKET_TABLES", cls.ticket_tables),
                poll_seconds=env.float("POLL_SECONDS", cls.poll_seconds),
                sso_client_secret=Secret(env.str("SSO_CLIENT_SECRET", "")),
                call_seconds=env.float("CALL_SECONDS", cls.call_seconds),
                idle_minutes=env.float("IDLE_MINUTES", cls.idle_minutes),
                durable=env.bool("DURABLE", default=cls.durable),
                source_address=env.str("SOURCE_ADDRESS", cls.source_address).strip(),
                database=Server(Secret(env.str("DATABASE", "")), env.str("DATABASE_SCHEMA", Server.prefix)),
                log_to_terminal=env.bool("LOG_TO_TERMINAL", default=cls.log_to_terminal),
            )
        except EnvError as error:
            raise RefusedToStart("A setting is wrong", str(error)) from error


def _check_choice(what: str, chosen: str, choices: Sequence[str]) -> None:
    if chosen not in choices:
        raise RefusedToStart(f"Unknown {what} {chosen!r}", f"Choose one of {', '.join(choices)}.")


def _check_address(text: str) -> None:
    """A wrong address would make every call fail, one by one, with nothing that says why."""
    try:
        ip_address(text)
    except ValueError as error:
        raise RefusedToStart("TICKETLAB_SOURCE_ADDRESS is wrong", f"{text!r} is not an IP address.") from error


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _addresses(text: str) -> dict[str, str]:
    """Read ``name=url,name=url``. environs' own reader answers an entry without an equals sign with a traceback."""
    found = {}
    for entry in _listed(text):
        name, equals, url = entry.partition("=")
        if not equals:
            raise RefusedToStart("TICKETLAB_INSTANCES is wrong", f"{entry!r} is not of the form name=address.")
        found[name.strip().lower()] = url.strip().rstrip("/")
    return found
