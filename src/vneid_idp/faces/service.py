"""Believe evidence, and use it up: what a match asks of this package, in the order in which it asks.

`believe` in a unit that reads, and `judge_own_comparison` there as well; `compare` with no unit open, since a network
call lies behind it; `use_evidence` in the unit that writes what came of it.
"""

from collections.abc import Collection
from dataclasses import dataclass

from vneid_idp.biometrics.service import evaluation_of
from vneid_idp.clients.service import Once, use_up
from vneid_idp.faces import devices
from vneid_idp.faces.evidence import (
    FRESH_FOR,
    EvaluationOnFile,
    Evidence,
    InvalidEvidence,
    OwnComparison,
    check_evidence,
    judge_own,
    read_evidence,
)
from vneid_idp.faces.port import FaceMatcher, FaceResult
from vneid_idp.faces.templates import open_template
from vneid_idp.kernel.clock import MINUTE, Instant
from vneid_idp.kernel.secrets import digest
from vneid_idp.keys.ring import KeyRing
from vneid_idp.storage.unit import Reading, Unit

_REMEMBERED: Instant = FRESH_FOR + MINUTE
"""Longer than evidence is good for, by more than any leeway on clocks."""


@dataclass(frozen=True, slots=True)
class Believed:
    """Evidence that counts, unless it was used before."""

    evidence: Evidence
    client_id: str
    """The client whose device it is."""


async def believe(unit: Reading, client_ids: Collection[str], text: str, issuer: str, id_number: str) -> Believed:
    """The evidence that is shown for the person of this ID number, of a device of one of these clients: who shows it,
    and whom that one acts for. Whether it was used before is not asked.

    Raises `InvalidEvidence`.
    """
    evidence = read_evidence(text)
    found = [await devices.find(unit, client_id, evidence.device_id) for client_id in client_ids]
    device = next((each for each in found if each is not None), None)
    key = None if device is None else device.key
    check_evidence(evidence, key, issuer, id_number, unit.now)
    assert device is not None
    return Believed(evidence, device.client_id)


async def compare(matcher: FaceMatcher, keys: KeyRing, evidence: Evidence, person_id: str, now: Instant) -> FaceResult:
    """What the national database says of the face in evidence that carries a template. Raises `InvalidEvidence` and
    `MatcherUnavailable`."""
    assert not isinstance(evidence.capture, OwnComparison)
    return await matcher.compare(person_id, open_template(keys, evidence.capture, now))


async def judge_own_comparison(unit: Reading, client_id: str, comparison: OwnComparison) -> FaceResult:
    """What the client's own comparison comes to, by what is on file about that matcher of its.

    Raises `MatcherNotEvaluated` while no evaluation that passes is, and `InvalidEvidence` below its threshold.
    """
    filed = await evaluation_of(unit, client_id, comparison.matcher)
    known = None if filed is None or filed.threshold is None else EvaluationOnFile(filed.evaluation_id, filed.threshold)
    return judge_own(comparison, known)


async def use_evidence(unit: Unit, believed: Believed) -> None:
    """Let evidence count this once, by whichever worker. Raises `InvalidEvidence` where it has counted already."""
    evidence = believed.evidence
    once = Once(digest(f"capture {evidence.device_id} {evidence.jti}"), evidence.taken_at + _REMEMBERED)
    if await use_up(unit, believed.client_id, once):
        raise InvalidEvidence("The evidence was used before: its jti must be new each time.")
