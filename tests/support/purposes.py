"""The purposes of a client, as the operator sets them."""

from typing import Any

from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.relying_party import RelyingParty
from vneid_idp.clients import by_operator, service


async def set_purposes(
    land: Country, party: RelyingParty, *purposes: dict[str, Any], material: tuple[str, ...] = ()
) -> None:
    """Set the purposes; those named `material` are asked anew."""
    async with land.idp.db.writing() as unit:
        client = await service.get_client(unit, party.client_id)
        await by_operator.set_purposes(unit, client, list(purposes), DEED, sandbox=True, material=material)
