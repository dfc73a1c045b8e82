"""An enrolled phone answers what began elsewhere: a sign-in of a browser that shows a pattern.

Whether the phone still is the person's, and the account may be used, is asked in the unit that writes.
"""

from dataclasses import dataclass
from enum import StrEnum

from vneid_idp.audit.events import Event, EventKind
from vneid_idp.audit.service import record
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.account_rules import Account, AccountStanding, account_standing
from vneid_idp.identity.factors import enrolled_phones, passkeys, phone_sign_ins
from vneid_idp.identity.factors.enrolled_phones import EnrolledPhone
from vneid_idp.identity.factors.passkeys import Site
from vneid_idp.identity.factors.phone_sign_ins import PhoneSignIn, SignInState
from vneid_idp.identity.factors.proofs import ProofRests, SignInProof
from vneid_idp.identity.profile import Profile
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.storage.unit import Reading, Unit


class PhoneNotEnrolled(DomainError):
    """This browser answers for nobody: it was never enrolled, or its holder removed it."""

    code = "phone_not_enrolled"
    status = 403
    title = "This browser is not set up as somebody's phone. Open the identity app and set it up."


class AccountAtRest(DomainError):
    """The account behind the phone cannot be used."""

    code = "account_not_usable"
    status = 403
    title = "The account cannot be used at present, so this phone answers nothing for it."


class PatternOutdated(DomainError):
    """The pattern was shown too long ago, another phone read it first, or it is none of ours."""

    code = "pattern_outdated"
    status = 410
    title = "This pattern is not good any more: it changes every few seconds, and is read once."


class AnswerOver(DomainError):
    """What was to be answered is over, or waits for another phone."""

    code = "answer_over"
    status = 410
    title = "This is over, or does not wait for this phone."


class PhoneAnswer(StrEnum):
    """What was answered on a phone. Rows of events name it, so a member is never renamed."""

    APPROVED = "approved"
    REFUSED = "refused"
    NOT_ME = "not_me"
    """The holder did not begin it."""
    WRONG_NUMBER = "wrong_number"
    """Another number was picked than the one that is shown where it began."""


@dataclass(frozen=True, slots=True)
class Answering:
    """A phone that may answer, and for whom."""

    phone: EnrolledPhone
    account: Account
    profile: Profile


@dataclass(frozen=True, slots=True)
class Unlocking:
    """What the lock of a phone answered: the challenge that was sealed, and what its passkey signed."""

    context: str
    """To what the challenge is bound, and so must be that of now."""
    sealed: str
    answer: str


async def find_answering(unit: Reading, vault: Vault, person_id: str, phone_id: str) -> Answering | None:
    """The phone, as long as it is enrolled. Raises `AccountAtRest` where the account cannot be used, and `ProofRests`
    where its passkey counts for nothing."""
    phone = await enrolled_phones.find_phone(unit, person_id, phone_id)
    known = await accounts.find_with_profile(unit, vault, person_id)
    if phone is None or known is None:
        return None
    if account_standing(known[0], None, unit.now) is not AccountStanding.USABLE:
        raise AccountAtRest
    if phone.rests_since is not None:
        raise ProofRests
    return Answering(phone, *known)


async def hold_answering(unit: Unit, vault: Vault, phone: EnrolledPhone) -> None:
    """Require that the phone may answer, and keep it so until the unit ends. Raises `PhoneNotEnrolled`, `AccountAtRest`
    and `ProofRests`."""
    await persons.hold(unit, phone.person_id)
    if await find_answering(unit, vault, phone.person_id, phone.phone_id) is None:
        raise PhoneNotEnrolled


async def record_answer(
    unit: Unit, phone: EnrolledPhone, answer: PhoneAnswer, *, client_id: str | None, subject_id: str
) -> None:
    """Put on record what was answered on this phone: about a request of a service, or a sign-in at the own pages."""
    data = {"answer": answer, "phone_id": phone.phone_id}
    await record(unit, Event(EventKind.PHONE_ANSWERED, phone.person_id, client_id, subject_id, data))


