"""The lab's own certificate authority: every machine trusts it; servers get certificates from it, good and bad."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import threading
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

AUTHORITY = "/etc/ssl/lab/ca.pem"
_making = threading.Lock()
DAY = datetime.timedelta(days=1)


class Holder(Protocol):
    """What this file needs of a machine."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def home(self) -> Path:
        """The directory of its lab."""

    @property
    def address(self) -> str:
        """Its address."""

    def write(self, path: str, text: str, *, owner: str = "root", mode: int = 0o644) -> None:
        """Write a file on it."""


def trust(machine: Holder) -> None:
    """Put the authority's certificate on a machine."""
    machine.write(AUTHORITY, authority(machine.home)[0].public_bytes(serialization.Encoding.PEM).decode())


def context(home: Path) -> ssl.SSLContext:
    """Return what a client needs to believe the lab's certificates, and only those."""
    certificate = authority(home)[0].public_bytes(serialization.Encoding.PEM).decode()
    return ssl.create_default_context(cadata=certificate)


def issue(
    machine: Holder, file: str, *names: str, owner: str = "root", days: float = 90, age: float = 1
) -> tuple[str, str]:
    """Write a certificate and its key to a machine, and return both paths.

    It is for the machine's name and address and for ``names``, was valid from ``age`` days ago, and is for ``days``
    more (which may be negative). ``file`` is the stem of both paths.
    """
    signer, signing_key = authority(machine.home)
    key = ec.generate_private_key(ec.SECP256R1())
    wanted = names or (machine.name,)
    alternatives = [x509.DNSName(name) for name in wanted]
    addresses = [] if names and names[0].endswith(".invalid") else [machine.address, "127.0.0.1"]
    certificate = (
        _draft(wanted[0], signer.subject, key.public_key(), days, age)
        .add_extension(
            x509.SubjectAlternativeName(
                [*alternatives, *(x509.IPAddress(ipaddress.ip_address(one)) for one in dict.fromkeys(addresses))]
            ),
            critical=False,
        )
        .sign(signing_key, hashes.SHA256())
    )
    paths = f"/etc/ssl/lab/{file}.crt", f"/etc/ssl/lab/{file}.key"
    machine.write(paths[0], certificate.public_bytes(serialization.Encoding.PEM).decode())
    machine.write(paths[1], _private(key), owner=owner, mode=0o640)
    return paths


def authority(home: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The authority of the lab at ``home``: its certificate and key; made at the first call."""
    file = home / "ca.pem"
    with _making:
        if not file.exists():
            _make_authority(file)
    text = file.read_bytes()
    key_read = serialization.load_pem_private_key(text, None)
    if not isinstance(key_read, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{file} holds a key of another kind")
    return x509.load_pem_x509_certificate(text), key_read


def _make_authority(file: Path) -> None:
    """Make the authority, and keep its key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lab authority")])
    made = (
        _draft("Lab authority", subject, key.public_key(), 3650, 1)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    partial = file.with_suffix(".new")
    partial.write_text(_private(key) + made.public_bytes(serialization.Encoding.PEM).decode(), encoding="ascii")
    partial.rename(file)


def _draft(
    name: str, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: float, age: float
) -> x509.CertificateBuilder:
    """A certificate before its extensions and signature."""
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - age * DAY)
        .not_valid_after(now + days * DAY)
    )


def _private(key: ec.EllipticCurvePrivateKey) -> str:
    """A private key as unencrypted PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
