"""Numbers on the ladder, put into the database as an upload leaves them."""

from collections.abc import Sequence
from dataclasses import replace

from tests.support.country import Country
from tests.support.people import BLIND, SEALER, VAULT
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.intervals import Trigger
from vneid_idp.registered_numbers import store
from vneid_idp.registered_numbers.climbing import put_on
from vneid_idp.registered_numbers.rules import Ladder, NumberFacts, RegisteredNumber
from vneid_idp.registered_numbers.tables import registered_numbers
from vneid_idp.registers.classes import RowClass
from vneid_idp.storage.bulk import load
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.lose_number import Secrets

FAMILY = "song"
CLIENT = "cli_song"
SECRETS = Secrets(VAULT, SEALER, BLIND)
"""By what those are found whose number ends on it."""


def secrets_of(land: Country) -> Secrets:
    """The same of a running provider."""
    return Secrets(land.idp.vault, land.idp.keys.sealer, land.idp.keys.blind)


def on_ladder(number: int, trigger: Trigger, since: Instant) -> RegisteredNumber:
    """A number of a make-believe carrier on which `trigger` fell."""
    bare = RegisteredNumber(
        number_id=f"nbr_{number:05}",
        family_id=FAMILY,
        client_id=CLIENT,
        number_digest=f"digest {number}",
        sealed_number=f"sealed {number}",
        holder_digest=None,
        row_class=RowClass.CONSISTENT,
        reasons=(),
        upload_id="upl_1",
        row_digest="row",
        absent_at=None,
        facts=NumberFacts(registered_at=since),
    )
    return put_on(bare, Ladder(trigger, since), shipped())


def many_on_ladder(count: int, trigger: Trigger, since: Instant) -> list[RegisteredNumber]:
    """So many of them."""
    first = on_ladder(0, trigger, since)
    return [
        replace(first, number_id=f"nbr_{each:05}", number_digest=f"digest {each}", sealed_number=f"sealed {each}")
        for each in range(count)
    ]


async def keep(db: Database, numbers: Sequence[RegisteredNumber]) -> None:
    """Put them into the database."""
    rows = [tuple(row[name] for name in store.COLUMNS) for row in map(store.row_of, numbers)]
    await db.transact(lambda unit: load(unit, registered_numbers, store.COLUMNS, rows))
