"""What tests of identity do to records, and how they look at a browser."""

import base64

from oauth_flows import PASSWORD, ClientBrowser
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.records.gate import Gate
from ticketlab.shared.web.parts import part_of


def records(instance, table: str):
    return part_of(instance, Gate).record(table, Caller.system())


def switch(instance, table: str, query: str, **values) -> None:
    rows = records(instance, table)
    rows.update(rows.find(query, ("sys_id",)).sys_id, values)


def is_in(browser: ClientBrowser) -> bool:
    return browser.get("/welcome.do").location == "/"


def basic(name: str, password: str = PASSWORD) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}
