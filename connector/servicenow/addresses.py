"""Where an instance is: from what a person types to an address that may be called."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ...shared.listening import is_loopback
from ..errors import N_, Invalid

CLOUD = ".service-now.com"
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
EXPECTED = N_(
    "Enter the instance's name (dev00001), its host (dev00001.service-now.com) or its full address (https://…)."
)
NOT_CONFIGURED = N_("This is not one of the configured instances. Other addresses need https and a public host name.")


@dataclass(frozen=True)
class Instance:
    name: str
    """As it is kept: the bare name of a cloud instance, else the full address."""
    url: str
    """Without a slash at the end."""

    @property
    def label(self) -> str:
        return self.name if "/" not in self.name else urlsplit(self.url).netloc


class Addresses:
    """Resolves instance names; ``configured`` tells where the lab's own instances are.

    Only names of ServiceNow's cloud, https addresses of public hosts and configured addresses are called: the form
    must not make the tenant ask machines in its own network (attack B14).
    """

    def __init__(self, configured: Mapping[str, str]) -> None:
        self._configured = {name.lower(): url.rstrip("/") for name, url in configured.items()}

    def resolve(self, text: str) -> Instance:
        """Return the instance that ``text`` names. Raises Invalid, saying what is expected."""
        typed = text.strip().rstrip("/")
        if "://" in typed:
            return self._full_address(typed)
        name = typed.lower().removesuffix(CLOUD)
        if not NAME.fullmatch(name):
            raise _unexpected()
        return Instance(name, self._configured.get(name, f"https://{name}{CLOUD}"))

    def _full_address(self, typed: str) -> Instance:
        try:
            parts = urlsplit(typed)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError as error:
            raise _unexpected() from error
        if parts.path or parts.query or parts.fragment or parts.username or parts.password or not host:
            raise _unexpected()
        shown_host = f"[{host}]" if ":" in host else host
        url = f"{parts.scheme}://{shown_host}" + (f":{port}" if port else "")
        for name, configured in self._configured.items():
            if url == configured.lower():
                return Instance(name, configured)
        if parts.scheme == "https" and host.endswith(CLOUD) and port in {None, 443}:
            return self.resolve(host)
        if parts.scheme != "https" or not _is_public_name(host):
            raise Invalid({"instance": [NOT_CONFIGURED]})
        return Instance(url, url)


def _is_public_name(host: str) -> bool:
    """A name with a dot, and no address literal: those lead into networks, not to instances."""
    labels = host.split(".")
    return (
        len(labels) > 1
        and all(NAME.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
        and not is_loopback(host)
        and not host.endswith((".localhost", ".local", ".internal"))
    )


def _unexpected() -> Invalid:
    return Invalid({"instance": [EXPECTED]})
