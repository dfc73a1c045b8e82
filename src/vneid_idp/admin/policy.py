"""`/admin/v1/policy`: what the law asks, as dated rows: look, load a draft, count what it would change, publish it."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Path, Query, Request, Response, status

from vneid_idp.admin.callers import Caller, Reach, needs
from vneid_idp.admin.policy_representations import (
    Draft,
    NewDraft,
    PolicyInForce,
    PolicyRows,
    PolicySimulation,
    Publication,
    Version,
)
from vneid_idp.admin.routing import refusals, router_of
from vneid_idp.bindings.kinds import actions_of
from vneid_idp.kernel.clock import local_date
from vneid_idp.policy import service
from vneid_idp.policy.rules import FIRST_DAY, LAST_DAY
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.simulate_policy import simulate_draft
from vneid_idp.web.context import idp
from vneid_idp.web.responses import no_store

router = router_of("Policy")
Program = Annotated[Caller, Depends(needs("admin:policy"))]
VersionOf = Annotated[int, Path(ge=1, lt=2**31, description="The number of a version.")]
OnDay = Annotated[date | None, Query(description="A day in Viet Nam.", ge=FIRST_DAY, le=LAST_DAY)]
_ONE = {"_404": "policy_version_unknown, not_found"}


@router.get("/policy", summary="Look at what is in force", responses=refusals())
async def show(request: Request, response: Response, _: Program, on: OnDay = None) -> PolicyInForce:
    """Today or on a day, with the holidays from then on, and which versions there are."""
    async with idp(request).db.reading() as unit:
        policy, versions = await service.published(unit), await service.versions(unit)
        day = on or local_date(unit.now)
    no_store(response)
    return PolicyInForce.on_day(day, policy, versions)


@router.get("/policy/versions/{version}", summary="Look at a version", responses=refusals(**_ONE))
async def show_version(request: Request, response: Response, _: Program, version: VersionOf) -> PolicyRows:
    """Its own rows, a draft's too."""
    async with idp(request).db.reading() as unit:
        policy = await service.of_version(unit, version)
    no_store(response)
    return PolicyRows.of(policy)


@router.post(
    "/policy/versions",
    summary="Load a draft",
    status_code=status.HTTP_201_CREATED,
    responses=refusals(_400="who_and_why", _422="policy_refused"),
)
async def load(request: Request, response: Response, caller: Program, draft: NewDraft) -> Draft:
    """Nothing changes until it is published."""
    deed = draft.deed(caller)
    made = await caller.act(lambda unit, _: service.load(unit, draft.document, actions_of(), deed))
    no_store(response)
    return Draft.of(made)


@router.post(
    "/policy/versions/{version}/simulate",
    summary="Count what a draft would change",
    responses=refusals(**_ONE, _503="registry_unavailable"),
)
async def try_out(
    request: Request, response: Response, _: Program, version: VersionOf, on: OnDay = None
) -> PolicySimulation:
    """For everything that is bound, on a day; unless told, on the first day that it changes. Takes as long as there is
    something bound to look at."""
    provider = idp(request)
    found = await simulate_draft(provider.db, provider.registry.find_many, version, on)
    no_store(response)
    return PolicySimulation.of(found)


@router.post(
    "/policy/versions/{version}/publish",
    summary="Publish a draft",
    responses=refusals(
        **_ONE, _400="who_and_why", _409="policy_already_published, policy_published_meanwhile, policy_in_the_past"
    ),
)
async def publish(
    request: Request, response: Response, caller: Program, version: VersionOf, publication: Publication
) -> Version:
    """From the days that its rows name they hold, in every provider within seconds."""
    deed = publication.deed(caller)

    async def work(unit: Unit, _: Reach) -> tuple[service.PolicyVersion, ...]:
        await service.publish(unit, version, deed, backdated=publication.backdated_because)
        return await service.versions(unit)

    versions = await caller.act(work)
    no_store(response)
    return Version.of(next(each for each in versions if each.version == version))
