"""KYC Age Verification 0.2: whether a person has reached an age (CAMARA KnowYourCustomerAgeVerification r1.3)."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from vneid_idp.camara.bodies import Answer, Body, FullDate, PhoneNumber, refusals
from vneid_idp.camara.callers import Caller, caller_with
from vneid_idp.camara.refusals import OutOfRange, UnnecessaryIdentifier
from vneid_idp.consent.disclosures import Disclosed, Told
from vneid_idp.grants.service import GrantEnded
from vneid_idp.protocol.camara import AGE_VERIFICATION
from vneid_idp.protocol.claims import thresholds
from vneid_idp.protocol.errors import InvalidToken
from vneid_idp.use_cases.check_age import check_age, claim_of
from vneid_idp.web.api_caller import ENDED
from vneid_idp.web.apis import route_class_of
from vneid_idp.web.context import idp
from vneid_idp.web.responses import no_store

router = APIRouter(
    prefix="/kyc-age-verification/v0.2",
    tags=["Age Verification"],
    generate_unique_id_function=lambda route: route.name,
)
router.route_class = route_class_of(router)

_Text = Annotated[str, Field(max_length=256)]


class AgeVerificationRequest(Body):
    """The age. What the file has of the person beside it is for a score of the identity, which is not told here: who
    agreed to be asked about an age did not agree to a comparison, for which there is KYC Match."""

    age_threshold: Annotated[int, Field(strict=True, ge=0, le=120, examples=[18])]
    phone_number: PhoneNumber | None = Field(None, description="Refused: the access token says who it is.")
    id_document: _Text | None = None
    name: _Text | None = None
    given_name: _Text | None = None
    family_name: _Text | None = None
    middle_names: _Text | None = None
    family_name_at_birth: _Text | None = None
    birthdate: FullDate | None = None
    email: Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    include_content_lock: Annotated[bool, Field(strict=True, description="Nothing is known of it here.")] = False
    include_parental_control: Annotated[bool, Field(strict=True, description="Nothing is known of it here.")] = False


class AgeVerificationResponse(Answer):
    """Whether the age has been reached."""

    age_check: Literal["true", "false", "not_available"] = Field(
        description="`not_available` where the person did not agree to tell that."
    )
    verified_status: bool = Field(description="Whether it is told by the population register.")


@router.post(
    "/verify",
    name="verifyAge",
    summary="Ask whether a person has reached an age",
    responses=refusals(_400="INVALID_ARGUMENT, OUT_OF_RANGE", _403="PERMISSION_DENIED", _422="UNNECESSARY_IDENTIFIER"),
)
async def verify(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(caller_with(AGE_VERIFICATION))],
    body: AgeVerificationRequest,
) -> AgeVerificationResponse:
    """Of the ages that a purpose of the client names, three at most; of another one the answer is `OUT_OF_RANGE`. It is
    told as of the day on which the person agreed."""
    if body.phone_number is not None:
        raise UnnecessaryIdentifier
    provider, claim = idp(request), claim_of(body.age_threshold)
    if claim not in thresholds(caller.client.purposes):
        raise OutOfRange("No purpose of this client names that age.")
    person = await caller.person(provider)
    try:
        reached = await provider.db.transact(
            lambda unit: check_age(unit, caller.client.client_id, caller.asks_by, person, body.age_threshold)
        )
    except GrantEnded as error:
        raise InvalidToken(ENDED) from error
    no_store(response)
    if reached is None:
        return AgeVerificationResponse(age_check="not_available", verified_status=False)
    await provider.disclosures.add(Disclosed.of(person.person_id, caller.client.client_id, Told.CAMARA, (claim,)))
    return AgeVerificationResponse(age_check="true" if reached else "false", verified_status=True)
