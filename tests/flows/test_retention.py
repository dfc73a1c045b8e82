"""Sessions and grants that ended are kept for a time and then forgotten; the record of events keeps the facts."""

from sqlalchemy import Table, func, select

from tests.support.country import Country
from tests.support.events import kinds_of
from tests.support.grants import refused
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import agreed, known
from vneid_idp.grants.tables import grants
from vneid_idp.identity.factors.tables import sessions
from vneid_idp.kernel.clock import DAY, HOUR, SECOND
from vneid_idp.storage.statement import Statement
from vneid_idp.workers.tasks import forget_ended

RETENTION = 30 * DAY


async def rows(land: Country) -> tuple[int, int]:
    """How many sessions and grants there are."""
    return await _count(land, sessions), await _count(land, grants)


async def _count(land: Country, table: Table) -> int:
    async with land.idp.db.reading() as unit:
        found = await unit.fetch_one(Statement(select(func.count().label("rows")).select_from(table)))
    assert found is not None
    return int(found["rows"])


async def test_what_ended_is_forgotten_in_time_and_what_counts_stays(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    lasting = await someone.tokens(party, scope="openid age offline_access")
    given_back = await someone.tokens(party, scope="openid age offline_access")
    passing = await someone.tokens(party, scope="openid age")
    land.watch.advance(HOUR)
    await party.post("/revoke", token=given_back["refresh_token"])
    events = await kinds_of(land)
    # The session is the last to end, after twelve hours.
    land.watch.advance(RETENTION)
    await forget_ended(land.idp.db, RETENTION)
    assert await rows(land) == (1, 2), (
        "what was given back thirty days ago to the second stays, what ran out before not"
    )
    land.watch.advance(11 * HOUR)
    await forget_ended(land.idp.db, RETENTION)
    assert await rows(land) == (1, 1)
    land.watch.advance(SECOND)
    await forget_ended(land.idp.db, RETENTION)
    assert await rows(land) == (0, 1)
    assert refused(await party.refresh(given_back["refresh_token"]))
    assert (await party.userinfo(passing["access_token"])).status_code == 401
    assert (await party.refresh(lasting["refresh_token"])).status_code == 200
    assert [kind for kind in await kinds_of(land) if kind in events][: len(events)] == events


async def test_rows_do_not_grow_with_time(land: Country, party: RelyingParty) -> None:
    await agreed(land, party)
    seen = []
    for _ in range(20):
        for _ in range(3):
            await (await known(land)).tokens(party, scope="openid age")
        land.watch.advance(DAY)
        await forget_ended(land.idp.db, 5 * DAY)
        seen.append(await rows(land))
    assert seen[7:] == [seen[7]] * 13
    assert seen[7] <= (6 * 3, 6 * 3)
