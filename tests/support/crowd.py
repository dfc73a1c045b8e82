"""Any number of parents with a child each, every family at a network of its own: what races are run with."""

from dataclasses import dataclass, replace
from typing import Any

from tests.support.country import REDIRECT_URI, Country
from tests.support.relying_party import RelyingParty, challenge_of
from vneid_idp.bindings.social_accounts.rules import BindingProof
from vneid_idp.bindings.social_accounts.service import bind_social_account
from vneid_idp.consent import service as consent
from vneid_idp.grants import service as grants
from vneid_idp.identity import accounts
from vneid_idp.identity.factors import sessions
from vneid_idp.identity.personal_id import build
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.kernel.secrets import new_id, new_secret
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, Child, Origin
from vneid_idp.protocol.claims import Decision
from vneid_idp.protocol.levels import SignInMethod
from vneid_idp.protocol.tokens import Code, RefreshToken, new_access_token
from vneid_idp.sandbox.country.population import Population
from vneid_idp.storage.unit import Unit

OFFLINE = ("openid", "age", "offline_access")
OWN = ("openid", "binding:social_account", "offline_access")
CHILD = ("openid", "binding:child_account", "offline_access")


@dataclass(frozen=True, slots=True)
class Family:
    """A parent of level 2 and a child of nine, known to one network, which has a token for each of them, a second of
    the parent's, a refresh token, a code that was not redeemed, and two bindings of the parent's, of which `weak` was
    proved at level 1.
    """

    party: RelyingParty
    parent: RegistryRecord
    child: RegistryRecord
    consent_id: str
    own_token: str
    proving_token: str
    child_token: str
    refresh_token: str
    code: str
    verifier: str
    binding_id: str

    @property
    def people(self) -> tuple[str, str]:
        """The parent's id and the child's."""
        return self.parent.person_id, self.child.person_id


async def families(land: Country, count: int) -> list[Family]:
    """`count` families; all that each has is offline, so that nothing ends with a session."""
    parties = [RelyingParty(land, await land.register()) for _ in range(count)]
    async with land.idp.db.writing() as unit:
        return [await _family(land, unit, party, number) for number, party in enumerate(parties)]


async def _family(land: Country, unit: Unit, party: RelyingParty, number: int) -> Family:
    parent = _like(land.people["guardian"].record, f"per_parent{number}", number)
    child = replace(
        _like(land.people["child-9"].record, f"per_child{number}", number), guardian_ids=(parent.person_id,)
    )
    population = Population(land.idp.vault, land.idp.keys.blind)
    for record in (parent, child):
        await population.register(unit, record)
    await accounts.open_account(unit, land.idp.vault, land.idp.keys.blind, parent, 2, policy=shipped())
    session = await sessions.open_session(
        unit, parent.person_id, (SignInMethod("pwd", unit.now), SignInMethod("sms", unit.now))
    )
    decided = {name: Decision("account", 1, True) for name in (*OWN, *CHILD, "age_band") if name != "openid"}
    shown = consent.Shown("text", "vi")
    given = await consent.give(unit, parent.person_id, party.client_id, decided, shown)
    own = Authorisation(
        client_id=party.client_id,
        subject=parent.person_id,
        scope=OWN,
        origin=Origin.BROWSER,
        ground=AuthorisationGround(given.consent_id, session.session_id),
        level=2,
        acr="urn:vneid:level:2",
        amr=("pwd", "sms"),
        auth_time=unit.now,
        link=True,
    )
    kept = replace(own, scope=OFFLINE)
    verifier = new_secret()
    code = Code(new_id("grt"), REDIRECT_URI, unit.now, None, challenge_of(verifier), kept)
    refreshed = RefreshToken(party.client_id, await _granted(unit, kept), 1)
    return Family(
        party=party,
        parent=parent,
        child=child,
        consent_id=given.consent_id,
        own_token=await _token(land, unit, own),
        proving_token=await _token(land, unit, own),
        child_token=await _token(land, unit, replace(own, scope=CHILD, on_behalf_of=Child(child.person_id))),
        refresh_token=_sealed(land, SealPurpose.REFRESH_TOKEN, refreshed),
        code=_sealed(land, SealPurpose.CODE, code),
        verifier=verifier,
        binding_id=[await _bound(land, unit, own, account, level) for account, level in (("weak", 1), ("strong", 2))][
            1
        ],
    )


def _like(record: RegistryRecord, person_id: str, number: int) -> RegistryRecord:
    serial = 700_000 + number
    return replace(
        record,
        person_id=person_id,
        personal_number=build(record.birth_date, record.sex, serial),
        phone=None,
        email=None,
    )


async def _granted(unit: Unit, authorisation: Authorisation) -> str:
    grant_id = new_id("grt")
    assert await grants.open_grant(unit, grant_id, authorisation, refreshable=True)
    return grant_id


async def _token(land: Country, unit: Unit, authorisation: Authorisation) -> str:
    token = new_access_token(new_id("tok"), authorisation, await _granted(unit, authorisation), unit.now)
    return _sealed(land, SealPurpose.ACCESS_TOKEN, token)


async def _bound(land: Country, unit: Unit, own: Authorisation, account: str, level: int) -> str:
    assert own.subject is not None
    bound = await bind_social_account(
        unit,
        land.idp.keys.blind,
        client_id=own.client_id,
        account_id=account,
        proof=BindingProof(own.subject, 30, level),
        rules=shipped().at(unit.now),
    )
    return bound.binding.binding_id


def _sealed(land: Country, purpose: SealPurpose, value: Any) -> str:
    return land.idp.keys.sealer.seal_json(purpose, value.to_json())
