"""Queries on relying parties."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, delete, func, literal_column, select, update

from vneid_idp.clients.metadata import read_client
from vneid_idp.clients.tables import client_domains, client_families, client_logos, clients, used_assertions
from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.client import Client
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit


def _select(aggregate: str) -> Select[Any]:
    """Clients with what stands beside them, so that a page that shows one asks nothing more. The databases call the
    function that joins texts by different names."""
    verified = select(getattr(func, aggregate)(client_domains.c.domain, literal_column("' '"))).where(
        client_domains.c.client_id == clients.c.client_id,
        client_domains.c.verified_at.is_not(None),
        client_domains.c.lost_at.is_(None),
    )
    columns = (
        clients.c.client_id,
        clients.c.members,
        clients.c.secret_digest,
        clients.c.registered_at,
        # A client is out of service with its family, whoever asks.
        func.coalesce(clients.c.disabled_at, client_families.c.disabled_at).label("disabled_at"),
        clients.c.version,
        clients.c.previous_secret_digest,
        clients.c.previous_secret_until,
        client_logos.c.digest.label("logo_digest"),
        verified.scalar_subquery().label("verified_domains"),
    )
    return select(*columns).select_from(
        clients.outerjoin(client_families, client_families.c.family_id == clients.c.family_id).outerjoin(
            client_logos, client_logos.c.client_id == clients.c.client_id
        )
    )


def _statement(narrowed: Callable[[Select[Any]], Select[Any]]) -> Statement:
    return Statement(narrowed(_select("string_agg")), sqlite=narrowed(_select("group_concat")))


_BY_ID = _statement(lambda all_: all_.where(clients.c.client_id == bindparam("client_id")))
MADE_OF = _BY_ID.tables
"""The tables that a `Client` is read from."""
_BY_MANAGEMENT = _statement(
    lambda all_: all_.where(
        clients.c.client_id == bindparam("client_id"), clients.c.management_digest == bindparam("management_digest")
    )
)
_PAGE = _statement(
    lambda all_: (
        all_.where(clients.c.client_id > bindparam("after")).order_by(clients.c.client_id).limit(bindparam("most"))
    )
)
_COUNT = Statement(
    select(
        func.count().label("known"),
        func.count(func.coalesce(clients.c.disabled_at, client_families.c.disabled_at)).label("disabled"),
    ).select_from(clients.outerjoin(client_families, client_families.c.family_id == clients.c.family_id))
)
_HOLD = Statement(
    select(clients.c.family_id, clients.c.disabled_at)
    .where(clients.c.client_id == bindparam("client_id"))
    .with_for_update(read=True)
)
_HOLD_FAMILY = Statement(
    select(client_families.c.disabled_at)
    .where(client_families.c.family_id == bindparam("family_id"))
    .with_for_update(read=True)
)
_INSERT = Statement(
    insert(clients).values(
        client_id=bindparam("client_id"),
        members=bindparam("members"),
        secret_digest=bindparam("secret_digest"),
        management_digest=bindparam("management_digest"),
        registered_at=bindparam("now"),
        changed_at=bindparam("now"),
        version=1,
        disabled_at=None,
        family_id=bindparam("family_id"),
        previous_secret_digest=None,
        previous_secret_until=None,
    )
)
_of_version = (clients.c.client_id == bindparam("which"), clients.c.version == bindparam("seen"))
_next_version = {"changed_at": bindparam("now"), "version": clients.c.version + 1}
# Only over the version that was seen: of two changes at once the second is refused instead of undoing the first.
_UPDATE = Statement(
    update(clients)
    .where(*_of_version)
    .values(
        members=bindparam("members"),
        secret_digest=bindparam("secret_digest"),
        family_id=bindparam("family_id"),
        previous_secret_digest=bindparam("previous_secret_digest"),
        **_next_version,
    )
)
_ROTATE = Statement(
    update(clients)
    .where(*_of_version, clients.c.secret_digest.is_not(None))
    .values(
        secret_digest=bindparam("secret_digest"),
        previous_secret_digest=clients.c.secret_digest,
        previous_secret_until=bindparam("until"),
        **_next_version,
    )
)
_DISABLE = Statement(
    update(clients)
    .where(clients.c.client_id == bindparam("which"), clients.c.disabled_at.is_(None))
    .values(disabled_at=bindparam("now"), **_next_version)
)
_ENABLE = Statement(
    update(clients)
    .where(clients.c.client_id == bindparam("which"), clients.c.disabled_at.is_not(None))
    .values(disabled_at=None, **_next_version)
)
_DELETE = Statement(delete(clients).where(clients.c.client_id == bindparam("which")))


def _use(count: int) -> Statement:
    """The unique key is the rule that each counts once: no reading first, so two workers cannot both win."""
    rows = [
        {
            "client_id": bindparam("client_id"),
            "jti_digest": bindparam(f"jti_digest_{number}"),
            "forgotten_after": bindparam(f"forgotten_after_{number}", type_=BigInteger),
        }
        for number in range(count)
    ]
    return Statement(
        insert(used_assertions)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["client_id", "jti_digest"])
        .returning(used_assertions.c.jti_digest)
    )


_USE = {count: _use(count) for count in (1, 2)}
_WAS_USED = Statement(
    select(used_assertions.c.jti_digest).where(
        used_assertions.c.client_id == bindparam("of_client"), used_assertions.c.jti_digest == bindparam("which")
    )
)
_FORGET = Statement(delete(used_assertions).where(used_assertions.c.forgotten_after < bindparam("before")))


def _client(row: Row) -> Client:
    return read_client(
        row["client_id"],
        row["members"],
        secret_digest=row["secret_digest"],
        issued_at=row["registered_at"],
        disabled_at=row["disabled_at"],
        version=row["version"],
        previous_secret_digest=row["previous_secret_digest"],
        previous_secret_until=row["previous_secret_until"],
        logo_digest=row["logo_digest"],
        verified_domains=tuple(sorted((row["verified_domains"] or "").split())),
    )


async def find(unit: Reading, client_id: str) -> Client | None:
    """The client, disabled or not."""
    row = await unit.fetch_one(_BY_ID, client_id=client_id)
    return None if row is None else _client(row)


async def find_managed(unit: Reading, client_id: str, management_digest: str) -> Client | None:
    """The client that this registration access token manages."""
    row = await unit.fetch_one(_BY_MANAGEMENT, client_id=client_id, management_digest=management_digest)
    return None if row is None else _client(row)


async def hold(unit: Unit, client_id: str) -> bool:
    """Lock the client's row and its family's, shared with all who do the same; whether both are enabled.

    A row that had to be waited for is read as whoever held it left it (PostgreSQL, Explicit Locking).
    """
    client = await unit.fetch_one(_HOLD, client_id=client_id)
    if client is None or client["disabled_at"] is not None:
        return False
    if client["family_id"] is None:
        return True
    family = await unit.fetch_one(_HOLD_FAMILY, family_id=client["family_id"])
    return family is None or family["disabled_at"] is None


async def page(unit: Reading, after: str, most: int) -> list[Client]:
    """Clients in the order of their ids, those after `after`."""
    return [_client(row) for row in await unit.fetch(_PAGE, after=after, most=most)]


@dataclass(frozen=True, slots=True)
class ClientCounts:
    """How many clients there are, in service and out of it: disabled themselves or with their family."""

    enabled: int
    disabled: int


async def count(unit: Reading) -> ClientCounts:
    """How many clients there are."""
    row = await unit.fetch_one(_COUNT)
    assert row is not None
    return ClientCounts(row["known"] - row["disabled"], row["disabled"])


async def add(
    unit: Unit,
    client_id: str,
    members: str,
    secret_digest: str | None,
    management_digest: str,
    family_id: str | None,
    now: Instant,
) -> None:
    """Insert a client."""
    await unit.execute(
        _INSERT,
        client_id=client_id,
        members=members,
        secret_digest=secret_digest,
        management_digest=management_digest,
        family_id=family_id,
        now=now,
    )


async def change(unit: Unit, seen: Client, members: str, secret_digest: str | None, family_id: str | None) -> bool:
    """Replace the metadata and the secret; whether the client was there, and as it was seen."""
    changed = await unit.execute(
        _UPDATE,
        which=seen.client_id,
        seen=seen.version,
        members=members,
        secret_digest=secret_digest,
        previous_secret_digest=None if secret_digest is None else seen.previous_secret_digest,
        family_id=family_id,
        now=unit.now,
    )
    return changed == 1


async def rotate(unit: Unit, seen: Client, secret_digest: str, until: Instant) -> bool:
    """Give a client that has a secret another one; the old one is good until `until`. Whether it was as seen."""
    changed = await unit.execute(
        _ROTATE, which=seen.client_id, seen=seen.version, secret_digest=secret_digest, until=until, now=unit.now
    )
    return changed == 1


async def disable(unit: Unit, client_id: str, now: Instant) -> bool:
    """Disable an enabled client; whether there was one."""
    return await unit.execute(_DISABLE, which=client_id, now=now) == 1


async def enable(unit: Unit, client_id: str, now: Instant) -> bool:
    """Enable a disabled client; whether there was one."""
    return await unit.execute(_ENABLE, which=client_id, now=now) == 1


async def remove(unit: Unit, client_id: str) -> bool:
    """Delete a client; whether there was one."""
    return await unit.execute(_DELETE, which=client_id) == 1


async def use_up(unit: Unit, client_id: str, once: Mapping[str, Instant]) -> set[str]:
    """Remember one digest or two, each until an instant; those that were there before are not among what returns."""
    values: dict[str, str | Instant] = {"client_id": client_id}
    for number, (jti_digest, forgotten_after) in enumerate(once.items()):
        values |= {f"jti_digest_{number}": jti_digest, f"forgotten_after_{number}": forgotten_after}
    return {row["jti_digest"] for row in await unit.fetch(_USE[len(once)], **values)}


async def was_used(unit: Reading, client_id: str, jti_digest: str) -> bool:
    """Whether this digest is remembered."""
    return await unit.fetch_one(_WAS_USED, of_client=client_id, which=jti_digest) is not None


async def forget_assertions(unit: Unit, before: Instant) -> int:
    """Delete the memory of assertions that have expired; how many."""
    return await unit.execute(_FORGET, before=before)
