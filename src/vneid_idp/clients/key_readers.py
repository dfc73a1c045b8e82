"""Which clients have fetched the published keys: as far as it can be told, since nobody signs in to fetch them.

The address from which the keys were fetched is compared with those from which clients authenticate. Only servers of
clients with a credential are remembered, as keyed digests and for a day; an address that belongs to none of them, which
may be a person's device, stays in memory for an hour and is forgotten. Requests only put something aside: a worker
writes it down.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select

from vneid_idp.clients.tables import client_addresses, client_key_fetches
from vneid_idp.kernel.clock import DAY, HOUR, MINUTE, SECOND, Clock, Instant
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.protocol.client import Client
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Database, Reading, Unit

_KIND = "client_address"
_ADDRESS_KEPT: Instant = DAY
_FETCH_KEPT: Instant = HOUR
_REFRESHED: Instant = HOUR
"""How old what was written may be before it is written again."""
_LOOK_EVERY: Instant = 10 * SECOND
"""A client's address is looked at so often and no more: it costs a request nothing."""
_MOST_FETCHES, _MOST_PAIRS = 2_000, 10_000
MOST_SHARED = 10
"""An address of more clients than these is a proxy's, and tells nothing of any of them."""

_SEE = Statement(
    insert(client_addresses)
    .values(client_id=bindparam("client_id"), address_digest=bindparam("address_digest"), seen_at=bindparam("now"))
    .on_conflict_do_update(index_elements=["client_id", "address_digest"], set_={"seen_at": bindparam("now")})
)
_SEEN_SINCE = Statement(
    select(client_addresses.c.client_id, client_addresses.c.address_digest).where(
        client_addresses.c.seen_at >= bindparam("since")
    )
)
_new = insert(client_key_fetches).values(
    client_id=bindparam("client_id"), newest_key_at=bindparam("newest_key_at"), fetched_at=bindparam("fetched_at")
)
_NOTE = Statement(
    _new.on_conflict_do_update(
        index_elements=["client_id"],
        set_={"newest_key_at": _new.excluded.newest_key_at, "fetched_at": _new.excluded.fetched_at},
        # A worker that has not heard of the newest key yet takes nothing back.
        where=(_new.excluded.newest_key_at >= client_key_fetches.c.newest_key_at)
        & (_new.excluded.fetched_at >= client_key_fetches.c.fetched_at),
    )
)
_FETCHES = Statement(select(client_key_fetches))
_SWEEP = Statement(delete(client_addresses).where(client_addresses.c.seen_at < bindparam("before")))
_FORGET_ADDRESSES = Statement(delete(client_addresses).where(client_addresses.c.client_id == bindparam("which")))
_FORGET_FETCHES = Statement(delete(client_key_fetches).where(client_key_fetches.c.client_id == bindparam("which")))


@dataclass(frozen=True, slots=True, order=True)
class KeyFetch:
    """What a client got when it was last seen to fetch the keys."""

    newest_key_at: Instant
    """When the newest of them was announced: it knows every key that was announced until then."""
    fetched_at: Instant


