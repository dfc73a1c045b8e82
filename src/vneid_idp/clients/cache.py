"""Clients in process memory, so that no request of the hot path reads them."""

from vneid_idp.clients import store
from vneid_idp.clients.service import UnknownClient
from vneid_idp.kernel.clock import SECOND, Clock, Instant
from vneid_idp.protocol.client import Client
from vneid_idp.storage.unit import Database

_KEPT: Instant = 5 * SECOND
_ABSENT_KEPT: Instant = SECOND
_MOST = 20_000
_LONGEST_ID = 256


class ClientCache:
    """Enabled clients, at most five seconds old: how long a change takes to reach the other workers.

    This process sees its own changes at once: the database tells of them, whoever makes them.
    Absence is remembered apart, so that a flood of invented ids cannot push real clients out.
    """

    def __init__(self, clock: Clock, db: Database, *, most: int = _MOST) -> None:
        self._clock = clock
        self._db = db
        self._most = most
        self._clients: dict[str, tuple[Instant, Client]] = {}
        self._absent: dict[str, Instant] = {}
        self._changes = 0
        db.on_write(store.MADE_OF, self._forget)

    async def find(self, client_id: str) -> Client | None:
        """The client when it is registered and enabled."""
        if len(client_id) > _LONGEST_ID or "\0" in client_id:  # no text that PostgreSQL would take
            return None
        now = self._clock.now()
        kept = self._clients.get(client_id)
        # Also never from the future: the sandbox's clock can be turned back.
        if kept is not None and 0 <= now - kept[0] < _KEPT:
            return kept[1]
        if 0 <= now - self._absent.get(client_id, -_KEPT) < _ABSENT_KEPT:
            return None
        changes = self._changes
        async with self._db.glance() as unit:
            client = await store.find(unit, client_id)
        if client is not None and client.disabled_at is not None:
            client = None
        if changes == self._changes:  # else what was read may be older than what was forgotten meanwhile
            self._keep(client_id, client, now)
        return client

    async def get(self, client_id: str) -> Client:
        """The client; raises `UnknownClient` when it is not registered or not enabled."""
        client = await self.find(client_id)
        if client is None:
            raise UnknownClient
        return client

    def _forget(self) -> None:
        # All of them: changes are rare, and each client is read again within five seconds anyway.
        self._changes += 1
        self._clients.clear()
        self._absent.clear()

    def _keep(self, client_id: str, client: Client | None, now: Instant) -> None:
        for kept in (self._clients, self._absent):
            if len(kept) >= self._most:
                kept.clear()
        if client is None:
            self._clients.pop(client_id, None)
            self._absent[client_id] = now
        else:
            self._clients[client_id] = (now, client)
