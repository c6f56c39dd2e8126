"""Single sign-on reaches from world to world by memory alone: the provider's configuration and keys."""

from collections.abc import Mapping

from memory_of import memory_of
from ticketlab.connector.openid import SigningKeys
from ticketlab.shared.web.parts import part_of

from .conftest import World, make_world

UPN = "m365.integration@contoso.onmicrosoft.com"
MAIL = "m365.integration@example.com"


def memories(world: World) -> list[Mapping[str, str]]:
    return [memory_of(app) for app in (world.instance, world.tenant)]


def test_a_login_by_the_tenant_leaves_nothing_for_the_next_test() -> None:
    """Also a rotated key: the next world's tenant publishes one, and its instance asks for it anew."""
    with make_world():
        pass
    with make_world() as fresh:
        before = memories(fresh)
    with make_world() as used:
        used.instance_user("m365.integration", email=MAIL)
        used.directory_user("m365.integration", MAIL)
        used.browser.sign_in_to_tenant(UPN)
        provider = used.switch(match_field="email")
        page = used.browser.go(f"/login_with_sso.do?glide_sso_id={provider}")
        assert page.response.headers["X-Is-Logged-In"] == "true"
        part_of(used.tenant, SigningKeys).rotate()
    with make_world() as again:
        assert (again.instance, again.tenant) == (used.instance, used.tenant)
        for fresh_one, renewed in zip(before, memories(again), strict=True):
            assert {path: value for path, value in renewed.items() if fresh_one.get(path) != value} == {}
        assert len(part_of(again.tenant, SigningKeys).published()) == 1
