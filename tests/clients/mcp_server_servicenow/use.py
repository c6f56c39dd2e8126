"""mcp-server-servicenow: its own check, then an incident's life by the tools it serves."""

import asyncio
import json
import os
import subprocess
from typing import Any

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

PERSON = ["--username", "admin", "--password", "admin"]
BASIC = ["--auth-type", "basic", *PERSON]
CLIENT = ["--client-id", os.environ["CLIENT_ID"], "--client-secret", os.environ["CLIENT_SECRET"]]
OWN_GRANT = ["--auth-type", "oauth", *CLIENT]
PASSWORD_GRANT = [*OWN_GRANT, *PERSON]
API_KEY = ["--auth-type", "api_key", "--api-key", os.environ["API_KEY"]]
ADDRESS = ["--instance-url", os.environ["TICKETLAB_EMULATOR_URL"]]


async def call(session: ClientSession, tool: str, **arguments: Any) -> str:
    answer = await session.call_tool(tool, arguments)
    text = "".join(getattr(each, "text", "") for each in answer.content)
    print(tool, text[:300])
    return text


async def live(way: list[str]) -> None:
    server = StdioServerParameters(command="mcp-server-servicenow", args=[*ADDRESS, *way], env=dict(os.environ))
    async with stdio_client(server) as streams, ClientSession(*streams) as session:
        await session.initialize()
        made = []
        for number in range(3):
            data = {"short_description": f"by MCP {number}"}
            made.append(sys_id(json.loads(await call(session, "create_record", table_name="incident", data=data))))
        ours = {"table_name": "incident", "query": "short_descriptionSTARTSWITHby MCP^ORDERBYnumber"}
        for offset in range(3):
            page = await call(session, "list_records", **ours, limit=1, offset=offset)
            assert made[offset] in page
        data = {"short_description": "by MCP, too"}
        await call(session, "update_record", table_name="incident", sys_id=made[0], data=data)
        assert "by MCP, too" in await call(session, "get_record", table_name="incident", sys_id=made[0])
        for each in made:
            await call(session, "delete_record", table_name="incident", sys_id=each)
        assert made[1] not in await call(session, "list_records", **ours)


def sys_id(answer: dict[str, Any]) -> str:
    """Wherever the tool's answer has it."""
    if "sys_id" in answer:
        return str(answer["sys_id"])
    return next(sys_id(each) for each in answer.values() if isinstance(each, dict))


for way in (BASIC, PASSWORD_GRANT, OWN_GRANT, API_KEY):
    subprocess.run(["mcp-server-servicenow", *ADDRESS, *way, "--check"], check=True, timeout=120)
asyncio.run(live(BASIC))
asyncio.run(live(OWN_GRANT))
