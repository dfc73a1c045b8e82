"""Foreign resource servers: registered, changed and removed by the operator; kept in memory for those who ask tokens.

There are few of them, so they are read all at once.
"""

from collections.abc import Mapping

import orjson
from sqlalchemy import bindparam, select, update

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.clients import families
from vneid_idp.clients.tables import client_families, resource_servers
from vneid_idp.kernel.clock import SECOND, Clock, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import digest, new_id
from vneid_idp.protocol.audience import KnownResources
from vneid_idp.protocol.resource_servers import (
    ResourceServer,
    ServerMembers,
    check_words_stand,
    members_from_json,
)
from vneid_idp.protocol.targets import SERVER
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Database, Reading, Row, Unit

_KEPT: Instant = 5 * SECOND
_FORMER = "former_titles"
"""Stands beside the members of the registration in its column."""

# Whose organisation is out of service is so itself.
_select = select(*resource_servers.c, client_families.c.disabled_at).select_from(
    resource_servers.outerjoin(client_families, client_families.c.family_id == resource_servers.c.family_id)
)
_this = resource_servers.c.server_id == bindparam("which")
_ALL = Statement(_select.order_by(resource_servers.c.server_id))
_PAGE = Statement(
    _select.where(resource_servers.c.removed_at.is_(None), resource_servers.c.server_id > bindparam("after"))
    .order_by(resource_servers.c.server_id)
    .limit(bindparam("most"))
)
# Of two changes at once the second sees the first: each keeps the titles that the other knew.
_SEIZE = Statement(_select.where(_this, resource_servers.c.removed_at.is_(None)).with_for_update(of=resource_servers))
_FIND = Statement(_select.where(_this, resource_servers.c.removed_at.is_(None)))
_ADD = Statement(
    insert(resource_servers)
    .values({column.name: bindparam(column.name) for column in resource_servers.c})
    .on_conflict_do_nothing(index_elements=["identifier"], index_where=resource_servers.c.removed_at.is_(None))
    .returning(resource_servers.c.server_id)
)
_CHANGE = Statement(
    update(resource_servers)
    .where(_this, resource_servers.c.removed_at.is_(None))
    .values(family_id=bindparam("family_id"), members=bindparam("members"))
)
_REMOVE = Statement(
    update(resource_servers).where(_this, resource_servers.c.removed_at.is_(None)).values(removed_at=bindparam("now"))
)


class UnknownResourceServer(DomainError):
    """No such resource server is registered (any more)."""

    code = "unknown_resource_server"
    status = 404
    title = "No resource server is registered under this id."


class ResourceServerExists(DomainError):
    """There is a resource server with this identifier already."""

    code = "resource_server_exists"
    status = 409
    title = "There is a resource server with this identifier already."


class ResourceServerChanged(DomainError):
    """The registration is another one by now than whoever changes it has seen."""

    code = "resource_server_changed"
    status = 412
    title = "The resource server was changed meanwhile. Look at it again, then decide."


def version_of(server: ResourceServer) -> str:
    """What is registered of the server, as a digest: another one once something of it is another."""
    return digest(orjson.dumps(server.members.to_json()).decode())


def _server(row: Row) -> ResourceServer:
    stored = orjson.loads(row["members"])
    return ResourceServer(
        server_id=row["server_id"],
        members=members_from_json(stored),
        registered_at=row["registered_at"],
        removed_at=row["removed_at"],
        disabled_at=row["disabled_at"],
        former_titles=stored.get(_FORMER, {}),
    )


async def register(unit: Unit, members: ServerMembers, deed: Deed) -> ResourceServer:
    """Register a server of a family that is there. Raises `UnknownFamily`, and `ResourceServerExists` whoever was
    faster."""
    await families.get(unit, members.family_id)
    server_id = new_id(SERVER)
    row = await unit.fetch_one(
        _ADD,
        server_id=server_id,
        identifier=members.identifier,
        family_id=members.family_id,
        members=_text(members, {}),
        registered_at=unit.now,
        removed_at=None,
    )
    if row is None:
        raise ResourceServerExists
    await record(unit, Event(EventKind.RESOURCE_SERVER_REGISTERED, subject_id=server_id, data=deed.data))
    return await get(unit, server_id)


