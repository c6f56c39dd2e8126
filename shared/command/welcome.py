"""What ``ticketlab up`` tells a person once both apps answer."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from .options import DEFAULT_DATA
from .up import Ready

CHECKLIST = "/x_mioms_m365ticket_installation_checklist.do"
DOMAIN = "onmicrosoft.com"
TRUST_VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
"""Read by Python's requests, by OpenSSL (and so by httpx, aiohttp and curl), and by Node.js."""


def welcome(ready: Ready, command: str) -> list[str]:
    """The lines to print: where both are, who may sign in, what to do first, and where the data is.

    ``command`` is how this person calls ticketlab.
    """
    return [
        "",
        "Both apps are ready.",
        "",
        f"  ServiceNow instance {ready.options.instance:<12} {ready.emulator}",
        *([f"  {'over https':<32} {ready.tls}"] if ready.tls else []),
        f"  Microsoft 365 tenant {ready.options.tenant:<11} {ready.connector}",
        "",
        *_accounts(ready),
        *_moved(ready),
        *_kept(ready),
        *_trust(ready),
        *_steps(ready, command),
        f"The data is in {_place(ready)} and stays there; --fresh starts over. Ctrl-C stops both.",
    ]


def _accounts(ready: Ready) -> list[str]:
    domain = f"{ready.options.tenant}.{DOMAIN}"
    if ready.options.seed == "empty":
        return [
            "Accounts:",
            f"  instance  {'admin':<37} password {_told(ready.options.data / 'admin-password')}",
            f"  tenant    {f'globaladmin@{domain}':<37} password as in TICKETLAB_ADMIN_PASSWORD at the first start;",
            f"  {'':47} without that variable nobody can sign in",
            "",
        ]
    return [
        "Accounts (invented, and public):",
        "  instance  admin                                 password admin",
        *(
            f"  tenant    {f'{name}@{domain}':<37} password ticketlab   {role}"
            for name, role in (
                ("secadmin", "Security Administrator"),
                ("reader", "Security Reader"),
                ("globaladmin", "Global Administrator"),
            )
        ),
        "",
    ]


def _told(password: Path) -> str:
    return f"in {password}" if password.exists() else "as in TICKETLAB_ADMIN_PASSWORD at the first start"


def _moved(ready: Ready) -> list[str]:
    if not ready.moved_from:
        return []
    return [
        f"At the last start the tenant was at {ready.moved_from}. An application registry entry made then still has",
        "that address as its redirect URL: change it there, or provision again.",
        "",
    ]


def _kept(ready: Ready) -> list[str]:
    if not ready.kept_seed:
        return []
    return [
        f"The data was there before, made with --seed {ready.kept_seed}, and stays as it is:",
        f"--fresh starts over with --seed {ready.options.seed} as it is now.",
        "",
    ]


def _trust(ready: Ready) -> list[str]:
    if not ready.tls:
        return []
    return [
        "Programs that use https must trust this lab's own authority:",
        *(f"  export {variable}={ready.authority}" for variable in TRUST_VARIABLES),
        "",
    ]


def _place(ready: Ready) -> str:
    if not ready.database:
        return str(ready.options.data)
    return f"{ready.database} (keys and logs in {ready.options.data})"


def _administrator(ready: Ready) -> str:
    return "globaladmin" if ready.options.seed == "empty" else "secadmin"


def _steps(ready: Ready, command: str) -> list[str]:
    connecting = [] if _seed(ready) == "connected" else _connecting(ready)
    steps = [
        *connecting,
        [
            f"Open {ready.connector}/securescore, choose an improvement action and Share it with ServiceNow.",
            "Change the ticket's state in ServiceNow and see it on the home page's card.",
        ],
    ]
    return [
        "What to do first:" if connecting else "What to do first (this seed has connected the two already):",
        *(line for number, step in enumerate(steps, start=1) for line in _numbered(number, step)),
        *_shortcuts(ready, command),
        "",
    ]


def _connecting(ready: Ready) -> list[list[str]]:
    return [
        [
            f"Open {ready.emulator}{CHECKLIST} as admin.",
            "Step 1 there makes the OAuth entity, step 2 the integration user. Copy the client ID and secret.",
        ],
        [
            f"Open {ready.connector} as {_administrator(ready)} and follow Connect to ServiceNow.",
            f"Enter the instance's name {ready.options.instance}, the client ID and the secret, and press Authorize.",
            "On the instance's page choose Not You, log in as the integration user and press Allow.",
        ],
    ]


def _numbered(number: int, step: Sequence[str]) -> list[str]:
    return [f"  {number}. {step[0]}", *(f"     {line}" for line in step[1:])]


def _seed(ready: Ready) -> str:
    return ready.kept_seed or ready.options.seed


def _shortcuts(ready: Ready, command: str) -> list[str]:
    """The commands that do it alone; they sign in as the demo's people, whom an empty seed does not have."""
    if ready.options.seed == "empty":
        return []
    where = _named(ready.options.data)
    connect = "" if _seed(ready) == "connected" else f"`{command} connect{where}` does steps 1 and 2 for you; "
    return [f"{connect}`{command} demo{where}` plays the whole story."]


def _named(data: Path) -> str:
    """The option by which other commands find a pair on this folder, where they would look elsewhere."""
    return "" if data.resolve() == DEFAULT_DATA.resolve() else f" --data {shlex.quote(str(data))}"
