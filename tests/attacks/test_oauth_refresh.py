"""Attacks with refresh tokens, under both profiles of a client (attacks A28 to A33)."""

import json

import pytest
from oauth_flows import make_user
from oauth_profiles import World, profile, world
from oauth_records import records
from ticketlab.emulator.identity.users import Users
from ticketlab.emulator.oauth import policy
from ticketlab.shared.web.parts import part_of

__all__ = ["profile", "world"]


@pytest.mark.attack("A28")
def test_a28_refresh_by_another_client_leaves_the_owners_token_alone(world: World):
    """Refused there, good here."""
    owner, thief = world.client(), world.client("Thief")
    token = world.tokens(owner)["refresh_token"]
    assert world.refuses(world.refresh(thief, token), "invalid_grant")
    assert world.refresh(owner, token).status == 200


@pytest.mark.attack("A29")
def test_a29_old_refresh_token_used_again_ends_the_family(world: World):
    """‡ The platform rotates nothing: there the token goes on working."""
    client = world.client()
    first = world.tokens(client)
    second = json.loads(world.refresh(client, first["refresh_token"]).text)
    world.clock.advance(seconds=policy.GRACE_SECONDS + 1)
    again = world.refresh(client, first["refresh_token"])
    if not world.hardened:
        assert second == first
        assert json.loads(again.text) == first
        return
    assert second["refresh_token"] != first["refresh_token"]
    assert world.refuses(again, "invalid_grant")
    assert world.calls(second["access_token"]) == 401
    assert world.refuses(world.refresh(client, second["refresh_token"]), "invalid_grant")


@pytest.mark.attack("A30")
def test_a30_lost_answer_is_given_again_once(world: World):
    """‡ The very same successor within the grace window; a third time ends the family."""
    client = world.client()
    first = world.tokens(client)
    second = world.refresh(client, first["refresh_token"])
    again = world.refresh(client, first["refresh_token"])
    assert second.status == again.status == 200
    assert json.loads(again.text) == json.loads(second.text)
    if world.hardened:
        assert world.refuses(world.refresh(client, first["refresh_token"]), "invalid_grant")
        assert world.calls(json.loads(second.text)["access_token"]) == 401


@pytest.mark.attack("A30")
def test_a30_no_second_branch_once_the_successor_was_used(world: World):
    """‡ Whoever has the successor needs the old one no more."""
    client = world.client()
    first = world.tokens(client)
    second = json.loads(world.refresh(client, first["refresh_token"]).text)
    third = json.loads(world.refresh(client, second["refresh_token"]).text)
    late = world.refresh(client, first["refresh_token"])
    if world.hardened:
        assert world.refuses(late, "invalid_grant")
        assert world.calls(third["access_token"]) == 401


@pytest.mark.attack("A29")
def test_a29_refresh_token_from_before_the_hardening_is_no_way_round_it(world: World):
    """Whoever hardens a client has it connected anew; going back, a rotated token goes on rotating."""
    client = world.client()
    token = world.tokens(client)["refresh_token"]
    other = "servicenow" if world.hardened else "hardened"
    records(world.instance, "oauth_entity").update(client.sys_id, {"profile": other})
    answer = world.refresh(client, token)
    assert (answer.status == 200) == world.hardened
    assert not world.hardened or json.loads(answer.text)["refresh_token"] != token


@pytest.mark.attack("A31")
def test_a31_refresh_narrows_scopes_and_widens_them_no_further_than_granted(world: World):
    """To less, back to what was granted, never to more."""
    client = world.client(scope_restriction_status="securely_scoped")
    for name in ("read_tickets", "write_tickets"):
        scope = records(world.instance, "sys_auth_scope").insert({"name": f"{name}_{client.sys_id}"})
        mapping = {"oauth_entity": client.sys_id, "sys_auth_scope": scope.sys_id}
        records(world.instance, "oauth_entity_auth_scope_mapping").insert(mapping)
    both = f"read_tickets_{client.sys_id} write_tickets_{client.sys_id}"
    reading = both.partition(" ")[0]
    tokens = world.tokens(client)
    assert tokens["scope"] == both
    narrowed = json.loads(world.refresh(client, tokens["refresh_token"], scope=reading).text)
    assert narrowed["scope"] == reading
    widened = json.loads(world.refresh(client, narrowed["refresh_token"], scope=both).text)
    assert widened["scope"] == both
    assert world.refuses(world.refresh(client, widened["refresh_token"], scope=f"{both} admin"), "invalid_scope")


@pytest.mark.attack("A32")
@pytest.mark.parametrize("change", ["active", "locked_out", "client"])
def test_a32_disabled_user_or_client_refreshes_nothing(world: World, change: str):
    """From the next request on."""
    client = world.client()
    name = f"user.{change}.{client.sys_id[:8]}"
    user = make_user(world.instance, name)
    token = world.tokens(client, name)
    if change == "client":
        records(world.instance, "oauth_entity").update(client.sys_id, {"active": False})
    else:
        records(world.instance, "sys_user").update(user, {change: change != "active"})
    answer = world.refresh(client, token["refresh_token"])
    assert world.refuses(answer, "invalid_client" if change == "client" else "invalid_grant")
    assert world.calls(token["access_token"]) == 401


@pytest.mark.attack("A32")
def test_a32_changed_password_ends_the_tokens_of_hardened_clients(world: World):
    """Of the platform nothing is documented: there they live on."""
    client = world.client()
    name = f"user.{client.sys_id[:8]}"
    user = make_user(world.instance, name)
    token = world.tokens(client, name)
    part_of(world.instance, Users).set_password(user, "another one")
    assert (world.calls(token["access_token"]) == 200) != world.hardened
    assert (world.refresh(client, token["refresh_token"]).status == 200) != world.hardened


@pytest.mark.attack("A33")
def test_a33_refresh_ends_with_its_lifespan_although_used_daily(world: World):
    """A hundred days after the consent, in both: refreshing prolongs nothing."""
    client = world.client(refresh_token_lifespan=10 * 86_400)
    token = world.tokens(client)["refresh_token"]
    for _ in range(9):
        world.clock.advance(days=1)
        token = json.loads(world.refresh(client, token).text)["refresh_token"]
    world.clock.advance(days=1)
    assert world.refuses(world.refresh(client, token), "invalid_grant")
