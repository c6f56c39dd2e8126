"""pysnc: a GlideRecord's life over https, by Basic and by two OAuth grants, with batches, joins and attachments."""

import os

from pysnc import ServiceNowClient
from pysnc.auth import ServiceNowClientCredentialsFlow, ServiceNowPasswordGrantFlow
from pysnc.exceptions import AuthenticationException

URL = os.environ["TICKETLAB_TLS_URL"]
OWN = (os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])


def live(client: ServiceNowClient, subject: str) -> None:
    made = []
    for number in range(5):
        incident = client.GlideRecord("incident")
        incident.initialize()
        incident.short_description = f"{subject} {number}"
        incident.urgency = "2"
        made.append(incident.insert())
        assert str(incident.number).startswith("INC")
    read(client, made, subject)
    change(client, made[0])
    many(client, subject)
    last = client.GlideRecord("incident")
    assert last.get(made[0])
    assert last.delete()
    assert not client.GlideRecord("incident").get(made[0])


def read(client: ServiceNowClient, made: list[str], subject: str) -> None:
    """All of them by pages of two."""
    incident = client.GlideRecord("incident", batch_size=2)
    incident.fields = ["sys_id", "short_description", "opened_by", "sys_created_on"]
    incident.add_query("short_description", "STARTSWITH", subject)
    incident.order_by("number")
    incident.query()
    assert incident.get_row_count() == 5
    assert [str(each.sys_id) for each in incident] == made
    assert incident.get(made[0])
    assert incident.get_display_value("opened_by") in {"System Administrator", "Test Tickets", "tickets"}
    shown, stored = incident.get_display_value("sys_created_on"), incident.get_value("sys_created_on")
    assert shown != stored, "the default time zone of an instance is not UTC"


def change(client: ServiceNowClient, sys_id: str) -> None:
    incident = client.GlideRecord("incident")
    assert incident.get(sys_id)
    incident.short_description = "changed"
    assert incident.update()
    again = client.GlideRecord("incident")
    again.get(sys_id)
    assert again.short_description == "changed"

    again.add_attachment("notes.txt", "one\ntwo", "text/plain")
    files = again.get_attachments()
    assert len(files) == 1
    for file in files:
        assert file.file_name == "notes.txt"
        assert file.readlines() == ["one", "two"]
        file.delete()
    assert len(again.get_attachments()) == 0


def many(client: ServiceNowClient, subject: str) -> None:
    """Batches: four are changed in one request and deleted in another."""
    incidents = client.GlideRecord("incident")
    incidents.add_query("short_description", "STARTSWITH", subject)
    incidents.query()
    for each in incidents:
        each.urgency = "1"
    assert incidents.update_multiple()
    urgent = client.GlideRecord("incident")
    urgent.add_query("short_description", "STARTSWITH", subject)
    urgent.add_query("urgency", "1")
    urgent.query()
    assert urgent.get_row_count() == 4
    assert urgent.delete_multiple()
    urgent = client.GlideRecord("incident")
    urgent.add_query("short_description", "STARTSWITH", subject)
    urgent.query()
    assert urgent.get_row_count() == 0


def join(client: ServiceNowClient) -> None:
    managers = client.GlideRecord("sys_user")
    managers.add_join_query("sys_user_group", join_table_field="manager").add_query("active", "true")
    managers.query()
    assert 0 < managers.get_row_count() < 60


def related(client: ServiceNowClient) -> None:
    admins = client.GlideRecord("sys_user")
    admins.add_rl_query("sys_user_has_role", "user", ">0", stop_at_relationship=True).add_query("role.name", "admin")
    admins.query()
    names = {str(each.user_name) for each in admins}
    assert "admin" in names
    assert len(names) < 30


def refused() -> None:
    stranger = ServiceNowClient(URL, ("admin", "wrong"))
    try:
        stranger.GlideRecord("incident").get("0" * 32)
    except AuthenticationException:
        return
    raise AssertionError("a wrong password opened the instance")


basic = ServiceNowClient(URL, ("admin", "admin"))
live(basic, "by pysnc")
join(basic)
related(basic)
refused()
live(ServiceNowClient(URL, ServiceNowPasswordGrantFlow("admin", "admin", *OWN)), "by pysnc's password grant")
live(ServiceNowClient(URL, ServiceNowClientCredentialsFlow(*OWN)), "by pysnc's client credentials")
