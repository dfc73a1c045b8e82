"""Grants, and what the token endpoint says of them."""

from typing import Any

import httpx
from sqlalchemy import select

from tests.support.country import Country
from vneid_idp.grants.tables import grants
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.storage.statement import Statement

_GRANTS = Statement(select(grants))


async def grants_of(land: Country) -> list[Any]:
    """Every grant."""
    async with land.idp.db.reading() as unit:
        return list(await unit.fetch(_GRANTS))


def refused(answer: httpx.Response, code: str = "invalid_grant") -> bool:
    """Whether the answer refuses with this code."""
    return (answer.status_code, answer.json()["error"]) == (400, code)


def generation(land: Country, refresh_token: str) -> int:
    """How often a refresh token was rotated."""
    return int(land.idp.keys.sealer.open_json(SealPurpose.REFRESH_TOKEN, refresh_token)[2])
