"""Where a server listens: on this machine alone, or beyond it, which asks for more."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from .errors import RefusedToStart
from .secret import Secret

SHORTEST_KEY = 16
"""Characters of a lab key that is asked for from other machines."""
SHORTEST_PASSWORD = 12
"""Characters of an administrator's password that other machines may try."""


def is_loopback(name: str) -> bool:
    """Whether ``name`` is ``localhost`` or a loopback address literal, with or without brackets."""
    if name == "localhost":
        return True
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def check_url(name: str, url: str) -> None:
    """Raise RefusedToStart unless the setting of this name is an http or https address."""
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that hold no address, or a port that is none
        is_address = False
    if not is_address:
        raise RefusedToStart(f"{name} has no address", f"{url!r} is not an http or https address.")


def check_listening(host: str, seed: str, lab_key: Secret, admin_password: Secret) -> None:
    """Raise RefusedToStart for what would let others in: public passwords, or a secret that they could guess.

    Without a lab key other machines are not let into the lab at all.
    """
    if is_loopback(host):
        return
    if seed != "empty":
        raise RefusedToStart(
            f"Listening on {host} with the demo accounts",
            "Their passwords are public. Listen on 127.0.0.1, or start with --seed empty.",
        )
    if lab_key and len(lab_key.reveal()) < SHORTEST_KEY:
        raise RefusedToStart(
            f"Listening on {host} with a short lab key",
            f"TICKETLAB_LAB_KEY needs {SHORTEST_KEY} characters or more: openssl rand -hex 32",
        )
    if admin_password and len(admin_password.reveal()) < SHORTEST_PASSWORD:
        raise RefusedToStart(
            f"Listening on {host} with a short password",
            f"TICKETLAB_ADMIN_PASSWORD needs {SHORTEST_PASSWORD} characters or more.",
        )
