"""Somebody at the desk has another phone number: it counts once a code that was sent to it came back.

One number belongs to one account (Decree 69/2024/NĐ-CP Art. 10). Codes that wait at the old phone end with the change
(`follow_registry`).
"""

from vneid_idp.audit.deeds import Deed
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity import accounts, persons
from vneid_idp.identity.factors import otp
from vneid_idp.identity.factors.otp import Sending
from vneid_idp.identity.factors.typed_codes import CodeVerdict
from vneid_idp.identity.offices.acts import Act, check_possible
from vneid_idp.identity.offices.roles import roles_of
from vneid_idp.identity.register.records import PersonKind, RegistryRecord
from vneid_idp.identity.register.reports import PhoneChanged
from vneid_idp.identity.register.reports_under_way import Begun
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.rules import Policy
from vneid_idp.storage.unit import InUnit, Unit
from vneid_idp.use_cases.report_to_registry import Reporting, report_unless

_CONTEXT = "new_phone"
"""One for all numbers of a person, so that a desk cannot be made to send messages to many."""


async def send_code_to_new_phone(
    unit: Unit, blind: BlindIndex, sealer: Sealer, record: RegistryRecord, phone: str
) -> Sending:
    """Send a code to the new number (E.164) of somebody, in their language.

    Raises `NoAccount`, `HolderDied`, `HoldsRole` and, where another account has the number, `SignInNameTaken`.
    """
    await _check_account(unit, blind, record.person_id, phone)
    return await otp.send(
        unit,
        blind,
        sealer,
        person_id=record.person_id,
        phone=phone,
        context=_CONTEXT,
        language="en" if record.kind is PersonKind.FOREIGNER else "vi",
        use=otp.Use.NEW_PHONE,
    )


async def change_phone(
    to: Reporting, report_id: str, person_id: str, phone: str, code: str, policy: Policy, deed: Deed, *, act: InUnit
) -> tuple[CodeVerdict, tuple[Delivery, ...]]:
    """Change the number if the code is right: whether it is, and the notices to deliver.

    A wrong code is an outcome, and counted. A right one is used up in the unit that begins the report: whatever happens
    after it, the change comes to its end, and the same form sent again needs no other. Raises as
    `send_code_to_new_phone` and `report_to_registry`.
    """

    async def wrong(unit: Unit) -> CodeVerdict | None:
        await _check_account(unit, to.blind, person_id, phone)
        tried = await otp.check(unit, to.blind, person_id=person_id, phone=phone, context=_CONTEXT, code=code)
        return None if tried is CodeVerdict.RIGHT else tried

    report = Begun(report_id, person_id, PhoneChanged(phone), deed)
    against, deliveries = await report_unless(to, report, policy, wrong, act=act)
    return against or CodeVerdict.RIGHT, deliveries


async def _check_account(unit: Unit, blind: BlindIndex, person_id: str, phone: str) -> None:
    await persons.hold(unit, person_id)
    holds_role = bool(await roles_of(unit, person_id))
    check_possible(Act.CHANGE_PHONE, await accounts.find(unit, person_id), holds_role=holds_role)
    if await accounts.holder_of_name(unit, blind, phone) not in (None, person_id):
        raise accounts.SignInNameTaken
