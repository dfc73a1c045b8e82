"""Subscriber numbers as they are kept: one holder within a carrier, however many ask at once; on both databases."""

import asyncio
from functools import partial

import pytest

from tests.support.watch import Watch
from vneid_idp.bindings.engine import service as engine
from vneid_idp.bindings.engine.service import Bound
from vneid_idp.bindings.subscriber_numbers import reports
from vneid_idp.bindings.subscriber_numbers.kind import SUBSCRIBER_NUMBER
from vneid_idp.bindings.subscriber_numbers.lifecycle import NumberMove
from vneid_idp.bindings.subscriber_numbers.reports import ReportKind
from vneid_idp.bindings.subscriber_numbers.rules import SubscriberNumber
from vneid_idp.bindings.subscriber_numbers.service import (
    ConfirmedNumber,
    bind_number,
    is_new_subscription,
    list_of_family,
    number_of,
)
from vneid_idp.bindings.subscriber_numbers.words import NumberBoundToAnother
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import HOUR
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.storage.unit import Database

BLIND = BlindIndex(b"k" * 32)
NUMBER = ConfirmedNumber("+84951234567", "carrier_app", "prepaid", 1)
MANY = 50


async def bind(db: Database, vault: Vault, person_id: str, family_id: str = "song") -> Bound[SubscriberNumber]:
    return await db.transact(
        lambda unit: bind_number(
            unit,
            vault,
            BLIND,
            NUMBER,
            client_id=f"cli_{person_id}",
            family_id=family_id,
            person_id=person_id,
            consent_id="con_1",
        )
    )


async def test_of_many_people_who_bind_one_number_at_once_one_has_it(db: Database) -> None:
    vault = Vault(Sealer({1: b"k" * 32}, 1))
    people = [f"per_{number}" for number in range(MANY)]
    found = await asyncio.gather(*(bind(db, vault, person) for person in people), return_exceptions=True)
    (made,) = [each for each in found if isinstance(each, Bound)]
    assert made.created
    assert sum(isinstance(each, NumberBoundToAnother) for each in found) == MANY - 1
    assert not (await bind(db, vault, made.binding.person_id)).created
    elsewhere = await bind(db, vault, "per_0" if made.binding.person_id != "per_0" else "per_1", "another carrier")
    assert elsewhere.created
    async with db.reading() as unit:
        assert await list_of_family(unit, "song", after=None, limit=10) == (made.binding,)
        key = await vault.find_key(unit, made.binding.person_id)
    assert key is not None
    assert number_of(key, made.binding) == NUMBER.phone_number


@pytest.mark.parametrize(
    ("since", "until", "latest"),
    [(0, None, 3), (0, 4, 3), (0, 3, 3), (0, 2, 1), (2, 4, 3), (4, None, None), (2, 2, None), (1, 1, 1)],
)
async def test_of_a_swap_that_is_asked_which_was_told_while_the_number_was_somebodys(
    db: Database, watch: Watch, since: int, until: int | None, latest: int | None
) -> None:
    """In hours: a swap is told in the first, and a move in the third; another device in the fourth is neither."""
    begun, told = watch.now(), {1: ReportKind.SWAP, 3: ReportKind.PORT_OUT, 4: ReportKind.DEVICE_CHANGE}
    for hour, kind in told.items():
        watch.set(begun + hour * HOUR)
        # What happened is told an hour later.
        add = partial(reports.add, family_id="song", number_digest="n", kind=kind, occurred_at=watch.now() - HOUR)
        assert await db.transact(add)
    async with db.reading() as unit:
        window = begun + since * HOUR, None if until is None else begun + until * HOUR
        found = await reports.latest_swap(unit, "song", "n", *window)
        assert await reports.latest_swap(unit, "gio", "n", *window) is None
    assert found == (None if latest is None else begun + (latest - 1) * HOUR)


async def test_a_number_is_new_to_whoever_has_it_after_another_and_not_to_the_one_before(
    db: Database, watch: Watch
) -> None:
    vault = Vault(Sealer({1: b"k" * 32}, 1))
    first = (await bind(db, vault, "per_1")).binding
    await db.transact(
        lambda unit: engine.move(unit, SUBSCRIBER_NUMBER, first.client_id, first.binding_id, NumberMove.RELEASE)
    )
    watch.advance(HOUR)
    second = (await bind(db, vault, "per_2")).binding
    elsewhere = (await bind(db, vault, "per_2", "gio")).binding
    async with db.reading() as unit:
        found = [
            await is_new_subscription(unit, BLIND, each, NUMBER.phone_number) for each in (first, second, elsewhere)
        ]
    assert found == [False, True, False]
