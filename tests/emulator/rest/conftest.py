"""Clients that speak to the Table API of one instance, which the tests of a file share, as one user or another."""

import pytest

HOST = "http://dev00001.service-now.com"


class Api:
    """A REST client: ``api.get("incident", sysparm_limit=1)``; the last answer's JSON is what it returns with."""

    def __init__(self, app, user_name="admin", password="admin"):
        self.http = app.test_client()
        self.auth = (user_name, password) if user_name else None

    def open(self, path, method="GET", **arguments):
        return self.http.open(path, method=method, auth=self.auth, base_url=HOST, **arguments)

    def get(self, path, version="", headers=None, **parameters):
        prefix = f"/api/now/{version}/table" if version else "/api/now/table"
        return self.open(f"{prefix}/{path}", query_string=parameters, headers=headers)

    def rows(self, path, **parameters):
        answer = self.get(path, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json["result"]

    def send(self, method, path, body=None, headers=None, **parameters):
        arguments = {"data": body} if isinstance(body, str | bytes) else {"json": body}
        if isinstance(body, str | bytes):
            arguments["content_type"] = "application/json"
        return self.open(f"/api/now/table/{path}", method, query_string=parameters, headers=headers, **arguments)

    def create(self, table, **values):
        answer = self.send("POST", table, values)
        assert answer.status_code == 201, answer.text
        return answer.json["result"]


@pytest.fixture(scope="module")
def instance(shared_instance):
    return shared_instance


@pytest.fixture
def api(instance):
    return Api(instance)


@pytest.fixture
def stranger(instance):
    return Api(instance, user_name="")


@pytest.fixture(scope="module")
def make_user(instance):
    """Make a user with roles and return a client that speaks as that user."""
    count = iter(range(1000))

    def make(*roles, **further):
        user_name = f"user.{next(count)}"
        body = {"user_name": user_name, "password": "secret", "roles": list(roles), **further}
        answer = instance.test_client().post("/lab/users", json=body)
        assert answer.status_code == 201, answer.text
        return Api(instance, user_name, "secret")

    return make
