"""What an office reports to the population register, where who does it is not what a test is about."""

from tests.support.deeds import DEED
from vneid_idp.audit.deeds import Deed
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity.factors.typed_codes import CodeVerdict
from vneid_idp.identity.register.reports import ReportedFact
from vneid_idp.policy.documents import shipped
from vneid_idp.use_cases.change_phone import change_phone
from vneid_idp.use_cases.report_to_registry import Reporting, report_to_registry


async def report(to: Reporting, report_id: str, person_id: str, fact: ReportedFact) -> tuple[Delivery, ...]:
    """Report a fact of somebody."""
    return await report_to_registry(to, report_id, person_id, fact, shipped(), DEED, act=to.db.transact)


async def prove_phone(
    to: Reporting, report_id: str, person_id: str, phone: str, code: str, deed: Deed = DEED
) -> tuple[CodeVerdict, tuple[Delivery, ...]]:
    """Change somebody's phone with a code."""
    return await change_phone(to, report_id, person_id, phone, code, shipped(), deed, act=to.db.transact)
