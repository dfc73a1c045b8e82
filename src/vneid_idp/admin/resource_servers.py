"""`/admin/v1/resource-servers`: who takes signed access tokens of this provider."""

from typing import Annotated

from fastapi import Depends, Request, Response, status

from vneid_idp.admin import representations
from vneid_idp.admin.callers import Caller, Reach, needs
from vneid_idp.admin.representations import (
    AfterOf,
    Change,
    LimitOf,
    ResourceServerChange,
    ResourceServerPage,
    ServerIdOf,
)
from vneid_idp.admin.routing import refusals, router_of
from vneid_idp.clients import resource_servers
from vneid_idp.protocol.resource_servers import ResourceServer, read_server
from vneid_idp.storage.unit import Unit
from vneid_idp.web.context import idp
from vneid_idp.web.pages import ListPart
from vneid_idp.web.responses import no_store

router = router_of("Resource servers")
Reader = Annotated[Caller, Depends(needs("admin:clients:read"))]
Writer = Annotated[Caller, Depends(needs("admin:clients:write"))]
_MEMBERS = {"_400": "bad_resource_server, who_and_why"}


@router.get("/resource-servers", summary="List the resource servers", responses=refusals())
async def list_resource_servers(
    request: Request, response: Response, _: Reader, limit: LimitOf = 50, after: AfterOf = None
) -> ResourceServerPage:
    """In the order of their ids."""
    async with idp(request).db.reading() as unit:
        part = ListPart.of(await resource_servers.page(unit, after=after or "", limit=limit + 1), limit)
    no_store(response)
    return ResourceServerPage(
        items=tuple(map(representations.ResourceServer.of, part.shown)),
        next_after=None if part.last is None else part.last.server_id,
    )


@router.post(
    "/resource-servers",
    summary="Register a resource server",
    status_code=status.HTTP_201_CREATED,
    responses=refusals(**_MEMBERS, _404="unknown_family, not_found", _409="resource_server_exists"),
)
async def register_resource_server(
    request: Request, response: Response, caller: Writer, new: ResourceServerChange
) -> representations.ResourceServer:
    """Tokens for it are issued to the clients that it names, of people who agree."""
    deed, members = new.deed(caller), read_server(new.metadata, idp(request).issuer)

    async def work(unit: Unit, _: Reach) -> ResourceServer:
        return await resource_servers.register(unit, members, deed)

    return _shown(response, await caller.act(work))


_ONE = refusals(_404="unknown_resource_server, not_found")


@router.get("/resource-servers/{server_id}", summary="Look at a resource server", responses=_ONE)
async def read_resource_server(
    request: Request, response: Response, _: Reader, server_id: ServerIdOf
) -> representations.ResourceServer:
    """As it is registered."""
    async with idp(request).db.reading() as unit:
        server = await resource_servers.get(unit, server_id)
    return _shown(response, server)


@router.put(
    "/resource-servers/{server_id}",
    summary="Change a resource server",
    responses=refusals(**_MEMBERS, _404="unknown_resource_server, unknown_family, not_found"),
)
async def change_resource_server(
    request: Request, response: Response, caller: Writer, server_id: ServerIdOf, change: ResourceServerChange
) -> representations.ResourceServer:
    """Another registration in place of the one that stands. `resource` stays, and so do the titles of scopes, which
    people have agreed to."""
    deed, members = change.deed(caller), read_server(change.metadata, idp(request).issuer)

    async def work(unit: Unit, _: Reach) -> ResourceServer:
        return await resource_servers.change(unit, server_id, members, deed)

    return _shown(response, await caller.act(work))


@router.post(
    "/resource-servers/{server_id}/remove",
    summary="Remove a resource server",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refusals(_400="who_and_why", _404="unknown_resource_server, not_found"),
)
async def remove_resource_server(response: Response, caller: Writer, server_id: ServerIdOf, change: Change) -> None:
    """No token for it is issued any more, and introspection calls those inactive that were. Registered again, it is
    another one, and people are asked anew."""
    deed = change.deed(caller)

    async def work(unit: Unit, _: Reach) -> None:
        await resource_servers.remove(unit, server_id, deed)

    await caller.act(work)
    no_store(response)


def _shown(response: Response, server: ResourceServer) -> representations.ResourceServer:
    no_store(response)
    return representations.ResourceServer.of(server)
