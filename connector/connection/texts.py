"""What the provisioning page says, in the words of Microsoft's page where it has any."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from .status import ConnectionStatus, Reason


def prerequisites() -> list[str]:
    """What has to be there before (security-center, Prerequisites, D)."""
    return [
        _("ServiceNow's Kingston release or a later one."),
        _("Admin HI credentials: they are needed to get the app from the ServiceNow store."),
        _("The admin role on the target instance, to install the app and go through its installation checklist."),
    ]


def kept() -> list[str]:
    """What Microsoft keeps on connecting (D)."""
    return [_("Instance name"), _("Client ID"), _("Client secret"), _("Access token"), _("Refresh token")]


def sent() -> list[str]:
    """What is sent with each ticket (D)."""
    return [
        _("ID of the user who creates the task"),
        _("Task name"),
        _("Task description"),
        _("Priority"),
        _("Due date"),
        _("Recommendation source (User recommendation or Microsoft recommendation)"),
        _("Recommendation category (Devices, Data, Apps, Identity or Infrastructure)"),
    ]


def headline(status: ConnectionStatus) -> str:
    if status.connected:
        return _("Connected")
    return _("Provisioned, not authorized") if status.configured else _("Not configured")


def explanation(status: ConnectionStatus) -> str:
    """Why it is as it is, and what to do."""
    if status.reason is None:
        return ""
    return {
        Reason.SAVED: _("The details are saved. Nobody has authorized the connection yet."),
        Reason.ABANDONED: _("Authorization was started, and nobody has come back from ServiceNow yet."),
        Reason.DENIED: _("Access was denied on ServiceNow's page."),
        Reason.FAILED: _("Authorization failed."),
        Reason.GRANT_LOST: _("ServiceNow does not renew the authorization any more. Tickets wait until it is renewed."),
    }[status.reason]


def form_errors(messages: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """One sentence a field instead of marshmallow's wording."""
    words = {
        "instance": _("Enter the instance name."),
        "client_id": _("Enter the client ID that the installation checklist shows."),
        "client_secret": _("Enter the client secret that the installation checklist shows."),
    }
    return {name: [words.get(name, _("This value is not right."))] for name in messages}
