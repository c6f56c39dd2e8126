"""The addresses that settings give."""

import pytest
from ticketlab.connector.settings import Settings as TenantSettings
from ticketlab.emulator.settings import Settings as InstanceSettings
from ticketlab.shared.errors import RefusedToStart


@pytest.mark.parametrize(
    "url", ["", "http://", "https:/x", "ftp://x", "http://[::1", "http://x:99999", "http://x:y", "x"]
)
@pytest.mark.parametrize("settings", [InstanceSettings, TenantSettings])
def test_an_address_that_is_none_is_refused_at_the_start(settings, url, tmp_path):
    with pytest.raises(RefusedToStart, match="is not an http or https address"):
        settings(data=tmp_path, url=url)


@pytest.mark.parametrize("url", ["http://x", "https://dev00001.service-now.com/", "http://[::1]:8080"])
def test_an_address_is_taken_as_it_is(url, tmp_path):
    assert InstanceSettings(data=tmp_path, url=url).url == url
