"""Certificates of clients: an authority, what it issues, and what somebody signs alone."""

from base64 import b64encode
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Store
from joserfc.jwk import ECKey

from tests.support.watch import MORNING
from vneid_idp.kernel.clock import Instant, to_datetime

NAMES: tuple[x509.GeneralName, ...] = (
    x509.DNSName("api.carrier.example"),
    x509.UniformResourceIdentifier("urn:carrier:back-end"),
    x509.IPAddress(ip_address("192.0.2.7")),
    x509.RFC822Name("ops@carrier.example"),
)
CARRIER = "CN=Back end,O=Carrier,C=VN"


class Authority:
    """Somebody who issues certificates, all of them good `at` one moment."""

    def __init__(self, name: str = "CN=Authority", at: Instant = MORNING) -> None:
        self.at = at
        self.key = generate_private_key(SECP256R1())
        self.name = x509.Name.from_rfc4514_string(name)
        usage = x509.KeyUsage(
            digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
            key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
        )  # fmt: skip
        builder = _builder(self.name, self.name, self.key, days=400, at=at)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        builder = builder.add_extension(usage, critical=True)
        identifier = x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        builder = builder.add_extension(identifier, critical=False)
        self.certificate = builder.sign(self.key, SHA256())

    @property
    def store(self) -> Store:
        """What trusts it."""
        return Store([self.certificate])

    def issue(
        self, name: str = CARRIER, *names: x509.GeneralName, days: int = 30, server: bool = False
    ) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
        """A certificate of a client, and its key."""
        key = generate_private_key(SECP256R1())
        builder = _builder(x509.Name.from_rfc4514_string(name), self.name, key, days=days, at=self.at)
        use = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
        builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        builder = builder.add_extension(issuer, critical=False)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, SHA256()), key


def self_signed(name: str = CARRIER, at: Instant = MORNING) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    """A certificate that nobody vouches for, good `at` this moment, and its key."""
    key, subject = generate_private_key(SECP256R1()), x509.Name.from_rfc4514_string(name)
    return _builder(subject, subject, key, days=30, at=at).sign(key, SHA256()), key


def jwk_of(certificate: x509.Certificate, key: EllipticCurvePrivateKey) -> dict[str, Any]:
    """The public key with its certificate beside it, as a client registers it (RFC 8705 §2.2)."""
    jwk = dict(ECKey.import_key(key).as_dict(private=False))
    return jwk | {"x5c": [b64encode(certificate.public_bytes(Encoding.DER)).decode()]}


def pem_of(certificate: x509.Certificate, key: EllipticCurvePrivateKey) -> str:
    """Both, as programs read them from one file."""
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (certificate.public_bytes(Encoding.PEM) + secret).decode()


def header(*certificates: x509.Certificate) -> dict[str, str]:
    """What a proxy tells of it (RFC 9440 §2)."""
    first, *others = (f":{b64encode(each.public_bytes(Encoding.DER)).decode()}:" for each in certificates)
    return {"Client-Cert": first} | ({"Client-Cert-Chain": ", ".join(others)} if others else {})


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, *, days: int, at: Instant = MORNING
) -> x509.CertificateBuilder:
    begins = to_datetime(at) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
    )
