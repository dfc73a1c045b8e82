"""Number Verification 2.1: the number in the device of a person (CAMARA NumberVerification r3.2)."""

from hashlib import sha256
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, model_validator

from vneid_idp.camara.bodies import Answer, Body, PhoneNumber, refusals
from vneid_idp.camara.callers import Caller, caller_with
from vneid_idp.camara.refusals import NotByNetwork
from vneid_idp.consent.disclosures import Disclosed, Told
from vneid_idp.grants.service import GrantEnded
from vneid_idp.protocol.camara import READ_NUMBER, VERIFY_NUMBER
from vneid_idp.protocol.errors import InvalidToken
from vneid_idp.use_cases.check_device_number import TOLD_CHECKED, TOLD_NUMBER, read_device_number
from vneid_idp.web.api_caller import ENDED
from vneid_idp.web.apis import route_class_of
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.match_budget import Budget
from vneid_idp.web.responses import no_store

router = APIRouter(prefix="/number-verification/v2", generate_unique_id_function=lambda route: route.name)
router.route_class = route_class_of(router)


class NumberVerificationRequest(Body):
    """The number that the service knows, or its SHA-256 in hexadecimal digits: one of the two."""

    phone_number: PhoneNumber | None = None
    hashed_phone_number: Annotated[str, Field(pattern=r"^[a-fA-F0-9]{64}$")] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.phone_number is None) is (self.hashed_phone_number is None):
            raise ValueError("one of phoneNumber and hashedPhoneNumber is needed")
        return self

    def is_number(self, number: str) -> bool:
        """Whether it is this one, in the form of E.164."""
        if self.phone_number is not None:
            return self.phone_number == number
        return sha256(number.encode()).hexdigest() == (self.hashed_phone_number or "").lower()


class NumberVerificationMatchResponse(Answer):
    """Whether it is the number in the device."""

    device_phone_number_verified: bool


class NumberVerificationShareResponse(Answer):
    """The number in the device."""

    device_phone_number: PhoneNumber


_REFUSED = refusals(
    _400="INVALID_ARGUMENT",
    _403="PERMISSION_DENIED, NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK",
    _429="TOO_MANY_REQUESTS",
)


@router.post(
    "/verify",
    name="phoneNumberVerify",
    tags=["Phone number verify"],
    summary="Ask whether a number is in the device",
    responses=_REFUSED,
)
async def verify(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(caller_with(VERIFY_NUMBER))],
    body: NumberVerificationRequest,
) -> NumberVerificationMatchResponse:
    """Needs an access token for which the carrier vouched with an operator token. A `false` counts as a mismatch of KYC
    Match does."""
    provider = idp(request)
    person = await caller.person(provider)
    budget = Budget(provider, caller, person.personal_number)
    await budget.take()
    is_theirs = True
    try:
        is_theirs = body.is_number(await _number(provider, caller, VERIFY_NUMBER))
    finally:
        if is_theirs:
            await budget.give_back()
    await _put_on_record(provider, caller, TOLD_CHECKED)
    no_store(response)
    return NumberVerificationMatchResponse(device_phone_number_verified=is_theirs)


@router.get(
    "/device-phone-number",
    name="phoneNumberShare",
    tags=["Phone number share"],
    summary="Read the number in the device",
    responses={status: each for status, each in _REFUSED.items() if status != 429},
)
async def share(
    request: Request, response: Response, caller: Annotated[Caller, Depends(caller_with(READ_NUMBER))]
) -> NumberVerificationShareResponse:
    """Needs an access token for which the carrier vouched with an operator token."""
    provider = idp(request)
    number = await _number(provider, caller, READ_NUMBER)
    await _put_on_record(provider, caller, TOLD_NUMBER)
    no_store(response)
    return NumberVerificationShareResponse(device_phone_number=number)


async def _number(provider: Idp, caller: Caller, scope: str) -> str:
    vouched = caller.authorisation.device_number
    if vouched is None:
        raise NotByNetwork
    try:
        return await provider.db.transact(
            lambda unit: read_device_number(
                unit, provider.vault, caller.client.client_id, caller.asks_by, scope, vouched
            )
        )
    except GrantEnded as error:
        raise InvalidToken(ENDED) from error


async def _put_on_record(provider: Idp, caller: Caller, told: str) -> None:
    assert caller.person_id is not None
    await provider.disclosures.add(Disclosed.of(caller.person_id, caller.client.client_id, Told.CAMARA, (told,)))
