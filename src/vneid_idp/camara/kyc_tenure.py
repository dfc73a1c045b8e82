"""KYC Tenure 0.2: since when a phone number is in somebody's name (CAMARA Tenure r2.2)."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from vneid_idp.camara.bodies import Answer, Body, FullDate, PhoneNumber, refusals
from vneid_idp.camara.callers import Caller, caller_with
from vneid_idp.camara.refusals import OutOfRange, ServiceNotApplicable, UnnecessaryIdentifier
from vneid_idp.consent.disclosures import Disclosed, Told
from vneid_idp.grants.service import GrantEnded
from vneid_idp.kernel.clock import local_date
from vneid_idp.protocol.camara import TENURE
from vneid_idp.protocol.errors import InvalidToken
from vneid_idp.use_cases.check_tenure import TOLD_CONTRACT, TOLD_TENURE, check_tenure
from vneid_idp.web.api_caller import ENDED
from vneid_idp.web.apis import route_class_of
from vneid_idp.web.context import idp
from vneid_idp.web.responses import no_store

router = APIRouter(
    prefix="/kyc-tenure/v0.2", tags=["Check Subscriber Tenure"], generate_unique_id_function=lambda route: route.name
)
router.route_class = route_class_of(router)

_ContractType = Literal["PAYG", "PAYM", "Business"]
_CONTRACTS: Mapping[str, _ContractType] = {"prepaid": "PAYG", "postpaid": "PAYM"}


class TenureRequest(Body):
    """The day."""

    phone_number: PhoneNumber | None = Field(None, description="Refused: the access token says who it is.")
    tenure_date: FullDate = Field(examples=["2026-04-15"])


class TenureInfo(Answer):
    """What is known of the number of the person's account."""

    tenure_date_check: bool = Field(description="Whether it was in the person's name on that day already.")
    contract_type: _ContractType = Field(
        description="`PAYG`: prepaid. `PAYM`: postpaid. `Business` is never told here."
    )


@router.post(
    "/check-tenure",
    name="checkTenure",
    summary="Ask since when a person's phone number is in their name",
    responses=refusals(
        _400="INVALID_ARGUMENT, OUT_OF_RANGE",
        _403="PERMISSION_DENIED",
        _422="SERVICE_NOT_APPLICABLE, UNNECESSARY_IDENTIFIER",
    ),
)
async def check(
    request: Request, response: Response, caller: Annotated[Caller, Depends(caller_with(TENURE))], body: TenureRequest
) -> TenureInfo:
    """It counts from the day, in Viet Nam, on which the person confirmed the number to the carrier here. A number that
    rests, or is at no carrier here, is answered `SERVICE_NOT_APPLICABLE`; a day to come is `OUT_OF_RANGE`."""
    if body.phone_number is not None:
        raise UnnecessaryIdentifier
    provider, since = idp(request), date.fromisoformat(body.tenure_date)
    if since > local_date(provider.clock.now()):
        raise OutOfRange("The day has not come yet.")
    person = await caller.person(provider)
    try:
        found = await provider.db.transact(
            lambda unit: check_tenure(unit, provider.vault, caller.client.client_id, caller.asks_by, person, since)
        )
    except GrantEnded as error:
        raise InvalidToken(ENDED) from error
    if found is None:
        raise ServiceNotApplicable
    no_store(response)
    await provider.disclosures.add(
        Disclosed.of(person.person_id, caller.client.client_id, Told.CAMARA, (TOLD_TENURE, TOLD_CONTRACT))
    )
    return TenureInfo(tenure_date_check=found.holds, contract_type=_CONTRACTS[found.contract])
