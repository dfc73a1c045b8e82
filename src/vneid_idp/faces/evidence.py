"""Capture evidence: what a carrier's device says of the face in front of it, as a JWS by the key that is registered for
that device. Pure: read, then checked, each refusal with a sentence of its own.

`typ` is `capture-evidence+jwt`. Every member is needed, and no other is taken:

- `aud`: the issuer of this provider; `iat`: when the face was taken; `jti`: what counts once; `device`: its id here
- `id_number_digest`: base64url SHA-256 of `jti`, a full stop and the personal ID number that the face is shown for, so
  that evidence for one person is evidence for no other
- `liveness`: `method`, `standard`, `passed`, `score`, of the presentation attack detection (ISO/IEC 30107-3)
- `matcher`: the model of the template, or the matcher of the carrier's own
- `template`, a JWE to this provider's published key (`faces/templates.py`): the face is compared in the national
  database; or `image_digest`, `score` and `threshold`: the carrier compared it with a template of its own
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
from typing import Any

from vneid_idp.faces.port import FaceOutcome, FaceResult
from vneid_idp.kernel.clock import MINUTE, SECOND, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import digest, same
from vneid_idp.protocol import jose
from vneid_idp.protocol.jose import BadToken, PublicKey, Unverified
from vneid_idp.protocol.times import CLOCK_SKEW

TYP = "capture-evidence+jwt"
FRESH_FOR: Instant = 10 * MINUTE
"""How old evidence may be: the person stands there, and was not there this morning."""
STANDARDS = ("ISO/IEC 30107-3", "NIST SP 800-63B", "FIDO Biometric Requirements")
"""By which presentation attacks may be told (Circular 08/2026/TT-BKHCN Art. 8.2)."""
METHODS = ("active", "passive")

_ALWAYS = frozenset({"aud", "iat", "jti", "device", "id_number_digest", "liveness", "matcher"})
_NATIONAL = _ALWAYS | {"template"}
_OWN = _ALWAYS | {"image_digest", "score", "threshold"}
_LIVENESS = frozenset({"method", "standard", "passed", "score"})
_LONGEST_NAME = 128
_DIGEST_LENGTH = 43
"""Characters of a SHA-256 in base64url."""


class InvalidEvidence(DomainError):
    """The evidence is none, or none of this person, this device, this moment."""

    code = "invalid_evidence"
    status = 422
    title = "The capture evidence is not taken. Let the device take the face anew, and send what it signs then."


class EvidenceOfAnother(InvalidEvidence):
    """The evidence was made for another ID number. Who was not told the number learns something by it."""


class MatcherNotEvaluated(DomainError):
    """The carrier compares faces by itself, and no evaluation that passed is on file for how it does."""

    code = "matcher_not_evaluated"
    status = 403
    title = "No passing evaluation is on file for this matcher of yours. Take the national route until one is."


class FaceRoute(StrEnum):
    """With what a face is compared (Circular 08/2026/TT-BKHCN Art. 8)."""

    NATIONAL = "national"
    OWN_TEMPLATE = "own_template"


@dataclass(frozen=True, slots=True)
class Liveness:
    """What the device's presentation attack detection said."""

    method: str
    standard: str
    passed: bool
    score: float


@dataclass(frozen=True, slots=True)
class SealedTemplate:
    """A template that only this provider can open."""

    model: str
    sealed: str = field(repr=False)
    """A compact JWE (RFC 7516 §3.1)."""


@dataclass(frozen=True, slots=True)
class OwnComparison:
    """What the carrier's own matcher said, and of which image."""

    matcher: str
    image_digest: str
    score: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence as its text says; believed once `check_evidence` has passed."""

    token: Unverified = field(repr=False)
    device_id: str
    jti: str
    taken_at: Instant
    id_number_digest: str = field(repr=False)
    liveness: Liveness
    capture: SealedTemplate | OwnComparison

    @property
    def route(self) -> FaceRoute:
        """With what the face is to be compared."""
        return FaceRoute.NATIONAL if isinstance(self.capture, SealedTemplate) else FaceRoute.OWN_TEMPLATE


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """The key of a registered device, and the one algorithm that it signs with."""

    key: PublicKey
    alg: str


@dataclass(frozen=True, slots=True)
class EvaluationOnFile:
    """The evaluation on file of a carrier's own matcher: from which score on it errs as seldom as the law asks."""

    evaluation_id: str
    threshold: float


def id_number_digest(jti: str, id_number: str) -> str:
    """For whom evidence is. Who has the evidence and can guess the number can test the guess: so it is shown to the
    client that knows the number, and stored nowhere."""
    return digest(f"{jti}.{id_number}")


