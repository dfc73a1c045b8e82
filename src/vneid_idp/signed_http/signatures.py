"""Signed requests and answers: RFC 9421 HTTP Message Signatures over RFC 9530 digests of the content.

A request's signature covers method, address and body; an answer's covers status, body, and the signature of the request
that it answers. So nobody between the two changes a question or an answer, gives the answer to another question, or
plays an old one again: each side takes signatures of the last minute only.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, InvalidSignature
from http_message_signatures.algorithms import ECDSA_P256_SHA256
from http_message_signatures.exceptions import HTTPMessageSignaturesException
from http_message_signatures.resolvers import MappingKeyResolver

from vneid_idp.kernel.clock import SECOND, Clock, Instant
from vneid_idp.kernel.secrets import new_secret

GOOD_FOR: Instant = 60 * SECOND
"""How old a signature may be, and how far in the future, where clocks differ."""
_REQUEST = ("@method", "@target-uri", "content-digest")
_HEADERS = ("signature-input", "signature", "content-digest")


class NotSigned(Exception):
    """The message is not signed by whom it should come from, or the signature is too old."""


@dataclass
class RequestMessage:
    """A request as both sides see it: `url` is the whole, public address."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Answer:
    """An answer, and the request that it answers."""

    status_code: int
    request: RequestMessage
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnKey:
    """The key that one side signs with, and the name by which the other knows it."""

    key_id: str
    private: EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class TheirKey:
    """The key that the other side signs with."""

    key_id: str
    public: EllipticCurvePublicKey


class _Verifier(HTTPMessageVerifier):
    """The library's verifier, by the program's clock."""

    def __init__(self, theirs: Mapping[str, EllipticCurvePublicKey], now: Instant) -> None:
        self._now = now
        keys = MappingKeyResolver(public_keys=theirs, private_keys={})
        super().__init__(signature_algorithm=ECDSA_P256_SHA256, key_resolver=keys)

    def validate_created_and_expires(self, sig_input: Any, max_age: timedelta | None = None) -> None:
        """See `HTTPMessageVerifier`."""
        created = sig_input.params.get("created")
        if type(created) is not int or abs(self._now - created * SECOND) > GOOD_FOR:
            raise InvalidSignature("The signature is too old, or of a time to come.")


class Signatures:
    """Signs as one side and checks as the other. One a process.

    `label` names what is asked, `registry` or `face_matcher`: label and tag of every signature, so that one that was
    made for the one service is none for the other. The other side may have two keys while it goes from one to the next:
    `keyid` says which of them made a signature.
    """

    def __init__(self, label: str, own: OwnKey, theirs: Collection[TheirKey], clock: Clock) -> None:
        self._label = label
        self._answer = ("@status", "content-digest", f'"signature";req;key="{label}"')
        self._own = own
        self._theirs = {key.key_id: key.public for key in theirs}
        self._clock = clock
        keys = MappingKeyResolver(public_keys={}, private_keys={own.key_id: own.private})
        self._signer = HTTPMessageSigner(signature_algorithm=ECDSA_P256_SHA256, key_resolver=keys)

    def sign_request(self, message: RequestMessage, body: bytes) -> None:
        """Add digest and signature to the headers of a request."""
        self._sign(message, body, _REQUEST)

    def sign_answer(self, answer: Answer, body: bytes) -> None:
        """Add digest and signature to the headers of an answer."""
        self._sign(answer, body, self._answer)

    def check_request(self, message: RequestMessage, body: bytes) -> None:
        """Require that the other side made this request, just now. Raises `NotSigned`."""
        self._check(message, body, _REQUEST)

    def check_answer(self, answer: Answer, body: bytes) -> None:
        """Require that the other side gave this answer to this request. Raises `NotSigned`."""
        self._check(answer, body, self._answer)

    def _sign(self, message: RequestMessage | Answer, body: bytes, covered: tuple[str, ...]) -> None:
        self._signer.sign(
            message,
            key_id=self._own.key_id,
            created=datetime.fromtimestamp(self._clock.now() / SECOND, UTC),
            nonce=new_secret(16),
            label=self._label,
            tag=self._label,
            covered_component_ids=covered,
            body=body,
        )

    def _check(self, message: RequestMessage | Answer, body: bytes, covered: tuple[str, ...]) -> None:
        try:
            _Verifier(self._theirs, self._clock.now()).verify(
                message, expect_tag=self._label, require_components=covered, body=body
            )
        except HTTPMessageSignaturesException as error:
            raise NotSigned(str(error)) from error


def signature_headers(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Those of a message's headers that a signature of ours is made of or covers; the names in lower case."""
    return {name.lower(): value for name, value in headers if name.lower() in _HEADERS}
