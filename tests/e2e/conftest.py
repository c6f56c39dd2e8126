"""A connected pair, made over HTTP as `ticketlab connect` makes it."""

from dataclasses import dataclass

import pytest
from servers import RunningPair
from ticketlab.shared.clients.browser import Browser
from ticketlab.shared.clients.connect import Connector, Wanted
from ticketlab.shared.clients.target import Target
from ticketlab.shared.command.story import Story


@dataclass(frozen=True)
class ConnectedPair:
    pair: RunningPair
    browser: Browser
    story: Story

    @property
    def instance(self) -> str:
        return self.pair.emulator_url

    @property
    def tenant(self) -> str:
        return self.pair.connector_url


@pytest.fixture
def connected(pair: RunningPair) -> ConnectedPair:
    target = Target(pair.emulator_url, pair.connector_url)
    connector = Connector(target, Wanted(), lambda _line: None)
    connector.connect()
    return ConnectedPair(
        pair, connector.browser, Story(target, connector.tenant, connector.browser, lambda _line: None)
    )
