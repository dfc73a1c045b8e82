"""`numbers/v1`: bind a number that the person of the token confirmed; list, read, release the carrier's numbers."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response, status
from starlette.convertors import StringConvertor, register_url_convertor

from vneid_idp.bindings.engine.service import Bound
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.bindings.subscriber_numbers.service import get_of_family, list_of_family
from vneid_idp.bindings.subscriber_numbers.words import NumberBoundToAnother
from vneid_idp.clients.service import UnknownClient
from vneid_idp.grants.service import GrantEnded
from vneid_idp.identity import persons
from vneid_idp.kernel.clock import SECOND
from vneid_idp.numbers.callers import Caller, find_caller
from vneid_idp.numbers.representations import NUMBER_ID, NewNumber, Number, NumberPage, OperatorTokenTold
from vneid_idp.protocol.errors import InvalidToken
from vneid_idp.protocol.operator_tokens import LIFE, seal_operator_token
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.bind_number import bind_number, release_number
from vneid_idp.use_cases.claim_number import note_refused
from vneid_idp.use_cases.operator_tokens import vouch_for_device
from vneid_idp.use_cases.who_is_carrier import carrier_of
from vneid_idp.web.api_caller import ENDED
from vneid_idp.web.apis import route_class_of
from vneid_idp.web.context import idp
from vneid_idp.web.contracts import problems
from vneid_idp.web.cursors import new_cursor, read_cursor
from vneid_idp.web.pages import ListPart
from vneid_idp.web.responses import no_store


class _NumberId(StringConvertor):
    regex = NUMBER_ID


# `/{number_id:number_id}`: an address with anything else in that place is no address of ours (404, or 405).
register_url_convertor("number_id", _NumberId())
_LIST = "numbers/v1/numbers"
"""What is sealed into cursors, so that those of another list do not open here."""

_EVERYWHERE = {"_401": "invalid_token", "_422": "malformed", "_503": "temporarily_unavailable"}
router = APIRouter(
    prefix="/numbers/v1/numbers",
    tags=["Numbers"],
    generate_unique_id_function=lambda route: route.name,
)
router.route_class = route_class_of(router)
CallerOf = Annotated[Caller, Depends(find_caller)]
NumberIdOf = Annotated[str, Path(pattern=f"^{NUMBER_ID}$", description="The number, as it was returned.")]


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Bind a number to the person of the access token",
    responses={
        200: {"model": Number, "description": "The number was bound to this person before; this is how it stands."},
        **problems(
            _401="invalid_token, insufficient_user_authentication",
            _403="insufficient_scope, carrier_unknown, number_not_confirmed, channel_not_open, point_must_act, "
            "number_takes_guardian, guardian_contracts, not_their_guardian, contract_required, national_route_required",
            _409="number_bound_to_another, number_disputed, number_frozen, number_suspended, sequence_taken, "
            "match_not_usable, binding_state_conflict, idempotency_conflict",
            _422="malformed",
            _503="temporarily_unavailable, registry_unavailable, overtaken",
        ),
    },
)
async def bind(
    request: Request,
    response: Response,
    caller: CallerOf,
    number: NewNumber,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=255,
            description="Repeating a request with the same key repeats its result. A key counts for one client and one "
            "answer of the person: what they confirmed later is another request, whatever its key.",
        ),
    ] = None,
) -> Number:
    """Needs an access token that names a person and carries an object of the type `subscriber_number` with just these
    members. It binds the number once, within the life of that token and whichever of the carrier's clients has one that
    was exchanged for it. Asking again changes nothing, but that a number which is this person's already is verified by
    a match that comes with it."""
    provider, grant_id = idp(request), caller.check_person()
    policy = await provider.current_policy()
    assert caller.authorisation.holder is not None
    answer = await persons.ask(provider.db, provider.registry, caller.authorisation.holder)
    if answer is None:
        raise InvalidToken("Whoever this access token is about is not in the registry any more.")

    async def work(unit: Unit) -> Bound[SubscriberNumber]:
        return await bind_number(
            unit,
            provider.vault,
            provider.keys.blind,
            caller.authorisation,
            grant_id,
            number.as_confirmed,
            answer,
            policy,
            contract_reference=number.contract_reference,
            match_id=number.match_id,
            idempotency_key=idempotency_key,
        )

    try:
        bound = await provider.db.transact(work)
    except GrantEnded as error:
        raise InvalidToken(ENDED) from error
    except NumberBoundToAnother:
        # Of the unit in which it was refused nothing stays; the person may say that the number is theirs. For a child
        # nobody claims.
        if caller.authorisation.on_behalf_of is None:
            vault, blind, person_id = provider.vault, provider.keys.blind, caller.authorisation.holder
            await provider.db.transact(
                lambda unit: note_refused(unit, vault, blind, caller.client, person_id, number.as_confirmed)
            )
        raise
    no_store(response)
    response.headers["Location"] = provider.url(f"{router.prefix}/{bound.binding.binding_id}")
    if not bound.created:
        response.status_code = status.HTTP_200_OK
    return Number.of(bound.binding)


@router.get(
    "",
    summary="List the carrier's numbers",
    responses=problems(_400="invalid_cursor", **_EVERYWHERE, _403="insufficient_scope, carrier_unknown"),
)
async def list_numbers(
    request: Request,
    response: Response,
    caller: CallerOf,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 50,
    cursor: Annotated[str | None, Query(max_length=1024, description="`next_cursor` of the page before.")] = None,
) -> NumberPage:
    """Those that any client of the carrier's bound. Needs the carrier's own access token (client credentials, scope
    `binding:subscriber_number`)."""
    caller.check_own()
    provider, family_id = idp(request), carrier_of(caller.client)
    after = None if cursor is None else read_cursor(provider, (_LIST, family_id), cursor)
    async with provider.db.reading() as unit:
        part = ListPart.of(await list_of_family(unit, family_id, after=after, limit=limit + 1), limit)
    no_store(response)
    return NumberPage(
        items=tuple(map(Number.of, part.shown)),
        next_cursor=None if part.last is None else new_cursor(provider, (_LIST, family_id), part.last.binding_id),
    )


_ONE = problems(**_EVERYWHERE, _403="insufficient_scope, carrier_unknown", _404="binding_not_found, not_found")


@router.get("/{number_id:number_id}", summary="Read how a number stands", responses=_ONE)
async def read(request: Request, response: Response, caller: CallerOf, number_id: NumberIdOf) -> Number:
    """Needs the carrier's own access token. Another carrier's number and none at all look the same."""
    caller.check_own()
    async with idp(request).db.glance() as unit:
        found = await get_of_family(unit, carrier_of(caller.client), number_id)
    no_store(response)
    return Number.of(found)


@router.post(
    "/{number_id:number_id}/operator-tokens",
    status_code=status.HTTP_201_CREATED,
    summary="Vouch for the device that a number is in",
    responses=_ONE | problems(_409="number_suspended, number_frozen, number_disputed, binding_state_conflict"),
)
async def vouch(request: Request, response: Response, caller: CallerOf, number_id: NumberIdOf) -> OperatorTokenTold:
    """For a device that your network, or its SIM card, has shown to hold the number at this moment: hand the token to
    that device and to nobody else. Whoever it gives it to names by it the holder of the number to this provider
    (`sub` `operatortoken:…` of an assertion, RFC 7523), once, and cannot read it. Needs the carrier's own access token.
    """
    caller.check_own()
    provider = idp(request)
    try:
        token = await provider.db.transact(lambda unit: vouch_for_device(unit, caller.client, number_id))
    except UnknownClient as error:
        raise InvalidToken(ENDED) from error
    no_store(response)
    return OperatorTokenTold(operator_token=seal_operator_token(provider.keys.sealer, token), expires_in=LIFE // SECOND)


@router.post("/{number_id:number_id}/release", summary="Release a number", responses=_ONE)
async def release(request: Request, response: Response, caller: CallerOf, number_id: NumberIdOf) -> Number:
    """The number is nobody's again. Releasing twice is the same as once. Needs the carrier's own access token."""
    caller.check_own()
    try:
        released = await idp(request).db.transact(lambda unit: release_number(unit, caller.client, number_id))
    except UnknownClient as error:
        raise InvalidToken(ENDED) from error
    no_store(response)
    return Number.of(released)