async def get(unit: Reading, server_id: str) -> ResourceServer:
    """The server; raises `UnknownResourceServer`."""
    row = await unit.fetch_one(_FIND, which=server_id)
    if row is None:
        raise UnknownResourceServer
    return _server(row)


async def page(unit: Reading, *, after: str = "", limit: int = 100) -> list[ResourceServer]:
    """A page of those that are registered, in the order of their ids; `after` is the last id of the page before."""
    return [_server(row) for row in await unit.fetch(_PAGE, after=after, most=limit)]


async def every(unit: Reading) -> dict[str, ResourceServer]:
    """All that there ever were, by id."""
    return {row["server_id"]: _server(row) for row in await unit.fetch(_ALL)}


async def change(
    unit: Unit, server_id: str, members: ServerMembers, deed: Deed, *, seen: str | None = None
) -> ResourceServer:
    """Put another registration in place of the one that stands; the same again changes nothing.

    `seen` is the version of what whoever changes it looked at, where they did. Raises `UnknownResourceServer`,
    `UnknownFamily`, `BadResourceServer` (`check_words_stand`), and `ResourceServerChanged` when somebody else was
    faster.
    """
    row = await unit.fetch_one(_SEIZE, which=server_id)
    if row is None:
        raise UnknownResourceServer
    before = _server(row)
    if seen is not None and seen != version_of(before):
        raise ResourceServerChanged
    if members == before.members:
        return before
    check_words_stand(before, members)
    await families.get(unit, members.family_id)
    text = _text(members, before.titles)
    await unit.execute(_CHANGE, which=server_id, family_id=members.family_id, members=text)
    await record(unit, Event(EventKind.RESOURCE_SERVER_CHANGED, subject_id=server_id, data=deed.data))
    return await get(unit, server_id)


async def remove(unit: Unit, server_id: str, deed: Deed) -> None:
    """Issue no token for it any more; those that were issued end within minutes, and introspection says so at once.

    Raises `UnknownResourceServer`.
    """
    if not await unit.execute(_REMOVE, which=server_id, now=unit.now):
        raise UnknownResourceServer
    await record(unit, Event(EventKind.RESOURCE_SERVER_REMOVED, subject_id=server_id, data=deed.data))


async def forget_client(unit: Unit, client_id: str) -> None:
    """Strike out a client that is deleted, so that none that is registered under its id takes its place."""
    for server in (await every(unit)).values():
        members = server.members.without(client_id)
        if members != server.members:
            text = _text(members, server.titles)
            await unit.execute(_CHANGE, which=server.server_id, family_id=members.family_id, members=text)


def _text(members: ServerMembers, titles: Mapping[str, Mapping[str, str]]) -> str:
    """What is stored of a registration; of the `titles` before it those that it has no more."""
    here = {scope.name for scope in members.scopes}
    return orjson.dumps(
        {**members.to_json(), _FORMER: {name: titles[name] for name in titles if name not in here}}
    ).decode()


class ResourceServerCache:
    """All resource servers, at most five seconds old, as clients are: how long a change takes to reach other workers.

    This process sees its own changes at once: the database tells of them, whoever makes them.
    """

    def __init__(self, clock: Clock, db: Database, issuer: str) -> None:
        self._clock = clock
        self._db = db
        self._issuer = issuer
        self._kept: tuple[Instant, Mapping[str, ResourceServer]] | None = None
        self._changes = 0
        db.on_write(_ALL.tables, self._forget)

    async def by_id(self, *wanted: str) -> Mapping[str, ResourceServer]:
        """Every one that there ever was: people read of what they allowed at one that is removed. Those `wanted` are
        among them, also when another worker has registered them a moment ago."""
        now, kept = self._clock.now(), self._kept
        # Never from the future: the sandbox's clock can be turned back.
        if kept is not None and 0 <= now - kept[0] < _KEPT and kept[1].keys() >= set(wanted):
            return kept[1]
        changes = self._changes
        async with self._db.glance() as unit:
            found = await every(unit)
        if changes == self._changes:  # else what was read may be older than what was forgotten meanwhile
            self._kept = now, found
        return found

    async def known(self) -> KnownResources:
        """What a `resource` may name."""
        servers = (await self.by_id()).values()
        return KnownResources(self._issuer, {each.members.identifier: each for each in servers if each.in_service})

    def _forget(self) -> None:
        self._changes += 1
        self._kept = None
