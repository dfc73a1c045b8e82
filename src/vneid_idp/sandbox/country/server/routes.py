"""`registry/v1` on the ports of the synthetic registry."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.errors import DomainError
from vneid_idp.registry_client.report_wire import ReportBody
from vneid_idp.registry_client.wire import (
    MOST_CHANGES,
    PREFIX,
    Change,
    Changes,
    Cursor,
    Health,
    Holders,
    HoldersQuestion,
    ManyQuestion,
    NumberHolder,
    NumberQuestion,
    People,
    Person,
    PersonId,
    Problem,
)
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry


class UnknownPerson(DomainError):
    """The registry has nobody of this id or number."""

    code = "unknown_person"
    status = 404
    title = "The registry knows nobody of this id or number."


def _problems(**codes: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI descriptions of refusals: `_404="unknown_person"`."""
    always = {"_401": "not_signed", "_422": "malformed"}
    return {
        int(name[1:]): {"model": Problem, "description": f"`code`: {text}"} for name, text in (always | codes).items()
    }


router = APIRouter(prefix=PREFIX, generate_unique_id_function=lambda route: route.name)
PersonOf = Annotated[PersonId, Path()]


def _registry(request: Request) -> SyntheticRegistry:
    found = request.app.state.asked
    assert isinstance(found, SyntheticRegistry)
    return found


def _known(record: RegistryRecord | None) -> Person:
    if record is None:
        raise UnknownPerson
    return Person.of(record)


@router.get("/health", summary="Whether the registry can be asked", responses=_problems())
async def health(request: Request) -> Health:
    """For those who watch. The provider judges by the answers to its questions."""
    return Health(status=_registry(request).health.value)


@router.get("/people/{person_id}", summary="A person", responses=_problems(_404="unknown_person"))
async def find(request: Request, person_id: PersonOf) -> Person:
    """The person as the registry has them now."""
    return _known(await _registry(request).find(person_id))


@router.get("/people/{person_id}/wards", summary="A guardian's wards", name="wards_of", responses=_problems())
async def children_of(request: Request, person_id: PersonOf) -> People:
    """The living people whose parent or guardian this person is; nobody for who is unknown."""
    children = await _registry(request).children_of(person_id)
    return People(people=tuple(Person.of(record) for record in children))


@router.post("/people/by-number", summary="Who has a number", responses=_problems(_404="unknown_person"))
async def find_by_number(request: Request, question: NumberQuestion) -> Person:
    """A question, though a POST: a number has no place in an address. It may be repeated."""
    return _known(await _registry(request).find_by_number(question.personal_number))


@router.post("/people/many", summary="Many people at once", responses=_problems())
async def find_many(request: Request, question: ManyQuestion) -> People:
    """Those of these people whom the registry has, in any order. It may be repeated."""
    found = await _registry(request).find_many(question.person_ids)
    return People(people=tuple(Person.of(record) for record in found.values()))


@router.post("/holders", summary="Who holds many numbers", responses=_problems())
async def find_holders(request: Request, question: HoldersQuestion) -> Holders:
    """Those whom the registry has under these numbers, in any order. It may be repeated."""
    found = await _registry(request).find_holders(question.personal_numbers)
    return Holders(holders=tuple(NumberHolder.of(holder) for holder in found.values()))


@router.get("/changes", summary="What changed", responses=_problems(_400="unknown_cursor"))
async def changes(
    request: Request,
    after: Annotated[Cursor | None, Query(description="The place behind which to begin.")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_CHANGES, description="How many at most.")] = 100,
) -> Changes:
    """The changes behind a place in the feed, in the order in which they were made; none when there is nothing new."""
    found = await _registry(request).changes(after, limit)
    return Changes(changes=tuple(Change.of(change) for change in found))


@router.post("/reports", summary="Report what an office learned", responses=_problems(_409="report_refused"))
async def report(request: Request, body: ReportBody) -> Person:
    """The person as the registry has them afterwards."""
    return Person.of(await _registry(request).report(body.report()))
