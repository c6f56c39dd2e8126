"""Application Registry > New: the page that asks what kind of application it is to be (platform 2.1, D/C)."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template

from ...shared.web.parts import part
from ..access.operations import Operation
from ..errors import AclRefused
from ..identity.web import current_caller
from ..records.gate import Gate
from .blueprint import pages
from .rights import Rights

ENTITY = "oauth_entity"
ADDRESS = "/oauth_application_type.do"
"""Ours; how the platform's own page is addressed is not known."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of application. Without an address it is not emulated."""

    label: str
    address: str = ""
    hint: str = ""


KINDS: Sequence[Kind] = (
    Kind(
        "Create an OAuth API endpoint for external clients",
        "/oauth_entity.do?sys_id=-1&sysparm_query=type=client",
        "A program elsewhere uses this instance: it gets a client ID and a client secret.",
    ),
    Kind(
        "Create an OAuth JWT API endpoint for external clients",
        "/oauth_entity.do?sys_id=-1&sysparm_query=type=jwt_client",
        "As above, and the program proves with a signed token on whose behalf it works.",
    ),
    Kind("Configure an OIDC provider to verify ID tokens"),
    Kind("Connect to a third party OAuth Provider"),
    Kind("New Inbound Integration Experience"),
)


@pages.get(ADDRESS)
def ask_kind() -> str:
    if not Rights.of(part(Gate), current_caller()).may(Operation.CREATE, ENTITY):
        raise AclRefused(Operation.CREATE.in_acl_text)
    return render_template("interceptor.html", kinds=KINDS)
