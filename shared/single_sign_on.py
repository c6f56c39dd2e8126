"""What an instance and a tenant have to agree on for single sign-on.

An administrator copies it from Azure Active Directory's app registration to the instance's identity provider. A pair
that ``ticketlab up`` starts agrees by itself: both derive the client ID from their names, and both are told the secret.
"""

import uuid

CALLBACK_PATH = "/sso_callback.do"
"""Where the provider sends people back to. The platform takes them at navpage.do; ours is apart (assumption)."""


def client_id_of(instance: str, tenant: str) -> str:
    """The client ID under which a tenant's directory knows an instance."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"single-sign-on.{instance.lower()}.{tenant.lower()}.onmicrosoft.com"))


def metadata_url_of(tenant_url: str, tenant: str) -> str:
    """The address of a tenant's OpenID configuration, as at login.microsoftonline.com."""
    return f"{tenant_url.rstrip('/')}/{tenant}/v2.0/.well-known/openid-configuration"


def callback_url_of(instance_url: str) -> str:
    return f"{instance_url.rstrip('/')}{CALLBACK_PATH}"
