"""What tests of OAuth look up and change behind an instance's back."""

from flask import Flask
from oauth_flows import PASSWORD, Answer, Browser, OAuthClient
from ticketlab.emulator.access.caller import Caller
from ticketlab.emulator.oauth.judging import Dead, Judge, TokenType
from ticketlab.emulator.records.gate import Gate
from ticketlab.emulator.records.glide_record import GlideRecord
from ticketlab.shared.web.parts import part_of


def records(instance: Flask, table: str) -> GlideRecord:
    return part_of(instance, Gate).record(table, Caller.system())


def set_property(instance: Flask, name: str, value: str) -> None:
    row = records(instance, "sys_properties").find(f"name={name}")
    if row is None:
        records(instance, "sys_properties").insert({"name": name, "value": value})
    else:
        records(instance, "sys_properties").update(row.sys_id, {"value": value})


def causes(instance: Flask) -> list[str]:
    """What syslog says of failed requests, newest last."""
    rows = records(instance, "syslog").query("source=com.glide.ui.ServletErrorListener^ORDERBYsys_created_on").rows
    return [row.value("message") for row in rows]


def works(instance: Flask, token: str) -> bool:
    return not isinstance(part_of(instance, Judge).token(token, TokenType.ACCESS), Dead)


def by_password(browser: Browser, client: OAuthClient, **more: str) -> Answer:
    data = {"grant_type": "password", "username": "tickets", "password": PASSWORD, **client.credentials, **more}
    return browser.post("/oauth_token.do", data)
