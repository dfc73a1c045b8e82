"""Client certificates: whose they are, and what a token that is bound to one says of it (RFC 8705).

Pure. A certificate is that of the connection, whose other end has proven its key; how it comes here, says
`web/certificate.py`.
"""

import binascii
import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from vneid_idp.kernel.secrets import base64url
from vneid_idp.protocol.authorisation import Confirmation

CERTIFICATE_METHODS = ("tls_client_auth", "self_signed_tls_client_auth")
"""How a client authenticates by its connection (RFC 8705 §2)."""


_UNREADABLE = (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)
"""What reading somebody's certificate, or the names in it, raises: some of it is no `ValueError`."""


class BadCertificate(ValueError):
    """The certificate cannot be read, or is not what the client registered; the message says why."""


@dataclass(frozen=True, slots=True)
class Presented:
    """The certificate of a connection, and those that it sent along to show who issued it."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def confirmation(self) -> Confirmation:
        """What a token is bound to (RFC 8705 §3.1)."""
        return Confirmation("x5t#S256", base64url(sha256(self.der).digest()))

    @property
    def subject(self) -> str | None:
        """Its name as clients register it (RFC 4514), or nothing where it cannot be read."""
        try:
            return self.certificate.subject.rfc4514_string()
        except _UNREADABLE:
            return None

    @property
    def der(self) -> bytes:
        """The certificate as it is signed."""
        return self.certificate.public_bytes(Encoding.DER)


def _alternatives(presented: Presented, kind: Any) -> list[object]:
    try:
        names = presented.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, *_UNREADABLE):
        return []
    return list(names.get_values_for_type(kind))


def _has_subject(presented: Presented, name: str) -> bool:
    try:
        return presented.certificate.subject == x509.Name.from_rfc4514_string(name)
    except _UNREADABLE:
        return False


SUBJECTS: Mapping[str, Callable[[Presented, str], bool]] = {
    "tls_client_auth_subject_dn": _has_subject,
    "tls_client_auth_san_dns": lambda presented, name: name in _alternatives(presented, x509.DNSName),
    "tls_client_auth_san_uri": lambda presented, name: name in _alternatives(presented, x509.UniformResourceIdentifier),
    "tls_client_auth_san_ip": lambda presented, name: (
        ipaddress.ip_address(name) in _alternatives(presented, x509.IPAddress)
    ),
    "tls_client_auth_san_email": lambda presented, name: name in _alternatives(presented, x509.RFC822Name),
}
"""By which one of its names a certificate is its client's, and how that is told (RFC 8705 §2.1.2)."""


def read_der(der: bytes, chain: Sequence[bytes] = ()) -> Presented:
    """Read certificates as they travel. Raises `BadCertificate`."""
    try:
        return Presented(x509.load_der_x509_certificate(der), tuple(map(x509.load_der_x509_certificate, chain)))
    except _UNREADABLE:
        raise BadCertificate("cannot be read") from None


def read_x5c(chain: object) -> Presented:
    """Read what somebody wrote beside a key (`x5c`, RFC 7517 §4.7). Raises `BadCertificate`."""
    if not isinstance(chain, list) or not chain or not all(isinstance(each, str) for each in chain):
        raise BadCertificate("is not a list of certificates in base64")
    try:
        first, *others = (binascii.a2b_base64(each, strict_mode=True) for each in chain)
    except ValueError:
        raise BadCertificate("is not base64") from None
    return read_der(first, others)


def check_self_signed(presented: Presented, registered: Sequence[bytes]) -> None:
    """Require that it is one of those that the client registered in its keys (`x5c`, RFC 8705 §2.2). Raises
    `BadCertificate`. Nobody vouches for it, and its dates say nothing."""
    if presented.der not in registered:
        raise BadCertificate("is none of those in the x5c of the client's registered keys (RFC 8705 section 2.2)")


def check_subject(presented: Presented, registered: tuple[str, str] | None) -> None:
    """Require that it has the one name that the client registered, as which member. Raises `BadCertificate`."""
    member, name = registered or ("", "")
    if member not in SUBJECTS or not SUBJECTS[member](presented, name):
        raise BadCertificate(f"has not the {member or 'name'} that the client registered")


def check_issued(presented: Presented, authorities: Store | None, now: datetime) -> None:
    """Require that one of these authorities has issued it, and that it is good now. Raises `BadCertificate`."""
    if authorities is None:
        raise BadCertificate("is of an authority that this provider does not know: none is set")
    # Certificates of clients often name nobody but their subject; the rest is as for servers (RFC 5280 §6).
    policy = ExtensionPolicy.webpki_defaults_ee().may_be_present(
        x509.SubjectAlternativeName, Criticality.AGNOSTIC, None
    )
    builder = PolicyBuilder().store(authorities).time(now)
    builder = builder.extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=policy)
    try:
        builder.build_client_verifier().verify(presented.certificate, list(presented.chain))
    except (VerificationError, *_UNREADABLE):  # what it reads on the way, of a name for instance, fails as reading does
        raise BadCertificate("was not issued by an authority that this provider trusts, or is not good now") from None