class KeyReaders:
    """What this process saw, until `write_down`. One a process."""

    def __init__(self, clock: Clock, blind: BlindIndex) -> None:
        self._clock = clock
        self._blind = blind
        self._fetches: dict[str, KeyFetch] = {}
        self._looked_at: dict[str, Instant] = {}
        self._pairs: set[tuple[str, str]] = set()
        self._written: dict[tuple[str, str], Instant] = {}
        self._noted: dict[str, KeyFetch] = {}
        self._known: dict[str, set[str]] = {}
        self._known_since: Instant | None = None
        self._read_until: Instant = 0

    def fetched(self, address: str | None, newest_key_at: Instant) -> None:
        """Somebody at `address` got the published keys."""
        if address is None:
            return
        self._fetches.pop(address, None)
        while len(self._fetches) >= _MOST_FETCHES:
            del self._fetches[next(iter(self._fetches))]
        self._fetches[address] = KeyFetch(newest_key_at, self._clock.now())

    def wants_address(self, client: Client) -> bool:
        """Whether it is time to look from where this client authenticates; of public clients it never is."""
        now = self._clock.now()
        if client.is_public or 0 <= now - self._looked_at.get(client.client_id, -_LOOK_EVERY) < _LOOK_EVERY:
            return False
        self._looked_at[client.client_id] = now
        return True

    def proven(self, client_id: str, address: str | None) -> None:
        """A client showed its credential from `address`."""
        if address is not None and len(self._pairs) < _MOST_PAIRS:
            self._pairs.add((client_id, address))

    async def write_down(self, db: Database) -> None:
        """Keep what was seen since the last time. For a worker, every few seconds; costs no statement when idle."""
        now = self._clock.now()
        pairs, self._pairs = self._pairs, set()
        fresh = {(client_id, self._blind.of(_KIND, address)) for client_id, address in pairs}
        fresh = {pair for pair in fresh if now - self._written.get(pair, -_REFRESHED) >= _REFRESHED}
        if fresh:
            await db.transact(lambda unit: _see(unit, fresh), durable=False)
            self._written = {pair: at for pair, at in self._written.items() if now - at < _REFRESHED}
            self._written |= dict.fromkeys(fresh, now)
        self._fetches = {
            address: fetch for address, fetch in self._fetches.items() if 0 <= now - fetch.fetched_at < _FETCH_KEPT
        }
        if not self._fetches:
            return
        await self._learn(db, now)
        news = self._news()
        if news:
            await db.transact(lambda unit: _note(unit, news), durable=False)
            self._noted |= news

    async def _learn(self, db: Database, now: Instant) -> None:
        """Read which addresses belong to clients: what is new each time, everything once an hour."""
        if self._known_since is None or not 0 <= now - self._known_since < _REFRESHED:
            self._known, self._known_since, self._read_until = {}, now, now - _ADDRESS_KEPT
        async with db.glance() as unit:
            # A little twice: another worker's rows may be committed later than they say.
            rows = await unit.fetch(_SEEN_SINCE, since=self._read_until - MINUTE)
        self._read_until = now
        for row in rows:
            self._known.setdefault(row["address_digest"], set()).add(row["client_id"])

    def _news(self) -> dict[str, KeyFetch]:
        best: dict[str, KeyFetch] = {}
        for address, fetch in self._fetches.items():
            clients = self._known.get(self._blind.of(_KIND, address), set())
            if len(clients) <= MOST_SHARED:
                best |= {client_id: max(fetch, best.get(client_id, fetch)) for client_id in clients}
        return {client_id: fetch for client_id, fetch in best.items() if self._is_news(client_id, fetch)}

    def _is_news(self, client_id: str, fetch: KeyFetch) -> bool:
        known = self._noted.get(client_id)
        if known is None or fetch.newest_key_at > known.newest_key_at:
            return True
        return fetch.fetched_at - known.fetched_at >= _REFRESHED


async def _see(unit: Unit, pairs: set[tuple[str, str]]) -> None:
    for client_id, address_digest in sorted(pairs):
        await unit.execute(_SEE, client_id=client_id, address_digest=address_digest, now=unit.now)


async def _note(unit: Unit, news: dict[str, KeyFetch]) -> None:
    for client_id, fetch in sorted(news.items()):
        await unit.execute(_NOTE, client_id=client_id, newest_key_at=fetch.newest_key_at, fetched_at=fetch.fetched_at)


async def fetches(unit: Reading) -> dict[str, KeyFetch]:
    """What each client was last seen to fetch, by its id."""
    rows = await unit.fetch(_FETCHES)
    return {row["client_id"]: KeyFetch(row["newest_key_at"], row["fetched_at"]) for row in rows}


async def sweep(unit: Unit) -> int:
    """Forget addresses that were not seen for a day; how many. For a worker, now and then."""
    return await unit.execute(_SWEEP, before=unit.now - _ADDRESS_KEPT)


async def forget(unit: Unit, client_id: str) -> None:
    """Forget all of a client that is deleted."""
    for statement in (_FORGET_ADDRESSES, _FORGET_FETCHES):
        await unit.execute(statement, which=client_id)
