"""A private certificate authority and the certificate of the https listener, in ``DIR/tls``.

Imported with ``--tls`` only: the cryptography behind it takes a tenth of a start's time. Validity goes by the machine's
clock, never by the lab's: clients look at theirs.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ..clock import SystemClock
from ..errors import RefusedToStart
from ..replacing import replacing

NAMES = ("localhost", "127.0.0.1", "::1", "*.service-now.com")
AUTHORITY_DAYS = 3650
SERVER_DAYS = 397
"""The longest that browsers accept."""

RENEWED_BEFORE = timedelta(days=30)
COMMON_NAME = "ticketlab, a private authority of this machine"

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class TlsFiles:
    """``authority`` is what clients are told to trust."""

    authority: Path
    certificate: Path
    key: Path


def tls_files(folder: Path, host: str = "127.0.0.1") -> TlsFiles:
    """The files of the https listener on ``host``: made at the first start, renewed before they expire.

    Raises RefusedToStart for a folder that cannot be written and for files that cannot be read.
    """
    files = TlsFiles(folder / "ca.pem", folder / "server.pem", folder / "server-key.pem")
    now = SystemClock().now()
    names = (*NAMES, host) if host not in {*NAMES, "", "0.0.0.0", "::"} else NAMES  # noqa: S104 - never bound here
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        authority, authority_key, is_new = _authority(folder, now)
        if is_new or not _is_good(files, authority, names, now):
            _make_server(files, authority, authority_key, names, now)
    except OSError as error:
        raise RefusedToStart(f"The folder {folder} cannot be used", error.strerror or str(error)) from error
    except ValueError as error:
        detail = f"{error} Remove it, and a new authority is made, which clients will have to trust."
        raise RefusedToStart(f"The folder {folder} holds no readable certificates", detail) from error
    return files


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, Key, bool]:
    """The authority, and whether it has just been made."""
    certificate_file, key_file = folder / "ca.pem", folder / "ca-key.pem"
    if certificate_file.exists() and key_file.exists():
        certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        key = _read_key(key_file)
        if certificate.not_valid_after_utc - now > RENEWED_BEFORE and certificate.public_key() == key.public_key():
            return certificate, key, False
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, COMMON_NAME)])
    certificate = (
        _builder(name, name, key, now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(key_file, _private_bytes(key))
    _write(certificate_file, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)
    return certificate, key, True


def _make_server(
    files: TlsFiles, authority: x509.Certificate, authority_key: Key, names: Sequence[str], now: datetime
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ticketlab")])
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    certificate = (
        _builder(subject, authority.subject, key, now, SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    _write(files.key, _private_bytes(key))
    _write(files.certificate, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)


def _builder(subject: x509.Name, issuer: x509.Name, key: Key, now: datetime, days: int) -> x509.CertificateBuilder:
    """What both kinds of certificate have. Valid since yesterday, for clients whose clock is behind."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now - timedelta(days=1) + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _is_good(files: TlsFiles, authority: x509.Certificate, names: Sequence[str], now: datetime) -> bool:
    """Whether the listener's certificate is there, of this authority, for all these names, and valid for a while."""
    if not (files.certificate.exists() and files.key.exists()):
        return False
    certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    try:
        certificate.verify_directly_issued_by(authority)
    except Exception:  # noqa: BLE001 - cryptography names several, and each means that it is not
        return False
    return (
        certificate.not_valid_after_utc - now > RENEWED_BEFORE
        and {_alternative(name) for name in names} <= set(alternatives)
        and certificate.public_key() == _read_key(files.key).public_key()
    )


def _alternative(name: str) -> x509.GeneralName:
    with suppress(ValueError):
        return x509.IPAddress(ip_address(name))
    return x509.DNSName(name)


def _private_bytes(key: Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _read_key(path: Path) -> Key:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path} holds a key of the wrong kind.")  # noqa: TRY004 - the file's content is wrong
    return key


def _write(path: Path, content: bytes, mode: int = 0o600) -> None:
    with replacing(path, mode) as unfinished:
        unfinished.write_bytes(content)
