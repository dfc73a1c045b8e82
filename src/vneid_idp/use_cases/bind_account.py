"""A social network binds an account to the person of its access token, or to the child for whom the person acts."""

from dataclasses import dataclass

from vneid_idp.bindings import service as bindings
from vneid_idp.bindings.rules import GuardianRequired, Proof
from vneid_idp.bindings.service import Bound
from vneid_idp.grants import service as grants
from vneid_idp.grants.service import GrantEnded
from vneid_idp.identity.ages import age
from vneid_idp.identity.registry import RegistryRecord
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.client import Client
from vneid_idp.storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Told:
    """What the register said of the holder-to-be, and the instant before it was asked."""

    record: RegistryRecord
    asked_at: Instant


def holder_of(authorisation: Authorisation) -> str:
    """Whose account it is: the child's for whom the person acts, else the person's own."""
    assert authorisation.subject is not None
    return authorisation.subject if authorisation.on_behalf_of is None else authorisation.on_behalf_of.person_id


async def bind_account(
    unit: Unit,
    blind: BlindIndex,
    client: Client,
    grant_id: str,
    told: Told,
    *,
    account_id: str,
    idempotency_key: str | None = None,
) -> Bound:
    """Bind, or improve a binding that stands.

    The grant is read and the binding written in one unit, in which nobody can take the right away in between: no
    binding outlives a withdrawal, a lock, a death or a client's end. Age and guardianship are those of this moment.

    Raises `GrantEnded`, `Overtaken` when what the register said may be out of date, and as `bind_social_account`.
    """
    holder = told.record.person_id
    grant = await grants.hold(unit, client.client_id, grant_id, holder, as_of=told.asked_at)
    proof = _proof(grant.authorisation, told.record, unit.now)
    return await bindings.bind_social_account(
        unit,
        blind,
        client_id=client.client_id,
        account_id=account_id,
        proof=proof,
        account_limit=client.account_limit,
        idempotency_key=idempotency_key,
    )


def _proof(authorisation: Authorisation, record: RegistryRecord, now: Instant) -> Proof:
    if record.person_id != holder_of(authorisation) or record.deceased_at is not None:
        raise GrantEnded
    years = age(record.birth_date, now)
    if authorisation.on_behalf_of is None:
        return Proof(record.person_id, years, authorisation.level)
    if authorisation.subject not in record.guardian_ids:
        raise GuardianRequired("The person of the access token is not a guardian of the child.")
    return Proof(record.person_id, years, authorisation.level, authorisation.subject)
