"""aiosnow: an incident's life, its pages by the Link header, and a file."""

import asyncio
import os
from pathlib import Path
from urllib.parse import urlsplit

import aiosnow
from aiosnow.models.table.declared import IncidentModel as Incident

HOST = urlsplit(os.environ["TICKETLAB_EMULATOR_URL"]).netloc
NOTES = Path("notes.txt").absolute()
NOTES.write_text("what the caller said")


async def main() -> None:
    client = aiosnow.Client(HOST, use_ssl=False, basic_auth=("admin", "admin"))
    async with Incident(client, table_name="incident") as incidents:
        made = [await incidents.create({"short_description": f"by aiosnow {number}"}) for number in range(5)]
        ours = Incident.short_description.starts_with("by aiosnow")
        found = await incidents.get_one(Incident.number == made[0]["number"])
        assert found["short_description"] == "by aiosnow 0"
        assert found["impact"].value, found["impact"]
        streamed = [each["number"] async for _, each in incidents.stream(ours, page_size=2)]
        assert sorted(streamed) == sorted(each["number"] for each in made)
        changed = await incidents.update(Incident.number == made[0]["number"], {"short_description": "by aiosnow, too"})
        assert changed["short_description"] == "by aiosnow, too"
        kept = await incidents.upload_file(made[0]["sys_id"], str(NOTES))
        assert kept["file_name"] == "notes.txt"
        for each in made:
            assert (await incidents.delete(each["sys_id"])).status == 204
        assert len(await incidents.get(ours)) == 0


asyncio.run(main())
