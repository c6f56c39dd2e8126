"""The one table of releases."""

import re

import pytest
from ticketlab.emulator.releases import RELEASES, release_named
from ticketlab.shared.errors import RefusedToStart


def test_releases_stand_in_the_order_of_their_build_dates():
    def built(release):
        month, day, year = release.built.split("-")
        return year, month, day

    assert sorted(RELEASES.values(), key=built) == sorted(RELEASES.values(), key=lambda each: each.place)


@pytest.mark.source("rest 10", "C")
def test_a_war_has_the_form_that_clients_parse():
    for name, release in RELEASES.items():
        assert re.fullmatch(rf"glide-{name}-\d\d-\d\d-\d{{4}}__patch\d-\d\d-\d\d-\d{{4}}\.zip", release.war)


@pytest.mark.parametrize("written", ["newyork", "New York", "NEW_YORK", "new-york"])
def test_a_release_is_found_however_it_is_written(written):
    assert release_named(written).name == "newyork"


def test_kingston_or_later_can_be_asked():
    asked = {name: RELEASES[name].is_at_least("kingston") for name in ("jakarta", "kingston", "orlando", "australia")}
    assert asked == {"jakarta": False, "kingston": True, "orlando": True, "australia": True}


def test_an_unknown_release_names_the_known_ones():
    with pytest.raises(RefusedToStart, match="jakarta, kingston"):
        release_named("oslo")
