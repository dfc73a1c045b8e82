"""`/admin/v1/clients/{client_id}/domains`: which domains a client has shown to control."""

from typing import Annotated

from fastapi import Depends, Request, Response

from vneid_idp.admin.callers import Caller, Reach, needs
from vneid_idp.admin.representations import Change, ClientIdOf, Domain, DomainOf, Domains
from vneid_idp.admin.routing import refusals, router_of
from vneid_idp.clients import domains, service
from vneid_idp.clients.domains import ClientDomain
from vneid_idp.storage.unit import Unit
from vneid_idp.web.context import idp
from vneid_idp.web.responses import no_store

router = router_of("Domains")
Reader = Annotated[Caller, Depends(needs("admin:clients:read"))]
Writer = Annotated[Caller, Depends(needs("admin:clients:write"))]
_ADDRESS = "/clients/{client_id}/domains"


@router.get(_ADDRESS, summary="List a client's domains", responses=refusals(_404="unknown_client, not_found"))
async def list_domains(request: Request, response: Response, _: Reader, client_id: ClientIdOf) -> Domains:
    """Those that it was asked to show, verified or not."""
    async with idp(request).db.reading() as unit:
        await service.get_client(unit, client_id)
        found = await domains.list_domains(unit, client_id)
    no_store(response)
    return Domains(items=tuple(map(Domain.of, found)))


@router.put(
    _ADDRESS + "/{domain}",
    summary="Have a client show a domain",
    responses=refusals(_404="unknown_client, not_found", _400="foreign_domain, who_and_why"),
)
async def ask(
    request: Request, response: Response, caller: Writer, client_id: ClientIdOf, domain: DomainOf, change: Change
) -> Domain:
    """Gives the proof that the domain has to show; the same one each time."""
    deed = change.deed(caller)

    async def work(unit: Unit, _: Reach) -> ClientDomain:
        return await domains.ask(unit, await service.get_client(unit, client_id), domain, deed)

    found = await caller.act(work)
    no_store(response)
    return Domain.of(found)


@router.post(
    _ADDRESS + "/{domain}/check",
    summary="Look whether a domain shows the proof",
    responses=refusals(_404="unknown_domain, not_found", _400="who_and_why", _503="domain_unreachable"),
)
async def check(
    request: Request, response: Response, caller: Writer, client_id: ClientIdOf, domain: DomainOf, change: Change
) -> Domain:
    """At any time, and again: a domain that shows the proof no more counts no more."""
    provider, deed = idp(request), change.deed(caller)
    found = await domains.check(
        provider.db,
        provider.witness,
        client_id,
        domain,
        deed,
        act=lambda work: caller.act(lambda unit, _: work(unit)),
    )
    no_store(response)
    return Domain.of(found)
