"""The sandbox's own certificate authority: it vouches for this machine's name, and for whoever asks.

Made at the first start, in the state folder, and worth nothing anywhere else. Its own certificate and the machine's are
made anew at a start shortly before they end; the key stays, so what it has issued stays good.
"""

import os
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from vneid_idp.kernel.clock import SystemClock, to_datetime

_Key = RSAPrivateKey | EllipticCurvePrivateKey
_LIFE = timedelta(days=825)
_LEFT = timedelta(days=30)
"""How long a certificate is to be good yet when the sandbox starts."""
_NAME = x509.Name.from_rfc4514_string("CN=vneid-idp sandbox authority")
_LOCAL = (x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1")), x509.IPAddress(ip_address("::1")))


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and its key, as PEM."""

    certificate: str
    private_key: str


class Authority:
    """The authority of one state folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "authority.pem"
        self.server = folder / "server.pem"
        self._key_path = folder / "authority.key"
        if not self._key_path.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # RSA, since some clients of financial grade know ECDHE-RSA alone.
            self._key = generate_private_key(65_537, 2048)
            self._certify()
            _write_secret(self._key_path, _pem(self._key))  # last: with it the authority is there
        self._key = _private_key(self._key_path)
        if any(map(_ends_soon, (self.path, self.server))):
            self._certify()
        self._certificate = x509.load_pem_x509_certificate(self.path.read_bytes())

    @property
    def pem(self) -> str:
        """What trusts it."""
        return self.path.read_text()

    def issue(self, subject: str) -> Issued:
        """A certificate of a client with a distinguished name in the form of RFC 4514, and a new key. Raises
        `ValueError` for a name that is none."""
        # Of an elliptic curve: to find one for RSA would keep everybody else waiting.
        key = generate_ec_key(SECP256R1())
        return self._issue(x509.Name.from_rfc4514_string(subject), key, ExtendedKeyUsageOID.CLIENT_AUTH, ())

    def _certify(self) -> None:
        builder = _builder(_NAME, _NAME, self._key)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_SIGNS, critical=True)
        identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        self._certificate = builder.add_extension(identifier, critical=False).sign(self._key, SHA256())
        name, key = x509.Name.from_rfc4514_string("CN=localhost"), generate_private_key(65_537, 2048)
        server = self._issue(name, key, ExtendedKeyUsageOID.SERVER_AUTH, _LOCAL)
        self.path.write_bytes(self._certificate.public_bytes(Encoding.PEM))
        _write_secret(self.server, server.private_key + server.certificate)

    def _issue(
        self, subject: x509.Name, key: _Key, use: x509.ObjectIdentifier, names: tuple[x509.GeneralName, ...]
    ) -> Issued:
        builder = _builder(subject, self._certificate.subject, key)
        builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(identifier, critical=False)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        certificate = builder.sign(self._key, SHA256())
        return Issued(certificate.public_bytes(Encoding.PEM).decode(), _pem(key))


_SIGNS = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _ends_soon(path: Path) -> bool:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return certificate.not_valid_after_utc < to_datetime(SystemClock().now()) + _LEFT


def _builder(subject: x509.Name, issuer: x509.Name, key: _Key) -> x509.CertificateBuilder:
    # Of the machine's clock, as whoever looks at it goes by; the sandbox's own clock may be turned.
    begins = to_datetime(SystemClock().now()) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + _LIFE)
    )


def _pem(key: _Key) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _private_key(path: Path) -> RSAPrivateKey:
    key = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def _write_secret(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
