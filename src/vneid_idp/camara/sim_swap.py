"""SIM Swap 2.1: when a phone number last came into another SIM (CAMARA SimSwap r3.3)."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from vneid_idp.camara.bodies import Answer, Body, PhoneNumber, never_null, refusals
from vneid_idp.camara.callers import Caller, caller_with, or_with
from vneid_idp.camara.refusals import OutOfRange, ServiceNotApplicable, UnnecessaryIdentifier
from vneid_idp.consent.disclosures import Disclosed, Told
from vneid_idp.grants.service import GrantEnded
from vneid_idp.kernel.clock import DAY, HOUR, to_datetime
from vneid_idp.protocol.camara import CHECK_SWAP, SIM_SWAP, SWAP_DATE
from vneid_idp.protocol.errors import InvalidToken
from vneid_idp.use_cases.check_sim_swap import TOLD_SWAP_DATE, TOLD_SWAPPED, SwapHistory, find_swaps
from vneid_idp.web.api_caller import ENDED
from vneid_idp.web.apis import route_class_of
from vneid_idp.web.context import idp
from vneid_idp.web.responses import no_store

router = APIRouter(prefix="/sim-swap/v2", generate_unique_id_function=lambda route: route.name)
router.route_class = route_class_of(router)

_NumberNotNeeded = Annotated[
    PhoneNumber | None, Field(description="Refused: the access token says whose number it is.")
]


class CreateSimSwapDate(Body):
    """Nothing: the number is that of the account of the access token."""

    phone_number: _NumberNotNeeded = None


class CreateCheckSimSwap(Body):
    """The period."""

    phone_number: _NumberNotNeeded = None
    max_age: Annotated[
        int, Field(strict=True, ge=1, le=2400, description="In hours.", json_schema_extra={"format": "int32"})
    ] = 240


class SimSwapInfo(Answer):
    """When it was, or for how long there was none."""

    latest_sim_change: datetime | None
    monitored_period: Annotated[
        int | None,
        Field(
            description="Where no change is known: there was none for so many whole days. Nothing is known of before.",
            json_schema_extra=never_null,
        ),
    ] = None


class CheckSimSwapInfo(Answer):
    """Whether there was one."""

    swapped: bool


@router.post(
    "/retrieve-date",
    name="retrieveSimSwapDate",
    tags=["Retrieve SIM swap date"],
    summary="Ask when a person's phone number last came into another SIM",
    response_model_exclude_unset=True,
    responses=refusals(
        _400="INVALID_ARGUMENT", _403="PERMISSION_DENIED", _422="SERVICE_NOT_APPLICABLE, UNNECESSARY_IDENTIFIER"
    ),
    openapi_extra=or_with(SIM_SWAP),
)
async def retrieve_date(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(caller_with(SWAP_DATE, SIM_SWAP))],
    body: CreateSimSwapDate,
) -> SimSwapInfo:
    """As its carrier told: another SIM, a move to another carrier, or that the number became this person's after
    another one had it. Where nothing of that was told, `latestSimChange` is null, and `monitoredPeriod` says for how
    many days it would have been: since the person confirmed the number to a carrier here."""
    found = await _swaps(request, caller, body.phone_number, TOLD_SWAP_DATE, SWAP_DATE, SIM_SWAP)
    no_store(response)
    if found.latest is None:
        days = (idp(request).clock.now() - found.known_since) // DAY
        return SimSwapInfo(latest_sim_change=None, monitored_period=days)
    return SimSwapInfo(latest_sim_change=to_datetime(found.latest))


@router.post(
    "/check",
    name="checkSimSwap",
    tags=["Check SIM swap"],
    summary="Ask whether a person's phone number came into another SIM",
    responses=refusals(
        _400="INVALID_ARGUMENT, OUT_OF_RANGE",
        _403="PERMISSION_DENIED",
        _422="SERVICE_NOT_APPLICABLE, UNNECESSARY_IDENTIFIER",
    ),
    openapi_extra=or_with(SIM_SWAP),
)
async def check(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(caller_with(CHECK_SWAP, SIM_SWAP))],
    body: CreateCheckSimSwap,
) -> CheckSimSwapInfo:
    """In the last `maxAge` hours. `false` means that carriers would have told; of a number that was confirmed here
    later than that, and of which they told nothing since, it is `OUT_OF_RANGE`."""
    found = await _swaps(request, caller, body.phone_number, TOLD_SWAPPED, CHECK_SWAP, SIM_SWAP)
    no_store(response)
    now = idp(request).clock.now()
    since = now - body.max_age * HOUR
    if found.latest is not None and found.latest >= since:
        return CheckSimSwapInfo(swapped=True)
    if found.known_since > since:
        known = (now - found.known_since) // HOUR
        raise OutOfRange(f"Of this number it is known for the last {known} hours alone, and there was none in them.")
    return CheckSimSwapInfo(swapped=False)


async def _swaps(request: Request, caller: Caller, phone_number: str | None, told: str, *any_of: str) -> SwapHistory:
    """What is known of the number of the person's account. It is on record as `told` before anything is answered."""
    if phone_number is not None:
        raise UnnecessaryIdentifier
    provider = idp(request)
    person = await caller.person(provider)
    vault, blind, client_id = provider.vault, provider.keys.blind, caller.client.client_id
    try:
        found = await provider.db.transact(
            lambda unit: find_swaps(unit, vault, blind, client_id, caller.asks_by, person, *any_of)
        )
    except GrantEnded as error:
        raise InvalidToken(ENDED) from error
    if found is None:
        raise ServiceNotApplicable
    await provider.disclosures.add(Disclosed.of(person.person_id, client_id, Told.CAMARA, (told,)))
    return found
