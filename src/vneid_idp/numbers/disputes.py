"""`numbers/v1/disputes`: two people say that one number is theirs; the carrier reads what they tell, and decides."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.convertors import StringConvertor, register_url_convertor

from vneid_idp.clients.service import UnknownClient
from vneid_idp.numbers.dispute_representations import DISPUTE_ID, Decision, Dispute, DisputeInFull, DisputePage
from vneid_idp.numbers.routes import CallerOf
from vneid_idp.protocol.errors import InvalidToken
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.dispute_evidence import evidence_for_carrier, get_of_family, list_of_family
from vneid_idp.use_cases.end_dispute import decide_dispute
from vneid_idp.use_cases.lose_number import Secrets
from vneid_idp.use_cases.who_is_carrier import carrier_of
from vneid_idp.web.api_caller import ENDED
from vneid_idp.web.apis import route_class_of
from vneid_idp.web.context import idp
from vneid_idp.web.contracts import problems
from vneid_idp.web.cursors import new_cursor, read_cursor
from vneid_idp.web.pages import ListPart
from vneid_idp.web.responses import no_store


class _DisputeId(StringConvertor):
    regex = DISPUTE_ID


register_url_convertor("dispute_id", _DisputeId())
_LIST = "numbers/v1/disputes"

router = APIRouter(
    prefix="/numbers/v1/disputes", tags=["Disputes"], generate_unique_id_function=lambda route: route.name
)
router.route_class = route_class_of(router)
_EVERYWHERE = {
    "_401": "invalid_token",
    "_403": "insufficient_scope, carrier_unknown",
    "_422": "malformed",
    "_503": "temporarily_unavailable",
}
_OF_ONE = {**_EVERYWHERE, "_404": "dispute_not_found, not_found"}
DisputeIdOf = Annotated[str, Path(pattern=f"^{DISPUTE_ID}$", description="The dispute, as it was listed.")]


@router.get("", summary="List disputes", responses=problems(_400="invalid_cursor", **_EVERYWHERE))
async def list_disputes(
    request: Request,
    response: Response,
    caller: CallerOf,
    open: Annotated[bool, Query(description="Only those that have not ended.")] = False,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 50,
    cursor: Annotated[str | None, Query(max_length=1024, description="`next_cursor` of the page before.")] = None,
) -> DisputePage:
    """Those about the numbers of all clients of the carrier. An instruction `decide` tells of each when it begins.
    Needs the carrier's own access token (client credentials, scope `binding:subscriber_number`)."""
    caller.check_own()
    provider, family_id = idp(request), carrier_of(caller.client)
    of_list = (_LIST, family_id, str(open))
    after = None if cursor is None else read_cursor(provider, of_list, cursor)
    async with provider.db.reading() as unit:
        found = await list_of_family(
            unit, provider.keys.sealer, family_id, after=after, limit=limit + 1, only_open=open
        )
    part = ListPart.of(found, limit)
    no_store(response)
    return DisputePage(
        items=tuple(map(Dispute.of, part.shown)),
        next_cursor=None if part.last is None else new_cursor(provider, of_list, part.last.dispute.dispute_id),
    )


@router.get("/{dispute_id:dispute_id}", summary="Read a dispute, and what the two tell", responses=problems(**_OF_ONE))
async def read_dispute(
    request: Request, response: Response, caller: CallerOf, dispute_id: DisputeIdOf
) -> DisputeInFull:
    """What they tell is for you alone, and says of nobody who they are. Another carrier's dispute and none at all look
    the same. Needs the carrier's own access token."""
    caller.check_own()
    sealer = idp(request).keys.sealer
    async with idp(request).db.reading() as unit:
        found = await get_of_family(unit, sealer, carrier_of(caller.client), dispute_id)
        both = await evidence_for_carrier(unit, sealer, found.dispute)
    no_store(response)
    return DisputeInFull.told(found, both)


@router.post(
    "/{dispute_id:dispute_id}/decision",
    summary="Decide whose the number is",
    responses=problems(**_OF_ONE, _409="dispute_over"),
)
async def decide(
    request: Request, response: Response, caller: CallerOf, dispute_id: DisputeIdOf, decision: Decision
) -> Dispute:
    """Once: to decide the same again changes nothing, and anything else is refused. Both are told, and not who the
    other is. Needs the carrier's own access token."""
    caller.check_own()
    provider, policy = idp(request), await idp(request).current_policy()
    secrets = Secrets(provider.vault, provider.keys.sealer, provider.keys.blind)

    async def work(unit: Unit) -> Dispute:
        after = await decide_dispute(
            unit, secrets, caller.client, dispute_id, decision.decision, decision.reason, policy
        )
        return Dispute.of(await get_of_family(unit, provider.keys.sealer, after.family_id, dispute_id))

    try:
        decided = await provider.db.transact(work)
    except UnknownClient as error:
        raise InvalidToken(ENDED) from error
    no_store(response)
    return decided
