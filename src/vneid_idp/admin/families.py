"""`/admin/v1/families`: organisations whose clients go in and out of service together."""

from typing import Annotated

from fastapi import Depends, Request, Response, status

from vneid_idp.admin import representations
from vneid_idp.admin.callers import Caller, Reach, needs
from vneid_idp.admin.representations import (
    AfterOf,
    Change,
    FamilyIdOf,
    FamilyMembers,
    FamilyName,
    FamilyPage,
    LimitOf,
    NewFamily,
)
from vneid_idp.admin.routing import refusals, router_of
from vneid_idp.audit.deeds import Deed
from vneid_idp.clients import families
from vneid_idp.storage.unit import Unit
from vneid_idp.web.context import idp
from vneid_idp.web.pages import ListPart
from vneid_idp.web.responses import no_store

router = router_of("Families")
Reader = Annotated[Caller, Depends(needs("admin:clients:read"))]
Writer = Annotated[Caller, Depends(needs("admin:clients:write"))]
_ONE = refusals(_404="unknown_family, not_found")
_CHANGE = refusals(_404="unknown_family, not_found", _400="who_and_why")


@router.get("/families", summary="List the families", responses=refusals())
async def list_families(
    request: Request, response: Response, _: Reader, limit: LimitOf = 50, after: AfterOf = None
) -> FamilyPage:
    """In the order of their ids. A family is there as soon as it is created, or a client names it."""
    async with idp(request).db.reading() as unit:
        part = ListPart.of(await families.page(unit, after=after or "", limit=limit + 1), limit)
    no_store(response)
    return FamilyPage(
        items=tuple(map(representations.Family.of, part.shown)),
        next_after=None if part.last is None else part.last.family_id,
    )


@router.post(
    "/families",
    summary="Create a family",
    status_code=status.HTTP_201_CREATED,
    responses=refusals(_400="who_and_why", _409="family_exists"),
)
async def create_family(request: Request, response: Response, caller: Writer, new: NewFamily) -> representations.Family:
    """Before its first client is registered; a client that names a family which is not there makes it too."""
    deed = new.deed(caller)

    async def work(unit: Unit, _: Reach) -> families.Family:
        await families.create(unit, new.family_id, new.name, deed)
        return await families.get(unit, new.family_id)

    family = await caller.act(work)
    no_store(response)
    return representations.Family.of(family)


@router.get("/families/{family_id}", summary="Look at a family", responses=_ONE)
async def read_family(request: Request, response: Response, _: Reader, family_id: FamilyIdOf) -> FamilyMembers:
    """And at which clients are in it."""
    async with idp(request).db.reading() as unit:
        family = await families.get(unit, family_id)
        clients = await families.members(unit, family_id)
    no_store(response)
    return FamilyMembers(**representations.Family.of(family).model_dump(), clients=clients)


@router.put("/families/{family_id}/name", summary="Name a family", responses=_CHANGE)
async def name_family(
    request: Request, response: Response, caller: Writer, family_id: FamilyIdOf, change: FamilyName
) -> representations.Family:
    """As people and operators read it."""
    deed = change.deed(caller)

    async def work(unit: Unit, _: Reach) -> families.Family:
        await families.name(unit, family_id, change.name, deed)
        return await families.get(unit, family_id)

    family = await caller.act(work)
    no_store(response)
    return representations.Family.of(family)


@router.post("/families/{family_id}/disable", summary="Take a family out of service", responses=_CHANGE)
async def disable_family(
    request: Request, response: Response, caller: Writer, family_id: FamilyIdOf, change: Change
) -> representations.Family:
    """All its clients at once; once more changes nothing."""
    return await _switch(caller, response, family_id, change.deed(caller), on=False)


@router.post("/families/{family_id}/enable", summary="Put a family back into service", responses=_CHANGE)
async def enable_family(
    request: Request, response: Response, caller: Writer, family_id: FamilyIdOf, change: Change
) -> representations.Family:
    """A client that was disabled by itself stays so."""
    return await _switch(caller, response, family_id, change.deed(caller), on=True)


async def _switch(
    caller: Caller, response: Response, family_id: str, deed: Deed, *, on: bool
) -> representations.Family:
    async def work(unit: Unit, _: Reach) -> families.Family:
        await (families.enable if on else families.disable)(unit, family_id, deed)
        return await families.get(unit, family_id)

    family = await caller.act(work)
    no_store(response)
    return representations.Family.of(family)
