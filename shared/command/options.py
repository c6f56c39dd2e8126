"""What a pair of servers is started with: the options of ``ticketlab up``."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

DEFAULT_DATA = Path(".ticketlab")
EMULATOR_PORT = 8080
CONNECTOR_PORT = 8090
TLS_PORT = 8443
CONNECTOR_ADDRESS = "127.0.0.2" if sys.platform == "linux" else ""
"""Where the tenant calls a local instance from: an address of its own where every machine has one, so that IP Address
Access Control can tell it from a browser."""


@dataclass(frozen=True)
class PairOptions:
    host: str = "127.0.0.1"
    emulator_port: int = EMULATOR_PORT
    connector_port: int = CONNECTOR_PORT
    workers: int = 1
    instance: str = "dev00001"
    tenant: str = "contoso"
    release: str = "orlando"
    data: Path = DEFAULT_DATA
    lab_key: str = ""
    seed: str = "demo"
    connector_address: str = CONNECTOR_ADDRESS
    """The address that the tenant's calls to the instance come from; any, when empty."""
    database: str = field(default="", repr=False)
    """The PostgreSQL database that holds the data in place of files; it may contain a password."""
    database_schema: str = "ticketlab"
    """The prefix of the schemas in that database."""
    tls: bool = False
    tls_port: int = TLS_PORT
    """Where the instance answers over https as well."""

    tables: Path | None = None
    """A TOML file with the instance's own tables and fields."""

    def on_free_ports(self, data: Path) -> "PairOptions":
        """The same pair elsewhere: on any free ports of this machine, with its own data folder."""
        return replace(self, host="127.0.0.1", emulator_port=0, connector_port=0, tls_port=0, data=data)

    def environment(self, emulator_url: str, connector_url: str) -> Mapping[str, str]:
        """The settings as the servers read them. Secrets travel here too, never in arguments that others can list."""
        own = {"TICKETLAB_SOURCE_ADDRESS": self.connector_address} if self.connector_address else {}
        if self.tables is not None:
            own["TICKETLAB_TABLES"] = str(self.tables.resolve())
        return {
            **own,
            "TICKETLAB_HOST": self.host,
            "TICKETLAB_WORKERS": str(self.workers),
            "TICKETLAB_INSTANCE": self.instance,
            "TICKETLAB_TENANT": self.tenant,
            "TICKETLAB_RELEASE": self.release,
            "TICKETLAB_DATA": str(self.data),
            "TICKETLAB_LAB_KEY": self.lab_key,
            "TICKETLAB_SEED": self.seed,
            "TICKETLAB_DATABASE": self.database,  # set even when empty: a pair of its own never takes another's
            "TICKETLAB_DATABASE_SCHEMA": self.database_schema,
            "TICKETLAB_EMULATOR_URL": emulator_url,
            "TICKETLAB_CONNECTOR_URL": connector_url,
            "TICKETLAB_INSTANCES": f"{self.instance}={emulator_url}",
        }
