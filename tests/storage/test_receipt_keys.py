"""Receipts are verified for years, by keys that verify nothing else any more."""

import jwt
import orjson
import pytest
from sqlalchemy import update

from tests.support.watch import Watch
from vneid_idp.keys import service
from vneid_idp.keys.ring import KeyRing, NotSignedHere
from vneid_idp.keys.rules import RECEIPTS_VERIFIED_FOR, KeyKind, Schedule
from vneid_idp.keys.tables import keys
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

MASTER = b"a master secret of the settings!"
SCHEDULE = Schedule()


async def ring_of(db: Database) -> KeyRing:
    return await db.transact(lambda unit: service.ready(unit, MASTER))


async def rotate(db: Database, *, compromised: bool = False) -> None:
    kinds = (KeyKind.ES256,)
    await db.transact(lambda unit: service.rotate(unit, MASTER, kinds=kinds, compromised=compromised))


def for_receipts(ring: KeyRing, watch: Watch) -> dict[str, dict[str, str]]:
    return {key["kid"]: key for key in orjson.loads(ring.receipt_keys(watch.now()))["keys"]}


async def test_receipts_are_verified_for_years_by_keys_that_verify_nothing_else(db: Database, watch: Watch) -> None:
    ring = await ring_of(db)
    receipt = ring.sign("ES256", {"jti": "mtc_a"}, typ="match-receipt+jwt", now=watch.now())
    kid = jwt.get_unverified_header(receipt)["kid"]
    assert for_receipts(ring, watch).keys() == {kid}, "keys of other kinds sign none"
    retired = watch.now() + SCHEDULE.announced_for
    await rotate(db)
    watch.advance(SCHEDULE.announced_for + SCHEDULE.published_after)
    await db.transact(lambda unit: service.tend(unit, MASTER))
    await ring.reload(db)
    assert kid not in ring.jwks_bytes(watch.now()).decode()
    with pytest.raises(NotSignedHere):
        ring.verify_own(receipt, watch.now(), typ="match-receipt+jwt")
    assert jwt.decode(receipt, jwt.PyJWK(for_receipts(ring, watch)[kid]), algorithms=["ES256"]) == {"jti": "mtc_a"}
    assert all("d" not in key for key in for_receipts(ring, watch).values())
    # What was destroyed before, nobody can have signed with: it is not taken for compromised with its successors.
    await rotate(db, compromised=True)
    await ring.reload(db)
    assert len(for_receipts(ring, watch)) == 2, "the first, and the successor of the second"
    watch.advance(retired + RECEIPTS_VERIFIED_FOR - watch.now() - 1)
    assert kid in for_receipts(ring, watch)
    watch.advance(1)
    assert kid not in for_receipts(ring, watch)


async def test_keys_of_a_version_that_knew_no_receipts_verify_them_too(db: Database, watch: Watch) -> None:
    ring = await ring_of(db)
    async with db.writing() as unit:
        await unit.execute(Statement(update(keys).values(public=None)))
        await service.tend(unit, MASTER)
    before = for_receipts(ring, watch)
    await ring.reload(db)
    assert for_receipts(ring, watch) == before != {}
