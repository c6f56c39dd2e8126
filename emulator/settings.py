"""The instance's settings: typed, read once from ``TICKETLAB_*``, secrets masked."""

from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

from environs import Env, EnvError

from ..shared.errors import RefusedToStart
from ..shared.listening import check_listening, check_url, is_loopback
from ..shared.place import Place, Server
from ..shared.secret import Secret
from ..shared.seeds import Seed

STRONG_HASH_KIB = 19 * 1024
"""Memory of one password verification that beyond this machine is asked for (OWASP's least for argon2id)."""


@dataclass(frozen=True)
class Settings:
    """One instance. ``data`` holds its databases, keys and logs."""

    data: Path
    name: str = "dev00001"
    """The instance's name: ``https://NAME.service-now.com`` in the cloud."""
    release: str = "orlando"
    url: str = "http://127.0.0.1:8080"
    """The address people and the tenant know this instance by."""
    tenant_url: str = "http://127.0.0.1:8090"
    """The security center's address, for the redirect URL that the checklist proposes."""
    tenant: str = "contoso"
    """The tenant's name, by which its directory knows this instance."""
    sso_client_secret: Secret = field(default_factory=lambda: Secret(""))
    """What this instance proves itself with to the tenant's directory; empty: its record says, or nothing."""
    host: str = "127.0.0.1"
    """The address the server listens on."""
    seed: str = "demo"
    """See ``shared.seeds``."""
    lab_key: Secret = field(default_factory=lambda: Secret(""))
    admin_password: Secret = field(default_factory=lambda: Secret(""))
    """With the empty seed: the administrator's password; empty: a random one, told in ``DIR/admin-password``."""
    password_memory_kib: int = 8192
    """argon2id's memory for one verification."""
    durable: bool = True
    """Whether an acknowledged write survives a power cut. Tests do without, and run twice as fast."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of the proxies whose ``X-Forwarded-For`` is believed; nobody's without them."""
    hi_user: str = "hi.admin"
    """The account at ServiceNow's customer service (HI) that installing an app from the store asks for."""
    hi_password: Secret = field(default_factory=lambda: Secret("hi-demo"))
    database: Server = field(default_factory=Server)
    """The PostgreSQL database that holds everything in place of files in ``data``."""
    tls_url: str = ""
    """Where the same instance answers over https, when it does."""
    tables: Path | None = None
    """A TOML file with tables and fields of the user's own (docs/records.md)."""
    log_to_terminal: bool = True

    def __post_init__(self) -> None:
        for each in self.trusted_proxies:
            _check_network(each)
        Seed.read(self.seed)
        for name, url in {"TICKETLAB_EMULATOR_URL": self.url, "TICKETLAB_CONNECTOR_URL": self.tenant_url}.items():
            check_url(name, url)
        if self.tls_url:
            check_url("TICKETLAB_TLS_URL", self.tls_url)
        check_listening(self.host, self.seed, self.lab_key, self.admin_password)
        if self.password_memory_kib < STRONG_HASH_KIB and not is_loopback(self.host):
            raise RefusedToStart(
                f"Listening on {self.host} with weak password hashes",
                f"Set TICKETLAB_PASSWORD_MEMORY_KIB to {STRONG_HASH_KIB} or more.",
            )

    @property
    def records_place(self) -> Place:
        """Where records and sessions lie."""
        return Place("emulator", self.data / "emulator.db", self.database)

    @property
    def lab_place(self) -> Place:
        """Where the lab's notes lie."""
        return Place("lab", self.data / "lab.db", self.database)

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the settings. Raises RefusedToStart, naming the variable that is wrong."""
        env = Env(prefix="TICKETLAB_")
        try:
            return cls(
                data=Path(env.str("DATA", "./.ticketlab")),
                name=env.str("INSTANCE", cls.name),
                release=env.str("RELEASE", cls.release),
                url=env.str("EMULATOR_URL", cls.url),
                tenant_url=env.str("CONNECTOR_URL", cls.tenant_url),
                tenant=env.str("TENANT", cls.tenant),
                sso_client_secret=Secret(env.str("SSO_CLIENT_SECRET", "")),
                host=env.str("HOST", cls.host),
                seed=env.str("SEED", cls.seed),
                lab_key=Secret(env.str("LAB_KEY", "")),
                admin_password=Secret(env.str("ADMIN_PASSWORD", "")),
                password_memory_kib=env.int("PASSWORD_MEMORY_KIB", cls.password_memory_kib),
                durable=env.bool("DURABLE", default=cls.durable),
                trusted_proxies=tuple(env.str("TRUSTED_PROXIES", "").replace(",", " ").split()),
                hi_user=env.str("HI_USER", cls.hi_user),
                hi_password=Secret(env.str("HI_PASSWORD", "hi-demo")),
                database=Server(Secret(env.str("DATABASE", "")), env.str("DATABASE_SCHEMA", Server.prefix)),
                tls_url=env.str("TLS_URL", cls.tls_url),
                tables=Path(env.str("TABLES")) if env.str("TABLES", "") else None,
                log_to_terminal=env.bool("LOG_TO_TERMINAL", default=cls.log_to_terminal),
            )
        except EnvError as error:
            raise RefusedToStart("A setting is wrong", str(error)) from error


def _check_network(text: str) -> None:
    try:
        ip_network(text)
    except ValueError as error:
        raise RefusedToStart(
            "TICKETLAB_TRUSTED_PROXIES is wrong", f"{text!r} is neither an address nor a network."
        ) from error
