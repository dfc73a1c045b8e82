"""A person has a browser answer requests for them that begin elsewhere, or no longer."""

from vneid_idp.cross_device import service as cross_device
from vneid_idp.identity.factors import enrolled_phones, passkeys
from vneid_idp.identity.factors.devices import Device
from vneid_idp.identity.factors.enrolled_phones import EnrolledPhone
from vneid_idp.identity.factors.passkeys import Site
from vneid_idp.identity.factors.sessions import Session
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.protect_account import (
    FreshProofNeeded,
    check_may_change,
    code_behind,
    has_two_fresh_proofs,
    seize_holder,
)
from vneid_idp.use_cases.who_is_signed_in import SignedInPerson

LEVEL = 2


class LevelTooLow(DomainError):
    """What a phone answers counts as level 2, so the account must be of it."""

    code = "level_too_low"
    status = 403
    title = "A phone can answer for an account of level 2 alone."


class TooManyPhones(DomainError):
    """The account has as many as it may have."""

    code = "too_many_phones"
    status = 409
    title = "As many phones answer for this account as may. Remove one first."


async def enrol_with_new_passkey(
    unit: Unit,
    vault: Vault,
    sealer: Sealer,
    site: Site,
    who: Session,
    device: Device,
    *,
    sealed: str,
    answer: str,
    unnamed: str,
) -> EnrolledPhone:
    """Enrol the browser with the passkey that its authenticator made; see `passkeys.register`.

    Raises `SignedOut`, `FreshProofNeeded`, `LevelTooLow`, `TooManyPhones`, `PasskeyRefused`, `PasskeyElsewhere`.
    """
    here = await _check_may_enrol(unit, vault, who)
    passkey = await passkeys.register(
        unit,
        sealer,
        site,
        person_id=who.person_id,
        context=who.session_id,
        sealed=sealed,
        answer=answer,
        name="",
        unnamed=unnamed,
        built_in=True,
        code_at=code_behind(here.session, unit.now),
    )
    return await _enrol(unit, who, passkey.credential_id, device)


async def enrol_with_own_passkey(
    unit: Unit, vault: Vault, sealer: Sealer, site: Site, who: Session, device: Device, *, sealed: str, answer: str
) -> EnrolledPhone:
    """Enrol the browser with a passkey that the person has already, proved at this moment; see
    `passkeys.authenticate`. Raises as `enrol_with_new_passkey`."""
    await _check_may_enrol(unit, vault, who)
    proved = await passkeys.authenticate(
        unit, sealer, site, context=who.session_id, sealed=sealed, answer=answer, person_id=who.person_id, built_in=True
    )
    return await _enrol(unit, who, proved.credential_id, device)


async def remove_phone(unit: Unit, vault: Vault, who: Session, phone_id: str) -> bool:
    """Have a phone answer no more; whether it did. What was approved on it and not fetched yet ends.

    Takes what removing a passkey takes: who found a session left open must not be the only one who still answers.
    Raises `SignedOut`, `FreshProofNeeded`.
    """
    await check_may_change(unit, vault, who)
    removed = await enrolled_phones.remove(unit, who.person_id, phone_id)
    if removed:
        await cross_device.end_approved_on(unit, who.person_id, phone_id)
    return removed


def check_may_enrol(here: SignedInPerson, now: int) -> None:
    """What enrolling takes, of whoever is here: two fresh proofs and an account of level 2. Pure. Raises
    `FreshProofNeeded`, `LevelTooLow`."""
    if here.account.level < LEVEL:
        raise LevelTooLow
    if not has_two_fresh_proofs(here.session, now):
        raise FreshProofNeeded


async def _check_may_enrol(unit: Unit, vault: Vault, who: Session) -> SignedInPerson:
    here = await seize_holder(unit, vault, who)
    check_may_enrol(here, unit.now)
    return here


async def _enrol(unit: Unit, who: Session, credential_id: str, device: Device) -> EnrolledPhone:
    phone = await enrolled_phones.enrol(unit, who.person_id, credential_id, device)
    if phone is None:
        raise TooManyPhones
    return phone