def read_evidence(text: str) -> Evidence:
    """The evidence of a text, and of its members each one in its form. Raises `InvalidEvidence`."""
    try:
        token = jose.read_unverified(text)
    except BadToken as error:
        raise InvalidEvidence(f"The evidence {error}.") from None
    if token.header.get("typ") != TYP:
        raise InvalidEvidence(f"The evidence is of another typ than {TYP}.")
    claims = token.claims
    wanted = _NATIONAL if "template" in claims else _OWN
    _check_members(claims, wanted, "The evidence")
    return Evidence(
        token=token,
        device_id=_text(claims, "device"),
        jti=_text(claims, "jti"),
        taken_at=_instant(claims),
        id_number_digest=_digest(claims, "id_number_digest"),
        liveness=_liveness(claims["liveness"]),
        capture=_capture(claims),
    )


def check_evidence(evidence: Evidence, device: DeviceKey | None, issuer: str, id_number: str, now: Instant) -> None:
    """The evidence is that of this device of the client, fresh, for this provider and this person, of somebody alive.

    `device` is that of the client by the id in the evidence, if it has one. Whether it was used before is asked in the
    unit that uses it. Raises `InvalidEvidence`.
    """
    if device is None:
        raise InvalidEvidence("The evidence names a device that is not registered for this client.")
    try:
        jose.check_signature(evidence.token, (device.key,), device.alg)
    except BadToken as error:
        raise InvalidEvidence(f"The evidence {error}.") from None
    if evidence.token.claims["aud"] != issuer:
        raise InvalidEvidence("The evidence must have the issuer as its only aud, as a string.")
    if evidence.taken_at > now + CLOCK_SKEW:
        raise InvalidEvidence("The evidence has an iat in the future; compare the clocks.")
    if evidence.taken_at < now - FRESH_FOR:
        raise InvalidEvidence(f"The evidence is older than {FRESH_FOR // MINUTE} minutes.")
    if not same(evidence.id_number_digest, id_number_digest(evidence.jti, id_number)):
        raise EvidenceOfAnother("The evidence is for another person.")
    if not evidence.liveness.passed:
        raise InvalidEvidence("The evidence says that no living face was in front of the device.")


def judge_own(comparison: OwnComparison, evaluation: EvaluationOnFile | None) -> FaceResult:
    """What the carrier's own comparison comes to, at the threshold that it says, which may be stricter than that of its
    evaluation. Raises `MatcherNotEvaluated` without one, and `InvalidEvidence` below it."""
    if evaluation is None:
        raise MatcherNotEvaluated
    if comparison.threshold < evaluation.threshold:
        raise InvalidEvidence("The evidence has a threshold below that of the evaluation on file.")
    outcome = FaceOutcome.MATCH if comparison.score >= comparison.threshold else FaceOutcome.MISMATCH
    return FaceResult(outcome, comparison.matcher, evaluation.evaluation_id, comparison.threshold, comparison.score)


def _check_members(found: Mapping[str, Any], wanted: frozenset[str], what: str) -> None:
    if missing := sorted(wanted - found.keys()):
        raise InvalidEvidence(f"{what} has no {missing[0]}.")
    if found.keys() - wanted:
        raise InvalidEvidence(f"{what} has members beside {', '.join(sorted(wanted))}.")


def _capture(claims: Mapping[str, Any]) -> SealedTemplate | OwnComparison:
    matcher = _text(claims, "matcher")
    if "template" in claims:
        if not isinstance(claims["template"], str):
            raise InvalidEvidence("The evidence has a template that is no compact JWE.")
        return SealedTemplate(matcher, claims["template"])
    return OwnComparison(
        matcher, _digest(claims, "image_digest"), _number(claims, "score"), _number(claims, "threshold")
    )


def _liveness(value: object) -> Liveness:
    if not isinstance(value, dict):
        raise InvalidEvidence("The evidence has a liveness that is not an object.")
    _check_members(value, _LIVENESS, "The liveness of the evidence")
    if value["method"] not in METHODS:
        raise InvalidEvidence(f"The evidence has a liveness whose method is none of {', '.join(METHODS)}.")
    if value["standard"] not in STANDARDS:
        raise InvalidEvidence(f"The evidence has a liveness whose standard is none of {', '.join(STANDARDS)}.")
    if not isinstance(value["passed"], bool):
        raise InvalidEvidence("The evidence has a liveness whose passed is neither true nor false.")
    return Liveness(value["method"], value["standard"], value["passed"], _number(value, "score"))


def _instant(claims: Mapping[str, Any]) -> Instant:
    seconds = _number(claims, "iat")
    if not 0 <= seconds < 2**40:
        raise InvalidEvidence("The evidence has an iat that is not a number of seconds.")
    return int(seconds * SECOND)


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims[name]
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_NAME or not value.isprintable():
        raise InvalidEvidence(f"The evidence has a {name} that is no text of at most {_LONGEST_NAME} characters.")
    return value


def _digest(claims: Mapping[str, Any], name: str) -> str:
    value = claims[name]
    if not isinstance(value, str) or len(value) != _DIGEST_LENGTH or not value.isascii():
        raise InvalidEvidence(f"The evidence has an {name} that is no SHA-256 in base64url.")
    return value


def _number(claims: Mapping[str, Any], name: str) -> float:
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise InvalidEvidence(f"The evidence has a {name} that is no number.")
    return float(value)
