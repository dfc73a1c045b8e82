"""SIM Swap Subscriptions 0.3: be told when a phone number comes into another SIM (CAMARA SimSwap r3.3)."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response, status

from vneid_idp.camara.bodies import refusals
from vneid_idp.camara.callers import Caller, caller_with
from vneid_idp.camara.refusals import InvalidSink, OutOfRange, ServiceNotApplicable, UnnecessaryIdentifier
from vneid_idp.camara.subscription_bodies import Subscription, SubscriptionRequest
from vneid_idp.grants.service import GrantEnded
from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.camara import READ_SUBSCRIPTIONS, SUBSCRIBE_SWAPS, UNSUBSCRIBE_SWAPS
from vneid_idp.protocol.errors import InvalidToken
from vneid_idp.protocol.uris import BadUri, check_server_url
from vneid_idp.swap_subscriptions.rules import BEFORE_TOKEN_ENDS
from vneid_idp.swap_subscriptions.service import get_standing, list_standing
from vneid_idp.use_cases.tell_swaps import Wanted, subscribe, unsubscribe
from vneid_idp.web.api_caller import ENDED
from vneid_idp.web.apis import route_class_of
from vneid_idp.web.context import idp
from vneid_idp.web.responses import no_store

router = APIRouter(
    prefix="/sim-swap-subscriptions/v0.3",
    tags=["Sim Swap Subscription"],
    generate_unique_id_function=lambda route: route.name,
)
router.route_class = route_class_of(router)
_SubscriptionId = Annotated[
    str, Path(alias="subscriptionId", pattern="^[a-z0-9_]{1,64}$", description="The subscription, as it was returned.")
]
_EVENT: dict[str, Any] = {
    "callbacks": {
        "notifications": {
            "{$request.body#/sink}": {
                "post": {
                    "summary": "What is told",
                    "description": "An event as CloudEvents 1.0 has it (`application/cloudevents+json`): "
                    "`subscription-started`, `swapped` and `subscription-ended`. The same `id` is the same event. Any "
                    "answer with 2xx will do; 410 ends the subscription.",
                    "operationId": "postNotification",
                    "responses": {"204": {"description": "Taken."}},
                }
            }
        }
    }
}


@router.post(
    "/subscriptions",
    name="createSimSwapSubscription",
    summary="Be told when a person's phone number comes into another SIM",
    status_code=status.HTTP_201_CREATED,
    response_model_exclude_none=True,
    responses=refusals(
        _400="INVALID_ARGUMENT, OUT_OF_RANGE, INVALID_PROTOCOL, INVALID_CREDENTIAL, INVALID_TOKEN, INVALID_SINK",
        _403="PERMISSION_DENIED",
        _409="ALREADY_EXISTS",
        _422="SERVICE_NOT_APPLICABLE, UNNECESSARY_IDENTIFIER",
        _429="QUOTA_EXCEEDED",
    ),
    openapi_extra=_EVENT,
)
async def create(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(caller_with(SUBSCRIBE_SWAPS))],
    body: SubscriptionRequest,
) -> Subscription:
    """Of the number of the account of the person of the access token. It stands until the person withdraws, whatever
    becomes of the access token and of the number; until `subscriptionExpireTime`; until `subscriptionMaxEvents` swaps
    were told; or until five minutes before the token for the sink expires. Five addresses of one person at most."""
    provider = idp(request)
    if body.config.subscription_detail.phone_number is not None:
        raise UnnecessaryIdentifier
    try:
        check_server_url(body.sink, sandbox=provider.sandbox)
    except BadUri as error:
        raise InvalidSink(f"sink {error}.") from None
    wanted = _wanted(body, provider.clock.now())
    person = await caller.person(provider)
    try:
        made = await provider.db.transact(
            lambda unit: subscribe(unit, provider.vault, caller.client.client_id, caller.asks_by, person, wanted)
        )
    except GrantEnded as error:
        raise InvalidToken(ENDED) from error
    if made is None:
        raise ServiceNotApplicable
    no_store(response)
    return Subscription.of(made)


def _wanted(body: SubscriptionRequest, now: Instant) -> Wanted:
    """Raises `OutOfRange` for what would have ended before it begins."""
    credential, expires_at = body.sink_credential, body.config.expires_at
    if expires_at is not None and expires_at <= now:
        raise OutOfRange("subscriptionExpireTime is over.")
    if credential is not None and credential.expires_at <= now + BEFORE_TOKEN_ENDS:
        raise OutOfRange("accessTokenExpiresUtc is over, or within five minutes.")
    return Wanted(
        sink=body.sink,
        token=None if credential is None else credential.access_token,
        token_expires_at=None if credential is None else credential.expires_at,
        expires_at=expires_at,
        most_events=body.config.subscription_max_events,
    )


@router.get(
    "/subscriptions",
    name="retrieveSubscriptionList",
    summary="List what you are told of a person's number",
    response_model_exclude_none=True,
    responses=refusals(_400="INVALID_ARGUMENT", _403="PERMISSION_DENIED"),
)
async def read_all(
    request: Request, response: Response, caller: Annotated[Caller, Depends(caller_with(READ_SUBSCRIPTIONS))]
) -> list[Subscription]:
    """Those of this client about the person of the access token that stand."""
    assert caller.person_id is not None
    async with idp(request).db.glance() as unit:
        found = await list_standing(unit, caller.person_id, caller.client.client_id)
    no_store(response)
    return [Subscription.of(each) for each in found]


@router.get(
    "/subscriptions/{subscriptionId}",
    name="retrieveSubscription",
    summary="Read one",
    response_model_exclude_none=True,
    responses=refusals(_400="INVALID_ARGUMENT", _403="PERMISSION_DENIED", _404="NOT_FOUND"),
)
async def read(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(caller_with(READ_SUBSCRIPTIONS))],
    subscription_id: _SubscriptionId,
) -> Subscription:
    """One of another client or person, one that has ended, and none at all look the same."""
    assert caller.person_id is not None
    async with idp(request).db.glance() as unit:
        found = await get_standing(unit, caller.person_id, caller.client.client_id, subscription_id)
    no_store(response)
    return Subscription.of(found)


@router.delete(
    "/subscriptions/{subscriptionId}",
    name="deleteSubscription",
    summary="Be told no more",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refusals(_400="INVALID_ARGUMENT", _403="PERMISSION_DENIED", _404="NOT_FOUND"),
)
async def delete(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(caller_with(UNSUBSCRIBE_SWAPS))],
    subscription_id: _SubscriptionId,
) -> None:
    """What has not left yet is told no more, but that it ended."""
    try:
        await idp(request).db.transact(
            lambda unit: unsubscribe(unit, caller.client.client_id, caller.asks_by, subscription_id)
        )
    except GrantEnded as error:
        raise InvalidToken(ENDED) from error
    no_store(response)
