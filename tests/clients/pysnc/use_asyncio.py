"""pysnc's asyncio client: a GlideRecord's life over https, by Basic and by client credentials.

Its password grant puts the token among its session's headers and then sends requests that do not take them up.
"""

import asyncio
import os

from pysnc.asyncio import AsyncServiceNowClient
from pysnc.asyncio.auth import AsyncServiceNowClientCredentialsFlow

URL = os.environ["TICKETLAB_TLS_URL"]
OWN = (os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])


async def live(client: AsyncServiceNowClient, subject: str) -> None:
    made = []
    for number in range(5):
        incident = await client.GlideRecord("incident")
        incident.initialize()
        incident.short_description = f"{subject} {number}"
        made.append(str(await incident.insert()))
    pages = await client.GlideRecord("incident", batch_size=2)
    pages.add_query("short_description", "STARTSWITH", subject)
    pages.order_by("number")
    await pages.query()
    assert [str(each.sys_id) async for each in pages] == made
    one = await client.GlideRecord("incident")
    assert await one.get(made[0])
    one.short_description = f"{subject} changed"
    assert await one.update()
    again = await client.GlideRecord("incident")
    assert await again.get(made[0])
    assert again.short_description == f"{subject} changed"
    assert await again.delete()
    rest = await client.GlideRecord("incident")
    rest.add_query("short_description", "STARTSWITH", subject)
    await rest.query()
    assert rest.get_row_count() == 4
    assert await rest.delete_multiple()
    gone = await client.GlideRecord("incident")
    assert not await gone.get(made[1])
    await client.close()


async def main() -> None:
    await live(AsyncServiceNowClient(URL, ("admin", "admin")), "by asyncio")
    session = await AsyncServiceNowClientCredentialsFlow(*OWN).authenticate(URL)  # no client does so inside a loop
    await live(AsyncServiceNowClient(URL, session), "by a token")


asyncio.run(main())
