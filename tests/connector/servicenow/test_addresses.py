"""From what a person types to an address that may be called."""

import pytest
from ticketlab.connector.errors import Invalid
from ticketlab.connector.servicenow.addresses import Addresses

ADDRESSES = Addresses({"dev00001": "http://127.0.0.1:8080", "Lab": "http://localhost:9000/"})


@pytest.mark.parametrize(
    ("typed", "name", "url"),
    [
        ("dev00001", "dev00001", "http://127.0.0.1:8080"),
        (" DEV00001 ", "dev00001", "http://127.0.0.1:8080"),
        ("dev00001.service-now.com", "dev00001", "http://127.0.0.1:8080"),
        ("https://dev00001.service-now.com/", "dev00001", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080", "dev00001", "http://127.0.0.1:8080"),
        ("lab", "lab", "http://localhost:9000"),
        ("acme", "acme", "https://acme.service-now.com"),
        ("acme-test.service-now.com", "acme-test", "https://acme-test.service-now.com"),
        ("https://acme.service-now.com:443", "acme", "https://acme.service-now.com"),
        ("https://servicenow.acme.example", "https://servicenow.acme.example", "https://servicenow.acme.example"),
        ("https://sn.acme.example:8443", "https://sn.acme.example:8443", "https://sn.acme.example:8443"),
    ],
)
def test_an_instance_is_found_under_each_of_its_names(typed: str, name: str, url: str) -> None:
    found = ADDRESSES.resolve(typed)
    assert (found.name, found.url) == (name, url)
    assert ADDRESSES.resolve(found.name) == found


@pytest.mark.attack("B14")
@pytest.mark.parametrize(
    "typed",
    ["http://acme.service-now.com", "http://169.254.169.254", "https://169.254.169.254", "https://[::1]",
     "https://127.0.0.1:8443", "http://localhost:1", "https://localhost", "https://metadata.google.internal",
     "https://printer.local", "https://intranet", "https://0x7f000001", "https://2130706433", "https://127.1",
     "file:///etc/passwd", "gopher://x.example", "https://user:pass@acme.example", "https://acme.example/path",
     "https://acme.example?x", "https://acme.example#x", "https://acme.example:99999", "https://[", "://", "https://",
     "", "a b", "acme.example", "acme.service-now.com.evil.example", "-acme", "a" * 64, "ac\u0131me", "../x"],
)  # fmt: skip
def test_b14_anything_else_is_refused(typed: str) -> None:
    """The tenant's server must not be led into its own network."""
    with pytest.raises(Invalid):
        ADDRESSES.resolve(typed)