async def scan_pattern(unit: Unit, vault: Vault, sealer: Sealer, phone: EnrolledPhone, code: str) -> str:
    """Give the sign-in to the phone that read its pattern; its id. Raises `PatternOutdated`."""
    await hold_answering(unit, vault, phone)
    sign_in_id = phone_sign_ins.read_code(sealer, code, unit.now)
    if sign_in_id is None or not await phone_sign_ins.scan(unit, phone, sign_in_id):
        raise PatternOutdated
    return sign_in_id


async def pick_sign_in_number(
    unit: Unit, vault: Vault, sealer: Sealer, phone: EnrolledPhone, sign_in_id: str, number: str
) -> bool:
    """Take the number that was picked; whether it is the one that the browser shows. Any other ends the sign-in.
    Raises `AnswerOver`."""
    sign_in = await _waiting(unit, vault, sealer, phone, sign_in_id, SignInState.SCANNED)
    if not await phone_sign_ins.pick(unit, phone, sign_in_id, number):
        await _end(unit, phone, sign_in, PhoneAnswer.WRONG_NUMBER)
        return False
    return True


async def refuse_sign_in(
    unit: Unit, vault: Vault, sealer: Sealer, phone: EnrolledPhone, sign_in_id: str, answer: PhoneAnswer
) -> None:
    """End a sign-in that the holder does not want, or did not begin. Raises `AnswerOver`."""
    waits = (SignInState.SCANNED, SignInState.PICKED)
    await _end(unit, phone, await _waiting(unit, vault, sealer, phone, sign_in_id, *waits), answer)


async def approve_sign_in(
    unit: Unit,
    vault: Vault,
    sealer: Sealer,
    site: Site,
    phone: EnrolledPhone,
    sign_in_id: str,
    unlocking: Unlocking,
) -> None:
    """Let the browser go on, by the phone's own passkey and no other; see `passkeys.authenticate`. Raises `AnswerOver`,
    also for a sign-in whose number was not picked, and `PasskeyRefused`."""
    sign_in = await _waiting(unit, vault, sealer, phone, sign_in_id, SignInState.PICKED)
    await prove(unit, sealer, site, phone, unlocking)
    if not await phone_sign_ins.approve(unit, phone, sign_in_id):
        raise AnswerOver
    await record_answer(unit, phone, PhoneAnswer.APPROVED, client_id=sign_in.client_id, subject_id=sign_in_id)


async def prove(unit: Unit, sealer: Sealer, site: Site, phone: EnrolledPhone, unlocking: Unlocking) -> SignInProof:
    """What unlocking the phone proves. Raises `PasskeyRefused`, `PasskeyElsewhere`."""
    proved = await passkeys.authenticate(
        unit,
        sealer,
        site,
        context=unlocking.context,
        sealed=unlocking.sealed,
        answer=unlocking.answer,
        person_id=phone.person_id,
        credential_id=phone.credential_id,
        built_in=True,
    )
    return SignInProof(proved.method.name, proved.credential_id)


async def use_approval(unit: Unit, sign_in: PhoneSignIn, context: str) -> None:
    """Let the browser that began the sign-in go on, once, in the unit that opens its session. Raises `AnswerOver`, also
    where the phone was removed since."""
    assert sign_in.person_id is not None
    assert sign_in.phone_id is not None
    phone = await enrolled_phones.find_phone(unit, sign_in.person_id, sign_in.phone_id)
    if phone is None or not await phone_sign_ins.use(unit, sign_in.sign_in_id, context):
        raise AnswerOver


async def _waiting(
    unit: Unit, vault: Vault, sealer: Sealer, phone: EnrolledPhone, sign_in_id: str, *states: SignInState
) -> PhoneSignIn:
    await hold_answering(unit, vault, phone)
    sign_in = await phone_sign_ins.find_on_phone(unit, sealer, phone, sign_in_id)
    if sign_in is None or sign_in.state(unit.now) not in states:
        raise AnswerOver
    return sign_in


async def _end(unit: Unit, phone: EnrolledPhone, sign_in: PhoneSignIn, answer: PhoneAnswer) -> None:
    if not await phone_sign_ins.end(unit, phone, sign_in.sign_in_id):
        raise AnswerOver
    await record_answer(unit, phone, answer, client_id=sign_in.client_id, subject_id=sign_in.sign_in_id)
