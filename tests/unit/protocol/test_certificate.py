"""Client certificates as values (RFC 8705 §2): whose a certificate is, and who vouches for it."""

from base64 import b64encode
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.support.certificates import CARRIER, NAMES, Authority, self_signed
from tests.support.registration import read
from tests.support.watch import MORNING
from vneid_idp.kernel.clock import to_datetime
from vneid_idp.protocol.certificate import (
    BadCertificate,
    Presented,
    check_issued,
    check_self_signed,
    check_subject,
    read_der,
)
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.protocol.jose import read_key

AUTHORITY = Authority()
ISSUED = Presented(AUTHORITY.issue(CARRIER, *NAMES)[0])
PLAIN = Presented(AUTHORITY.issue()[0])
NOW = to_datetime(MORNING)


@pytest.mark.parametrize(
    ("member", "name", "other"),
    [
        ("subject_dn", CARRIER, "CN=Back end,O=Another,C=VN"),
        ("subject_dn", "C=VN,O=Carrier,CN=Back end", None),
        ("san_dns", "api.carrier.example", "carrier.example"),
        ("san_uri", "urn:carrier:back-end", "urn:carrier"),
        ("san_ip", "192.0.2.7", "192.0.2.8"),
        ("san_email", "ops@carrier.example", "carrier.example"),
    ],
)
def test_a_certificate_is_its_clients_by_one_name(member: str, name: str, other: str | None) -> None:
    if other is None:
        with pytest.raises(BadCertificate):  # another order is another name (RFC 4514 §2.1)
            check_subject(ISSUED, (f"tls_client_auth_{member}", name))
        return
    check_subject(ISSUED, (f"tls_client_auth_{member}", name))
    with pytest.raises(BadCertificate):
        check_subject(ISSUED, (f"tls_client_auth_{member}", other))
    if member != "subject_dn":
        with pytest.raises(BadCertificate):
            check_subject(PLAIN, (f"tls_client_auth_{member}", name))


def test_who_registered_no_name_is_nobody() -> None:
    with pytest.raises(BadCertificate):
        check_subject(ISSUED, None)


def test_a_trusted_authority_has_issued_it_and_it_is_good_now() -> None:
    for certificate in (ISSUED, PLAIN):
        check_issued(certificate, AUTHORITY.store, NOW)
    for certificate, store, when in (
        (ISSUED, Authority().store, NOW),
        (ISSUED, None, NOW),
        (ISSUED, AUTHORITY.store, NOW + timedelta(days=30)),
        (ISSUED, AUTHORITY.store, NOW - timedelta(days=2)),
        (Presented(self_signed()[0]), AUTHORITY.store, NOW),
        (Presented(AUTHORITY.issue(server=True)[0]), AUTHORITY.store, NOW),
        (Presented(ISSUED.certificate, (Authority().certificate,)), Authority().store, NOW),
    ):
        with pytest.raises(BadCertificate):
            check_issued(certificate, store, when)


def test_a_self_signed_one_is_among_those_that_were_registered() -> None:
    own, other = (Presented(self_signed()[0]) for _ in range(2))
    check_self_signed(own, [other.der, own.der])
    for registered in ([], [other.der]):
        with pytest.raises(BadCertificate):
            check_self_signed(own, registered)


def test_a_token_is_bound_to_the_digest_of_the_certificate() -> None:
    found = read_der(ISSUED.der)
    assert found.confirmation == ISSUED.confirmation
    assert found.confirmation.method == "x5t#S256"
    assert len(found.confirmation.thumbprint) == 43
    assert PLAIN.confirmation != ISSUED.confirmation
    for junk in (b"", b"junk", ISSUED.der[:-1]):
        with pytest.raises(BadCertificate):
            read_der(junk)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a003020102", "a003020105"),  # X.509 in a sixth version
        ("551d23", "551d25"),  # the same extension twice
        ("8213", "a313"),  # a name of X.400
        ("8213", "a513"),  # a name of EDI
    ],
)
def test_what_is_odd_in_a_certificate_is_refused_and_no_fault_of_ours(old: str, new: str) -> None:
    odd = bytes.fromhex(ISSUED.der.hex().replace(old, new))
    assert odd != ISSUED.der
    with pytest.raises(BadCertificate):
        check_subject(read_der(odd), ("tls_client_auth_san_dns", "api.carrier.example"))
    with pytest.raises(BadCertificate):
        check_issued(read_der(odd), AUTHORITY.store, NOW)


def test_a_subject_that_cannot_be_read_was_issued_by_nobody() -> None:
    named_alike = Presented(self_signed("CN=Authority")[0])
    before, _, after = named_alike.der.hex().rpartition("5504030c")
    odd = bytes.fromhex(f"{before}55040330{after}")  # the subject's common name is a sequence, the issuer is ours
    with pytest.raises(BadCertificate):
        check_issued(read_der(odd), AUTHORITY.store, NOW)


@pytest.mark.parametrize("kind", ["30", "03"])
def test_and_is_nobodys(kind: str) -> None:
    before, _, after = self_signed("CN=\\00a")[0].public_bytes(Encoding.DER).hex().rpartition("5504030c")
    odd = read_der(bytes.fromhex(f"{before}550403{kind}{after}"))  # a sequence, a string of bits
    with pytest.raises(BadCertificate):
        check_subject(odd, ("tls_client_auth_subject_dn", CARRIER))


@pytest.mark.parametrize("x5c", ["x", [], [7], ["not base64!"], [["x"]], {}, None, [""], ["QUJD"]])
def test_a_key_without_a_readable_certificate_has_none(x5c: object) -> None:
    jwk = {"kty": "EC", "crv": "P-256", **_coordinates()}
    with pytest.raises(InvalidClientMetadata, match="x5c"):
        read(jwks={"keys": [jwk | {"x5c": x5c}]})
    if x5c == ["QUJD"]:  # readable as bytes, so it stands in rows that were written before
        return
    key = read_key(jwk | {"x5c": x5c})
    assert key is not None
    assert key.certificates == ()
    key = read_key(jwk | {"x5c": [b64encode(ISSUED.der).decode()]})
    assert key is not None
    assert key.certificates == (ISSUED.certificate.public_bytes(Encoding.DER),)


def _coordinates() -> dict[str, str]:
    from tests.support.carrier import SIGNING, public

    return {name: str(public(SIGNING)[name]) for name in ("x", "y")}
