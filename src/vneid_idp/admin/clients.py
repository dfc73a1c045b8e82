"""`/admin/v1/clients`: list, register, look at, change, disable, enable, a new secret, purposes."""

from typing import Annotated

from fastapi import Depends, Request, Response, status

from vneid_idp.admin import representations
from vneid_idp.admin.callers import Caller, Reach, check_reaches, needs
from vneid_idp.admin.representations import (
    AfterOf,
    Change,
    ClientChange,
    ClientIdOf,
    ClientPage,
    ClientWithSecret,
    LimitOf,
    NewClient,
    Purposes,
    PurposesChange,
    Rotation,
)
from vneid_idp.admin.routing import IfMatch, check_seen, refusals, router_of, tag
from vneid_idp.clients import by_operator, service
from vneid_idp.kernel.clock import HOUR
from vneid_idp.protocol import registration
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.members import Registrar
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.fetch_logo import fetch_logo
from vneid_idp.web.context import idp
from vneid_idp.web.pages import ListPart
from vneid_idp.web.responses import no_store

router = router_of("Clients")
Reader = Annotated[Caller, Depends(needs("admin:clients:read"))]
Writer = Annotated[Caller, Depends(needs("admin:clients:write"))]
_ONE = {"_404": "unknown_client, not_found"}
_METADATA = {"_400": "invalid_client_metadata, invalid_redirect_uri, who_and_why"}
_SEEN = {"_412": "client_changed", "_428": "precondition_required"}


@router.get("/clients", summary="List the clients", responses=refusals())
async def list_clients(
    request: Request, response: Response, _: Reader, limit: LimitOf = 50, after: AfterOf = None
) -> ClientPage:
    """All of them, disabled ones too, in the order of their ids."""
    async with idp(request).db.reading() as unit:
        part = ListPart.of(await service.list_clients(unit, after=after or "", limit=limit + 1), limit)
    no_store(response)
    return ClientPage(
        items=tuple(map(representations.Client.of, part.shown)),
        next_after=None if part.last is None else part.last.client_id,
    )


@router.post(
    "/clients",
    summary="Register a client",
    status_code=status.HTTP_201_CREATED,
    responses=refusals(**_METADATA, _409="conflict"),
)
async def register(request: Request, response: Response, caller: Writer, new: NewClient) -> ClientWithSecret:
    """Its credentials are told this once. It gets no scope of the operator's that the caller lacks."""
    provider, deed = idp(request), new.deed(caller)
    found = registration.read_registration(new.metadata, Registrar(by_operator=True, sandbox=provider.sandbox))

    async def work(unit: Unit, reach: Reach) -> service.Registered:
        check_reaches(reach, found.members["scope"].split())
        return await service.register(unit, found, client_id=new.client_id, deed=deed)

    made = await caller.act(work)
    client = await fetch_logo(provider.db, provider.dispatcher, made.client)
    tag(response, client)
    return ClientWithSecret.with_secret(client, made.secret, made.registration_access_token)


@router.get("/clients/{client_id}", summary="Look at a client", responses=refusals(**_ONE))
async def read(request: Request, response: Response, _: Reader, client_id: ClientIdOf) -> representations.Client:
    """What is registered, and how it stands."""
    async with idp(request).db.reading() as unit:
        client = await service.get_client(unit, client_id)
    tag(response, client)
    return representations.Client.of(client)


@router.put("/clients/{client_id}", summary="Change a client", responses=refusals(**_ONE, **_METADATA, **_SEEN))
async def update(
    request: Request,
    response: Response,
    caller: Writer,
    client_id: ClientIdOf,
    change: ClientChange,
    if_match: IfMatch = None,
) -> ClientWithSecret:
    """Replaces the metadata; what differs in nothing changes nothing. A secret is made when the client now needs one
    and had none."""
    provider, deed = idp(request), change.deed(caller)

    async def work(unit: Unit, reach: Reach) -> tuple[Client, str | None]:
        seen = await service.get_client(unit, client_id)
        check_seen(seen, if_match)
        changed = await by_operator.update(
            unit, seen, change.metadata, deed, sandbox=provider.sandbox, material=change.material
        )
        check_reaches(reach, seen.scope, changed[0].scope)
        return changed

    client, secret = await caller.act(work)
    client = await fetch_logo(provider.db, provider.dispatcher, client)
    tag(response, client)
    return ClientWithSecret.with_secret(client, secret)


