"""Where the servers of a race keep their data."""

import pytest


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def where(request: pytest.FixtureRequest) -> dict[str, str]:
    """A server's settings: nothing for files in its folder, or the address of a database of its own."""
    if request.param == "sqlite":
        return {}
    return {"database": request.getfixturevalue("postgresql").database()}
