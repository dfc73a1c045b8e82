"""A carrier holds what it has of somebody against the population register, and is told what agrees."""

from collections.abc import Collection
from dataclasses import dataclass

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.faces import service as faces
from vneid_idp.faces.evidence import InvalidEvidence, OwnComparison
from vneid_idp.faces.port import FaceMatcher, FaceResult
from vneid_idp.faces.service import Believed
from vneid_idp.grants import service as grants
from vneid_idp.grants.service import delegation
from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import BlindIndex, new_id
from vneid_idp.keys.ring import KeyRing
from vneid_idp.matching import mismatches
from vneid_idp.matching import service as matches
from vneid_idp.matching.comparison import Claimed, Comparison, ShownFace, compare
from vneid_idp.matching.mismatches import Claim, MatchBudgetSpent, may_compare
from vneid_idp.matching.names import Likeness
from vneid_idp.matching.rules import ComparedFace, Field, Result
from vneid_idp.matching.service import Match
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.claims import FOUR_FIELDS, check_scope
from vneid_idp.protocol.details.identity_match import IDENTITY_MATCH
from vneid_idp.protocol.errors import InsufficientScope
from vneid_idp.protocol.permitted import permitted
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.who_acts import hold_acting


@dataclass(frozen=True, slots=True)
class Comparing:
    """Whom a comparison asks, and where it is kept."""

    db: Database
    registry: PopulationRegistry
    matcher: FaceMatcher
    keys: KeyRing
    issuer: str


@dataclass(frozen=True, slots=True)
class AskedMatch:
    """What a carrier has of one person, and for which number."""

    number: str
    """The ID number under which the register is asked."""
    claimed: Claimed
    phone_digest: str | None = None
    channel: str | None = None


def check_may_compare(by: Authorisation, fields: Collection[Field]) -> None:
    """Require that a client may have these compared: in its own name by a scope, with a person's token by what the
    person agreed to (`identity_match`). Raises `InsufficientScope`."""
    if by.subject is None:
        check_scope(by.scope, FOUR_FIELDS)
        return
    granted = {name for each in by.details if each["type"] == IDENTITY_MATCH.name for name in each["fields"]}
    if missing := [field for field in Field if field in fields and field not in granted]:
        raise InsufficientScope(
            f"The person of this access token did not agree that these are compared: {', '.join(missing)}. Ask for "
            f"authorization_details of the type {IDENTITY_MATCH.name}."
        )


async def match_fields(
    to: Comparing, by: Authorisation, grant_id: str | None, asked: AskedMatch
) -> tuple[Match, Likeness | None]:
    """Compare with whoever has this ID number, and put on record that it was, before it is told; the match, and how the
    names relate. With a person's token everybody else is nobody, and with one for a child everybody but the child.

    A face is compared whoever it is, also with nobody's: what is asked and written is the same. Evidence is used up by
    the match that is kept, and by nothing else.

    Raises `InvalidEvidence`, `MatcherNotEvaluated`, `MatcherUnavailable`, `RegistryUnavailable`, `GrantEnded`,
    `MatchBudgetSpent` where the carrier said too much of this ID number that differs, and `InsufficientScope` where it
    is permitted no more.
    """
    shown = None if asked.claimed.face is None else await _believe(to, by, asked.claimed.face, asked.number)
    found = await to.registry.find_by_number(asked.number)
    if found is not None and by.holder not in (None, found.person_id):
        found = None
    face = None if shown is None else await _compare_face(to, shown, found.person_id if found else new_id("per"))
    compared = compare(asked.claimed, found, None if face is None else face.outcome)
    claim = _claim(to.keys.blind, asked)
    match = await to.db.transact(lambda unit: _keep(unit, by, grant_id, asked, claim, compared, shown, face))
    return match, compared.name


@dataclass(frozen=True, slots=True)
class _Shown:
    """Evidence that is believed, and what the carrier's own comparison comes to, where it made one."""

    believed: Believed
    own: FaceResult | None
    at: Instant
    """The instant at which it is believed."""


async def _believe(to: Comparing, by: Authorisation, face: ShownFace, number: str) -> _Shown:
    clients = sorted({by.client_id, by.acts_for or by.client_id})
    async with to.db.reading() as unit:
        believed = await faces.believe(unit, clients, face.evidence, to.issuer, number)
        if believed.evidence.route is not face.route:
            raise InvalidEvidence(f"The evidence is for the route {believed.evidence.route}, and not {face.route}.")
        capture = believed.evidence.capture
        if not isinstance(capture, OwnComparison):
            return _Shown(believed, None, unit.now)
        own = await faces.judge_own_comparison(unit, believed.client_id, capture)
        return _Shown(believed, own, unit.now)


async def _compare_face(to: Comparing, shown: _Shown, person_id: str) -> FaceResult:
    if shown.own is not None:
        return shown.own
    return await faces.compare(to.matcher, to.keys, shown.believed.evidence, person_id, shown.at)


async def _keep(
    unit: Unit,
    by: Authorisation,
    grant_id: str | None,
    asked: AskedMatch,
    claim: Claim,
    compared: Comparison,
    shown: _Shown | None,
    face: FaceResult | None,
) -> Match:
    """Keep what came of a comparison, and put it on record, for the person to read as well.

    What permits it, and the match are read and written in one unit: nothing is kept that rests on a right that was
    taken away meanwhile. Whoever it was compared with, and whether with anybody, the same is written.
    """
    client, agreed = await hold_acting(unit, by)
    decided = {} if grant_id is None else (await grants.hold(unit, by.client_id, grant_id)).decided
    check_may_compare(permitted(client, by, decided, agreed), asked.claimed.fields)
    if agreed.family is not None:
        await _count(unit, agreed.family, claim, compared)
    if shown is not None:
        await faces.use_evidence(unit, shown.believed)
    match = await matches.add_match(
        unit,
        agreed.client_id,
        agreed.family,
        compared.person_id,
        compared.results,
        phone_digest=asked.phone_digest,
        channel=asked.channel,
        face=None if shown is None or face is None else _how(shown.believed, face),
    )
    data = {"results": {field.value: result.value for field, result in match.results.items()}} | delegation(by)
    await record(unit, Event(EventKind.MATCH_MADE, match.person_id, by.client_id, match.match_id, data))
    return match


async def _count(unit: Unit, family_id: str, claim: Claim, compared: Comparison) -> None:
    """Count what differs for the carrier, with what its registers say. Raises `MatchBudgetSpent`."""
    tried = await mismatches.known(unit, family_id, [claim.number_digest])
    if not may_compare(tried, claim):
        raise MatchBudgetSpent
    differs = Result.MISMATCH in (compared.results.get(Field.FULL_NAME), compared.results.get(Field.BIRTHDATE))
    if differs and await mismatches.keep(unit, family_id, [claim]):
        raise MatchBudgetSpent


def _claim(blind: BlindIndex, asked: AskedMatch) -> Claim:
    said = asked.claimed
    return Claim(
        mismatches.digest_of_number(blind, asked.number),
        mismatches.digest_of_claim(blind, asked.number, said.full_name, said.birthdate),
    )


def _how(believed: Believed, face: FaceResult) -> ComparedFace:
    evidence = believed.evidence
    return ComparedFace(
        evidence.route.value, face.matcher, face.evaluation_id, evidence.liveness.standard, evidence.taken_at
    )
