"""Capture evidence: from what is taken, one condition is broken at a time, and each has a sentence of its own."""

from dataclasses import replace
from typing import Any

import pytest
from joserfc.jwk import OKPKey

from tests.support.faces import DEVICE_ID, ID_NUMBER, ISSUER, LIVENESS, OTHER_KEY, OWN, claims, device_key, signed
from tests.support.watch import MORNING
from vneid_idp.faces.evidence import (
    FRESH_FOR,
    STANDARDS,
    EvaluationOnFile,
    FaceRoute,
    InvalidEvidence,
    MatcherNotEvaluated,
    OwnComparison,
    check_evidence,
    judge_own,
    read_evidence,
)
from vneid_idp.faces.port import FaceOutcome
from vneid_idp.kernel.clock import SECOND

NOW = MORNING
OWN_CLAIMS: dict[str, Any] = {"template": None, **OWN}
EVALUATION = EvaluationOnFile("bev_1", 0.6)


def believe(text: str, *, id_number: str = ID_NUMBER, now: int = NOW, issuer: str = ISSUER, **keys: Any) -> None:
    check_evidence(read_evidence(text), keys.get("device", device_key()), issuer, id_number, now)


def refusal(text: str, **circumstances: Any) -> str:
    with pytest.raises(InvalidEvidence) as refused:
        believe(text, **circumstances)
    return str(refused.value)


def test_evidence_is_believed_on_either_route() -> None:
    text = signed(claims(NOW))
    believe(text)
    evidence = read_evidence(text)
    assert (evidence.route, evidence.device_id, evidence.taken_at) == (FaceRoute.NATIONAL, DEVICE_ID, NOW)
    assert "a.b.c.d.e" not in repr(evidence)
    own = signed(claims(NOW, **OWN_CLAIMS))
    believe(own)
    assert read_evidence(own).route is FaceRoute.OWN_TEMPLATE
    for standard in STANDARDS:
        believe(signed(claims(NOW, liveness={**LIVENESS, "standard": standard})))


def test_a_device_may_sign_with_another_kind_of_key() -> None:
    key = OKPKey.generate_key("Ed25519")
    believe(signed(claims(NOW), key=key, alg="EdDSA"), device=device_key(key, "EdDSA"))


@pytest.mark.parametrize(
    ("after", "taken"),
    [(-11 * SECOND, False), (-10 * SECOND, True), (FRESH_FOR, True), (FRESH_FOR + 1, False)],
)
def test_evidence_is_good_for_ten_minutes(after: int, taken: bool) -> None:
    text = signed(claims(NOW))
    if taken:
        believe(text, now=NOW + after)
    else:
        assert ("older than 10 minutes" if after > 0 else "iat in the future") in refusal(text, now=NOW + after)


@pytest.mark.parametrize(
    ("text", "circumstances", "sentence"),
    [
        (signed(claims(NOW), key=OTHER_KEY), {}, "signature that none of the registered keys made"),
        (signed(claims(NOW)), {"device": device_key(OTHER_KEY)}, "signature that none"),
        (signed(claims(NOW)), {"device": None}, "device that is not registered for this client"),
        (signed(claims(NOW)), {"device": replace(device_key(), alg="PS256")}, "must be signed with PS256"),
        (signed(claims(NOW), typ="JWT"), {}, "another typ"),
        (signed(claims(NOW), typ="dpop+jwt"), {}, "another typ"),
        (signed(claims(NOW)), {"id_number": "097196000002"}, "for another person"),
        (signed(claims(NOW)), {"issuer": "https://other.example"}, "issuer as its only aud"),
        (signed(claims(NOW, aud=[ISSUER])), {}, "issuer as its only aud"),
        (signed(claims(NOW, liveness={**LIVENESS, "passed": False})), {}, "no living face"),
        ("a.b", {}, "not a compact JWS"),
    ],
)
def test_evidence_that_is_not_believed(text: str, circumstances: dict[str, Any], sentence: str) -> None:
    assert sentence in refusal(text, **circumstances)


def test_evidence_that_was_changed_on_its_way_is_not_believed() -> None:
    header, _, signature = signed(claims(NOW)).split(".")
    _, other, _ = signed(claims(NOW, matcher="model-2")).split(".")
    assert "signature" in refusal(f"{header}.{other}.{signature}")


@pytest.mark.parametrize("name", [*claims(NOW), *OWN])
def test_every_member_is_needed(name: str) -> None:
    members = claims(NOW) if name in claims(NOW) else claims(NOW, **OWN_CLAIMS)
    del members[name]
    missing = "image_digest" if name == "template" else name
    assert f"has no {missing}" in refusal(signed(members))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"note": "x"}, "members beside"),
        ({"threshold": 0.5}, "members beside"),  # of the other route
        ({"liveness": {**LIVENESS, "note": 1}}, "members beside"),
        ({"iat": "now"}, "iat that is no number"),
        ({"iat": True}, "iat that is no number"),
        ({"iat": -1}, "iat that is not a number of seconds"),
        ({"jti": ""}, "jti that is no text"),
        ({"jti": "x" * 129}, "jti that is no text"),
        ({"device": 7}, "device that is no text"),
        ({"id_number_digest": ID_NUMBER}, "id_number_digest that is no SHA-256"),
        ({"liveness": True}, "liveness that is not an object"),
        ({"liveness": {**LIVENESS, "passed": "true"}}, "neither true nor false"),
        ({"liveness": {**LIVENESS, "method": "none"}}, "method is none of"),
        ({"liveness": {**LIVENESS, "standard": "own"}}, "standard is none of"),
        ({"liveness": {**LIVENESS, "score": None}}, "score that is no number"),
        ({"template": 1}, "no compact JWE"),
        ({**OWN_CLAIMS, "image_digest": "short"}, "image_digest that is no SHA-256"),
        ({**OWN_CLAIMS, "score": "high"}, "score that is no number"),
    ],
)
def test_a_member_in_another_form_is_not_read(changes: dict[str, Any], sentence: str) -> None:
    assert sentence in refusal(signed(claims(NOW, **changes)))


@pytest.mark.parametrize(
    ("score", "threshold", "outcome"),
    [
        (0.6, 0.6, FaceOutcome.MATCH),
        (0.59, 0.6, FaceOutcome.MISMATCH),
        (0.7, 0.8, FaceOutcome.MISMATCH),  # stricter than evaluated
    ],
)
def test_an_own_comparison_counts_at_its_threshold(score: float, threshold: float, outcome: FaceOutcome) -> None:
    result = judge_own(OwnComparison("own-1", OWN["image_digest"], score, threshold), EVALUATION)  # type: ignore[arg-type]
    assert (result.outcome, result.evaluation_id) == (outcome, "bev_1")


def test_an_own_comparison_below_the_threshold_of_its_evaluation_or_without_one_does_not_count() -> None:
    lax = OwnComparison("own-1", "", 0.99, 0.59)
    with pytest.raises(InvalidEvidence, match="below that of the evaluation"):
        judge_own(lax, EVALUATION)
    with pytest.raises(MatcherNotEvaluated):
        judge_own(replace(lax, threshold=0.99), None)
