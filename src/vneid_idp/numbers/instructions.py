"""`numbers/v1/instructions`: what the carrier has to do with its numbers: polled as events, listed, acknowledged."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.convertors import StringConvertor, register_url_convertor

from vneid_idp.clients.service import UnknownClient
from vneid_idp.instructions.rules import Outcome
from vneid_idp.numbers.callers import Caller
from vneid_idp.numbers.instruction_representations import (
    INSTRUCTION_ID,
    MOST_EVENTS,
    Acknowledgement,
    Instruction,
    InstructionPage,
    PollAnswer,
    PollRequest,
)
from vneid_idp.numbers.routes import CallerOf
from vneid_idp.protocol.errors import InvalidToken
from vneid_idp.protocol.security_events import SECURITY_EVENT_TYPE
from vneid_idp.use_cases.tell_carrier import InstructionTold, acknowledge, list_to_tell, list_told, receive
from vneid_idp.use_cases.who_is_carrier import carrier_of
from vneid_idp.web.api_caller import ENDED
from vneid_idp.web.apis import route_class_of
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.contracts import problems
from vneid_idp.web.cursors import new_cursor, read_cursor
from vneid_idp.web.pages import ListPart
from vneid_idp.web.responses import no_store


class _InstructionId(StringConvertor):
    regex = INSTRUCTION_ID


register_url_convertor("instruction_id", _InstructionId())
_LIST = "numbers/v1/instructions"
LONGEST_WAIT = 10.0
"""Seconds that a poll waits where there is nothing and it may wait."""
_LOOK = 1.0
"""Seconds from one look to the next meanwhile."""

router = APIRouter(
    prefix="/numbers/v1/instructions",
    tags=["Instructions"],
    generate_unique_id_function=lambda route: route.name,
)
router.route_class = route_class_of(router)
_EVERYWHERE = {
    "_401": "invalid_token",
    "_403": "insufficient_scope, carrier_unknown",
    "_422": "malformed",
    "_503": "temporarily_unavailable",
}


@router.get("", summary="List instructions", responses=problems(_400="invalid_cursor", **_EVERYWHERE))
async def list_instructions(
    request: Request,
    response: Response,
    caller: CallerOf,
    open: Annotated[bool, Query(description="Only what is not acknowledged.")] = False,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 50,
    cursor: Annotated[str | None, Query(max_length=1024, description="`next_cursor` of the page before.")] = None,
) -> InstructionPage:
    """Those to all clients of the carrier. Needs the carrier's own access token (client credentials, scope
    `binding:subscriber_number`)."""
    caller.check_own()
    provider, family_id = idp(request), carrier_of(caller.client)
    of_list = (_LIST, family_id, str(open))
    after = None if cursor is None else read_cursor(provider, of_list, cursor)
    async with provider.db.reading() as unit:
        found = await list_told(unit, provider.keys.sealer, family_id, after=after, limit=limit + 1, only_open=open)
    part = ListPart.of(found, limit)
    no_store(response)
    return InstructionPage(
        items=tuple(map(Instruction.of, part.shown)),
        next_cursor=None if part.last is None else new_cursor(provider, of_list, part.last.instruction.instruction_id),
    )


@router.post("/poll", summary="Poll for instructions as security events", responses=problems(**_EVERYWHERE))
async def poll(request: Request, response: Response, caller: CallerOf, asked: PollRequest) -> PollAnswer:
    """Poll-based delivery of Security Event Tokens (RFC 8936), of the stream of the client that asks. Each is a signed
    JWT of the type `secevent+jwt`, whose one event is an instruction. Needs the carrier's own access token."""
    caller.check_own()
    provider = idp(request)
    received, unread = asked.received, asked.unread
    if received or unread:
        try:
            await provider.db.transact(lambda unit: receive(unit, caller.client, received, unread))
        except UnknownClient as error:
            raise InvalidToken(ENDED) from error
    most = min(asked.maxEvents, MOST_EVENTS)
    found = await _waited_for(provider, caller, most + 1, 0.0 if asked.returnImmediately or not most else LONGEST_WAIT)
    no_store(response)
    return PollAnswer(
        sets={each.instruction.instruction_id: _signed(provider, caller, each) for each in found[:most]},
        moreAvailable=len(found) > most,
    )


async def _waited_for(provider: Idp, caller: Caller, most: int, seconds: float) -> tuple[InstructionTold, ...]:
    """What there is to tell, waited for as long as there is nothing."""
    until = asyncio.get_running_loop().time() + seconds
    while True:
        async with provider.db.reading() as unit:
            found = await list_to_tell(unit, provider.keys.sealer, caller.client, most=most)
        if found or asyncio.get_running_loop().time() >= until:
            return found
        await asyncio.sleep(_LOOK)


def _signed(provider: Idp, caller: Caller, told: InstructionTold) -> str:
    now = provider.clock.now()
    alg, claims = caller.client.id_token_signed_response_alg, told.claims(provider.issuer, now)
    return provider.keys.sign(alg, claims, typ=SECURITY_EVENT_TYPE, now=now)


@router.post(
    "/{instruction_id:instruction_id}/acknowledgement",
    summary="Say what came of an instruction",
    responses=problems(**_EVERYWHERE, _404="instruction_unknown, not_found", _409="instruction_answered"),
)
async def acknowledge_instruction(
    request: Request,
    response: Response,
    caller: CallerOf,
    instruction_id: Annotated[str, Path(pattern=f"^{INSTRUCTION_ID}$", description="The instruction.")],
    said: Acknowledgement,
) -> Instruction:
    """Of whichever client of the carrier's it is. Saying the same again changes nothing. Earlier instructions about the
    number that are not acknowledged are superseded. Needs the carrier's own access token."""
    caller.check_own()
    provider = idp(request)
    try:
        told = await provider.db.transact(
            lambda unit: acknowledge(
                unit, provider.keys.sealer, caller.client, instruction_id, Outcome(said.outcome), said.reason
            )
        )
    except UnknownClient as error:
        raise InvalidToken(ENDED) from error
    no_store(response)
    return Instruction.of(told)
