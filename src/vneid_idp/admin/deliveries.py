"""`/admin/v1/deliveries`: what has to leave this provider, and what was given up."""

from typing import Annotated

from fastapi import Depends, Query, Request, Response, status

from vneid_idp.admin import representations
from vneid_idp.admin.callers import Caller, needs
from vneid_idp.admin.representations import AfterOf, Change, DeliveryIdOf, DeliveryPage, LimitOf
from vneid_idp.admin.routing import refusals, router_of
from vneid_idp.delivery import service
from vneid_idp.web.context import idp
from vneid_idp.web.pages import ListPart
from vneid_idp.web.responses import NO_STORE, no_store

router = router_of("Deliveries")
Program = Annotated[Caller, Depends(needs("admin:deliveries"))]


@router.get("/deliveries", summary="List the queue", responses=refusals())
async def list_deliveries(
    request: Request,
    response: Response,
    _: Program,
    dead: Annotated[bool, Query(description="Only what was given up.")] = False,
    limit: LimitOf = 50,
    after: AfterOf = None,
) -> DeliveryPage:
    """What waits, and what was given up; never what is in it."""
    async with idp(request).db.reading() as unit:
        part = ListPart.of(await service.list_deliveries(unit, dead=dead, after=after or "", limit=limit + 1), limit)
    no_store(response)
    return DeliveryPage(
        items=tuple(map(representations.Delivery.of, part.shown)),
        next_after=None if part.last is None else part.last.delivery_id,
    )


@router.post(
    "/deliveries/{delivery_id}/retry",
    summary="Try a delivery again that was given up",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refusals(_400="who_and_why", _404="not_given_up, not_found", _409="cannot_be_retried"),
)
async def retry(request: Request, caller: Program, delivery_id: DeliveryIdOf, change: Change) -> Response:
    """Another round of attempts."""
    deed = change.deed(caller)
    await caller.act(lambda unit, _: service.retry(unit, delivery_id, deed))
    return Response(status_code=204, headers=NO_STORE)


@router.post(
    "/deliveries/{delivery_id}/discard",
    summary="Forget a delivery that was given up",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refusals(_400="who_and_why", _404="not_given_up, not_found"),
)
async def discard(request: Request, caller: Program, delivery_id: DeliveryIdOf, change: Change) -> Response:
    """It is gone then."""
    deed = change.deed(caller)
    await caller.act(lambda unit, _: service.discard(unit, delivery_id, deed))
    return Response(status_code=204, headers=NO_STORE)
