"""The tenant's settings: read once, refused clearly, masked everywhere."""

from pathlib import Path

import pytest
from ticketlab.connector import create_app
from ticketlab.connector.settings import Settings
from ticketlab.connector.testing import bearer, engine_of, make_tenant
from ticketlab.shared.errors import RefusedToStart
from ticketlab.shared.secret import Secret

KEY = bytes(range(32)).hex()


def test_the_environment_is_read_by_its_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TICKETLAB_INSTANCES", "dev00001=http://127.0.0.1:8080/, Acme=https://acme.example.com")
    monkeypatch.setenv("TICKETLAB_CONNECTOR_URL", "http://127.0.0.1:9000/")
    monkeypatch.setenv("TICKETLAB_KEYS", f"{KEY}, {'cd' * 32}")
    settings = Settings.from_environment()
    assert settings.instances == {"dev00001": "http://127.0.0.1:8080", "acme": "https://acme.example.com"}
    assert settings.callback_url == "http://127.0.0.1:9000/ticketProvisioning/callback"
    assert len(settings.keys) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("SEED", "demonstration"), ("USER_ID_FORMAT", "number"), ("POLL_SECONDS", "soon"), ("INSTANCES", "dev00001"),
     ("INSTANCES", "dev00001=ftp://x"), ("CONNECTOR_URL", "nowhere"), ("TICKET_TABLES", "none")],
)  # fmt: skip
def test_a_wrong_setting_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"TICKETLAB_{name}", value)
    with pytest.raises(RefusedToStart):
        Settings.from_environment()


def test_the_demo_is_not_offered_to_the_network(tmp_path: Path) -> None:
    """Its passwords are public."""
    with pytest.raises(RefusedToStart):
        Settings(data=tmp_path, host="0.0.0.0")  # noqa: S104 - that is what is refused
    Settings(data=tmp_path, host="0.0.0.0", seed="empty")  # noqa: S104


@pytest.mark.attack("L08")
def test_l08_secrets_do_not_show_in_the_settings(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, keys=(Secret(KEY),), lab_key=Secret("canary"), admin_password=Secret("canary"))
    assert "canary" not in repr(settings)
    assert KEY not in repr(settings)


@pytest.mark.parametrize("key", ["xyz", "ab" * 16, ""])
def test_a_key_ring_that_is_none_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(RefusedToStart):
        create_app(Settings(data=tmp_path, keys=(Secret(key),), log_to_terminal=False))


@pytest.mark.attack("L09")
def test_l09_keys_and_databases_are_for_their_owner_alone(tmp_path: Path) -> None:
    engine_of(create_app(Settings(data=tmp_path / "fresh", log_to_terminal=False))).dispose()
    for path in [*(tmp_path / "fresh" / "keys").iterdir(), *(tmp_path / "fresh").glob("*.db")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_an_empty_tenant_has_one_administrator_when_a_password_is_given(tmp_path: Path) -> None:
    tenant = make_tenant(seed="empty", admin_password=Secret("a long password"))
    header = bearer(tenant.test_client(), "globaladmin@contoso.onmicrosoft.com", "a long password")
    users = tenant.test_client().get("/api/v1/users", headers=header).get_json()["value"]
    assert [user["upn"] for user in users] == ["globaladmin@contoso.onmicrosoft.com"]
    engine_of(tenant).dispose()
