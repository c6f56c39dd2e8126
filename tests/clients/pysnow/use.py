"""pysnow: an incident's life by Basic and by OAuth's password grant, pages, the Aggregate API, and a file."""

import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import pysnow
import requests
from pysnow.exceptions import NoResults

HOST = urlsplit(os.environ["TICKETLAB_EMULATOR_URL"]).netloc
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"


def by_password() -> pysnow.Client:
    return pysnow.Client(host=HOST, use_ssl=False, user="admin", password="admin")


def by_token() -> pysnow.OAuthClient:
    client = pysnow.OAuthClient(
        client_id=os.environ["CLIENT_ID"],
        client_secret=os.environ["CLIENT_SECRET"],
        token_updater=print,
        host=HOST,
        use_ssl=False,
    )
    client.set_token(client.generate_token("admin", "admin"))
    return client


def live(client: pysnow.Client, subject: str) -> None:
    """Create, read, page, update and delete."""
    incidents = client.resource(api_path="/table/incident")
    made = [incidents.create(payload={"short_description": subject, "urgency": urgency}).one() for urgency in "12321"]
    assert len({each["number"] for each in made}) == 5
    number = made[0]["number"]
    assert incidents.get(query={"number": number}).one()["short_description"] == subject

    query = pysnow.QueryBuilder().field("short_description").equals(subject).AND().field("number").order_ascending()
    pages = [list(incidents.get(query=query, limit=2, offset=offset, stream=True).all()) for offset in (0, 2, 4, 6)]
    assert [len(page) for page in pages] == [2, 2, 1, 0], pages
    assert [each["number"] for page in pages for each in page] == [each["number"] for each in made]

    changed = incidents.update(query={"number": number}, payload={"short_description": "changed", "active": True})
    assert changed["short_description"] == "changed"
    incidents.parameters.display_value = True
    incidents.parameters.exclude_reference_link = True
    shown = incidents.get(query={"number": number}, fields=["number", "opened_by"]).one()
    assert shown == {"number": number, "opened_by": "System Administrator"}, shown
    incidents.parameters.display_value = False

    attach(incidents, made[0]["sys_id"])
    for each in made:
        assert incidents.delete(query={"sys_id": each["sys_id"]})["status"] == "record deleted"
    try:
        incidents.get(query={"number": number}).one()
    except NoResults:
        return
    raise AssertionError("the incident is still there")


def attach(incidents: pysnow.Resource, sys_id: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "notes.txt")
        path.write_text("what the caller said")
        incidents.attachments.upload(sys_id=sys_id, file_path=str(path))
    (kept,) = incidents.attachments.get(sys_id=sys_id)
    assert kept["file_name"] == "notes.txt"
    assert kept["size_bytes"] == "20"
    incidents.attachments.delete(kept["sys_id"])
    assert incidents.attachments.get(sys_id=sys_id) == []


def count(client: pysnow.Client) -> None:
    statistics = client.resource(api_path="/stats/incident")
    statistics.parameters.add_custom({"sysparm_count": True, "sysparm_group_by": "state"})
    groups = statistics.get(query="active=true").all()
    assert sum(int(group["stats"]["count"]) for group in groups) > 10, groups


def refused() -> None:
    stranger = pysnow.Client(host=HOST, use_ssl=False, user="admin", password="wrong")
    try:
        stranger.resource(api_path="/table/incident").get(query={}).all()
    except requests.HTTPError as error:
        refusal = error.response
    assert refusal.status_code == 401


live(by_password(), "by pysnow")
live(by_token(), "by pysnow with a token")
count(by_password())
refused()
