"""now-sdk: queries, which is all it does with records, by a bearer token and by sessions."""

import json
import os
import subprocess
from typing import Any

import requests

URL = os.environ["TICKETLAB_TLS_URL"]
OWN = {"client_id": os.environ["CLIENT_ID"], "client_secret": os.environ["CLIENT_SECRET"]}


def query(environment: dict[str, str], *more: str) -> Any:
    done = subprocess.run(
        ["now-sdk", "query", "incident", "-q", "numberSTARTSWITHINC00000^ORDERBYnumber", "-o", "json", *more],
        env={**os.environ, "SN_SDK_INSTANCE_URL": URL, **environment},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    print(done.stdout[:600], done.stderr[:600])
    assert done.returncode == 0
    return json.loads(done.stdout)


IN_CI = {"SN_SDK_NODE_ENV": "SN_SDK_CI_INSTALL"}
person = {**IN_CI, "SN_SDK_AUTH_TYPE": "basic", "SN_SDK_USER": "admin", "SN_SDK_USER_PWD": "admin"}
assert "INC0000001" in json.dumps(query(person, "--limit", "1")), "a session, with its token, by angular.do"

itself = {"SN_SDK_OAUTH_CLIENT_ID": OWN["client_id"], "SN_SDK_OAUTH_CLIENT_SECRET": OWN["client_secret"]}
own = {**IN_CI, "SN_SDK_AUTH_TYPE": "oauth", **itself}
assert "INC0000001" in json.dumps(query(own, "--limit", "1")), "client credentials, and a session for their token"

grant = {"grant_type": "client_credentials", **OWN}
token = requests.post(f"{URL}/oauth_token.do", data=grant, timeout=120).json()["access_token"]
bearer = {"SN_SDK_SESSION_BEARER_TOKEN": token}
found = [json.dumps(query(bearer, "--limit", "2", "--offset", str(offset), "-f", "number")) for offset in (0, 2)]
assert "INC0000001" in found[0], found
assert "INC0000003" in found[1], found
