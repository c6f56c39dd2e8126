"""The private authority of the https listener: who may read what, for which names, for how long."""

import socket
import ssl
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from ticketlab.shared.clock import SystemClock
from ticketlab.shared.command import certificates
from ticketlab.shared.command.certificates import NAMES, TlsFiles, tls_files
from ticketlab.shared.errors import RefusedToStart


@pytest.fixture
def files(tmp_path: Path) -> TlsFiles:
    return tls_files(tmp_path / "tls")


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def handshake(files: TlsFiles, name: str) -> str:
    """Connect as a client that trusts the authority and expects ``name``; returns the version spoken."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.certificate, files.key)
    client = ssl.create_default_context(cafile=files.authority)
    ours, theirs = socket.socketpair()

    def answer() -> None:
        with ours, server.wrap_socket(ours, server_side=True) as secured:
            secured.sendall(b"x")

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    with theirs, client.wrap_socket(theirs, server_hostname=name) as secured:
        secured.recv(1)
        return str(secured.version())


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "dev00001.service-now.com"])
def test_a_client_that_trusts_the_authority_accepts_each_name(files: TlsFiles, name: str):
    assert handshake(files, name) == "TLSv1.3"


def test_keys_are_private_and_the_authority_may_sign_and_serve_nothing(files: TlsFiles, tmp_path: Path):
    """Nobody else reads a key; the certificate of the listener signs nothing."""
    for name in ("ca-key.pem", "server-key.pem"):
        assert stat.S_IMODE((tmp_path / "tls" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "tls").stat().st_mode) == 0o700
    for path, may_sign in ((files.authority, True), (files.certificate, False)):
        extensions = certificate(path).extensions
        assert extensions.get_extension_for_class(x509.BasicConstraints).value.ca is may_sign
        assert extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign is may_sign
    lifetime = certificate(files.certificate).not_valid_after_utc - certificate(files.certificate).not_valid_before_utc
    assert lifetime <= timedelta(days=398)


def test_a_second_start_changes_nothing(files: TlsFiles, tmp_path: Path):
    """What a client was told to trust stays."""
    before = [path.read_bytes() for path in (files.authority, files.certificate, files.key)]
    tls_files(tmp_path / "tls")
    assert [path.read_bytes() for path in (files.authority, files.certificate, files.key)] == before


def test_a_certificate_is_renewed_a_month_before_it_expires_and_the_authority_stays(
    files: TlsFiles, tmp_path: Path, monkeypatch
):
    before, authority = files.certificate.read_bytes(), files.authority.read_bytes()

    class Later(SystemClock):
        def now(self):
            return super().now() + timedelta(days=370)

    monkeypatch.setattr(certificates, "SystemClock", Later)
    tls_files(tmp_path / "tls")
    assert files.certificate.read_bytes() != before
    assert files.authority.read_bytes() == authority
    assert certificate(files.certificate).not_valid_after_utc > Later().now() + timedelta(days=300)


def test_a_further_host_gets_into_the_certificate(files: TlsFiles, tmp_path: Path):
    """And what is there already stays in it."""
    tls_files(tmp_path / "tls", "192.0.2.7")
    names = certificate(files.certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(each.value) for each in names} == {*NAMES, "192.0.2.7"}


@pytest.mark.parametrize("name", ["ca.pem", "ca-key.pem", "server.pem"])
def test_a_file_that_cannot_be_read_is_named_and_never_replaced_in_silence(files: TlsFiles, tmp_path: Path, name: str):
    (tmp_path / "tls" / name).write_text("nonsense")
    with pytest.raises(RefusedToStart, match="no readable certificates"):
        tls_files(tmp_path / "tls")
    assert (tmp_path / "tls" / name).read_text() == "nonsense"