@router.post(
    "/clients/{client_id}/disable",
    summary="Take a client out of service",
    responses=refusals(**_ONE, _400="who_and_why"),
)
async def disable(
    request: Request, response: Response, caller: Writer, client_id: ClientIdOf, change: Change
) -> representations.Client:
    """At once; once more changes nothing."""
    deed = change.deed(caller)

    async def work(unit: Unit, _: Reach) -> Client:
        await service.disable(unit, client_id, deed)
        return await service.get_client(unit, client_id)

    client = await caller.act(work)
    tag(response, client)
    return representations.Client.of(client)


@router.post(
    "/clients/{client_id}/enable",
    summary="Put a client back into service",
    responses=refusals(**_ONE, _400="who_and_why"),
)
async def enable(
    request: Request, response: Response, caller: Writer, client_id: ClientIdOf, change: Change
) -> representations.Client:
    """What was granted before, and was not ended meanwhile, counts again. A disabled family stays so."""
    deed = change.deed(caller)

    async def work(unit: Unit, reach: Reach) -> Client:
        await service.enable(unit, client_id, deed)
        client = await service.get_client(unit, client_id)
        check_reaches(reach, client.scope)
        return client

    client = await caller.act(work)
    tag(response, client)
    return representations.Client.of(client)


@router.post(
    "/clients/{client_id}/rotate-secret",
    summary="Give a client a new secret",
    responses=refusals(**_ONE, **_SEEN, _400="who_and_why", _409="no_secret"),
)
async def rotate_secret(
    request: Request,
    response: Response,
    caller: Writer,
    client_id: ClientIdOf,
    rotation: Rotation,
    if_match: IfMatch = None,
) -> ClientWithSecret:
    """The new one is told this once; the old one stays good for a while, and an older one dies. With If-Match, a
    request that is repeated does not rotate twice."""
    deed = rotation.deed(caller)

    async def work(unit: Unit, reach: Reach) -> tuple[Client, str]:
        seen = await service.get_client(unit, client_id)
        check_seen(seen, if_match)
        check_reaches(reach, seen.scope)
        secret = await service.rotate_secret(unit, seen, deed, overlap=rotation.overlap_hours * HOUR)
        return await service.get_client(unit, client_id), secret

    client, secret = await caller.act(work)
    tag(response, client)
    return ClientWithSecret.with_secret(client, secret)


@router.get("/clients/{client_id}/purposes", summary="Look at a client's purposes", responses=refusals(**_ONE))
async def read_purposes(request: Request, response: Response, _: Reader, client_id: ClientIdOf) -> Purposes:
    """Why it asks, on which ground, and for what."""
    async with idp(request).db.reading() as unit:
        client = await service.get_client(unit, client_id)
    tag(response, client)
    return Purposes(purposes=client.metadata.get("purposes", []))


@router.put(
    "/clients/{client_id}/purposes",
    summary="Set a client's purposes",
    responses=refusals(**_ONE, **_METADATA, **_SEEN),
)
async def set_purposes(
    request: Request,
    response: Response,
    caller: Writer,
    client_id: ClientIdOf,
    change: PurposesChange,
    if_match: IfMatch = None,
) -> Purposes:
    """One that differs gets its next version by itself; people are asked for the claims that are new in it, or for the
    whole of it when its id is in `material`."""
    provider, deed = idp(request), change.deed(caller)

    async def work(unit: Unit, reach: Reach) -> Client:
        seen = await service.get_client(unit, client_id)
        check_seen(seen, if_match)
        check_reaches(reach, seen.scope)
        return await by_operator.set_purposes(
            unit, seen, change.purposes, deed, sandbox=provider.sandbox, material=change.material
        )

    client = await caller.act(work)
    tag(response, client)
    return Purposes(purposes=client.metadata.get("purposes", []))
