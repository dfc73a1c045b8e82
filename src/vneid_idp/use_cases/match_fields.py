"""A carrier holds what it has of somebody against the population register, and is told what agrees."""

from collections.abc import Collection

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.clients.service import get_client, hold_client
from vneid_idp.grants import service as grants
from vneid_idp.grants.service import GrantEnded, delegation
from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.matching import service as matches
from vneid_idp.matching.comparison import Claimed, Comparison, compare
from vneid_idp.matching.names import Likeness
from vneid_idp.matching.rules import Field
from vneid_idp.matching.service import Match
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.claims import FOUR_FIELDS, check_scope
from vneid_idp.protocol.details.identity_match import IDENTITY_MATCH
from vneid_idp.protocol.errors import InsufficientScope
from vneid_idp.protocol.permitted import permitted
from vneid_idp.storage.unit import InUnit, Unit


def check_may_compare(by: Authorisation, fields: Collection[Field]) -> None:
    """Require that a client may have these compared: in its own name by a scope, with a person's token by what the
    person agreed to (`identity_match`). Raises `InsufficientScope`."""
    if by.subject is None:
        check_scope(by.scope, FOUR_FIELDS)
        return
    granted = {name for each in by.details if each["type"] == IDENTITY_MATCH.name for name in each["fields"]}
    if missing := [field for field in fields if field not in granted]:
        raise InsufficientScope(
            f"The person of this access token did not agree that these are compared: {', '.join(missing)}. Ask for "
            f"authorization_details of the type {IDENTITY_MATCH.name}."
        )


async def match_fields(
    in_unit: InUnit,
    registry: PopulationRegistry,
    by: Authorisation,
    grant_id: str | None,
    number: str,
    claimed: Claimed,
    phone_digest: str | None,
) -> tuple[Match, Likeness | None]:
    """Compare with whoever has this ID number, and put on record that it was, before it is told; the match, and how the
    names relate. With a person's token everybody else is nobody.

    Raises `RegistryUnavailable`, `GrantEnded`, and `InsufficientScope` where it is permitted no more.
    """
    found = await registry.find_by_number(number)
    if found is not None and by.subject not in (None, found.person_id):
        found = None
    compared = compare(claimed, found)
    match = await in_unit(lambda unit: _keep(unit, by, grant_id, compared, phone_digest))
    return match, compared.name


async def _keep(
    unit: Unit, by: Authorisation, grant_id: str | None, compared: Comparison, phone_digest: str | None
) -> Match:
    """Keep what came of a comparison, and put it on record, for the person to read as well.

    What permits it, and the match are read and written in one unit: nothing is kept that rests on a right that was
    taken away meanwhile. Whoever it was compared with, and whether with anybody, the same is written.
    """
    for client_id in sorted({by.client_id, by.acts_for or by.client_id}):
        if not await hold_client(unit, client_id):
            raise GrantEnded
    decided = {} if grant_id is None else (await grants.hold(unit, by.client_id, grant_id)).decided
    client = await get_client(unit, by.client_id)
    agreed = client if by.acts_for is None else await get_client(unit, by.acts_for)
    check_may_compare(permitted(client, by, decided, agreed), compared.results)
    match = await matches.add_match(
        unit, agreed.client_id, agreed.family, compared.person_id, phone_digest, compared.results
    )
    data = {"results": {field.value: result.value for field, result in match.results.items()}} | delegation(by)
    await record(unit, Event(EventKind.MATCH_MADE, match.person_id, by.client_id, match.match_id, data))
    return match
