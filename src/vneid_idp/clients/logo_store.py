"""Queries on the logos of relying parties."""

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select, update

from vneid_idp.clients.tables import client_logos, clients
from vneid_idp.kernel.clock import Instant
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

_of_client = client_logos.c.client_id == bindparam("of_client")
_DELETE = Statement(delete(client_logos).where(_of_client))
_DELETE_OTHER = Statement(delete(client_logos).where(_of_client, client_logos.c.logo_uri != bindparam("logo_uri")))
_WANT = Statement(
    insert(client_logos)
    .values(client_id=bindparam("client_id"), logo_uri=bindparam("logo_uri"), failures=0, due_at=bindparam("due_at"))
    .on_conflict_do_update(index_elements=["client_id"], set_={"failures": 0, "due_at": bindparam("due_at")})
)
_DUE = Statement(
    select(client_logos.c.client_id, client_logos.c.logo_uri, client_logos.c.failures, client_logos.c.due_at)
    .join(clients, clients.c.client_id == client_logos.c.client_id)
    .where(client_logos.c.due_at <= bindparam("now"), clients.c.disabled_at.is_(None))
    .order_by(client_logos.c.due_at)
    .limit(bindparam("most"))
)
# Written only over what was read, so of several workers one takes the attempt.
_TAKE = Statement(
    update(client_logos)
    .where(_of_client, client_logos.c.due_at == bindparam("seen"))
    .values(failures=client_logos.c.failures + 1, due_at=bindparam("due_at"))
)
# Only while it is still the logo that was fetched: the registration may have changed meanwhile.
_KEEP = Statement(
    update(client_logos)
    .where(_of_client, client_logos.c.logo_uri == bindparam("fetched_from"))
    .values(
        digest=bindparam("digest"),
        content_type=bindparam("content_type"),
        content=bindparam("content"),
        failures=0,
        due_at=bindparam("due_at"),
    )
)
_CONTENT = Statement(
    select(client_logos.c.content_type, client_logos.c.content).where(
        _of_client, client_logos.c.digest == bindparam("digest")
    )
)


@dataclass(frozen=True, slots=True)
class DueLogo:
    """A logo to be fetched. `failures` is how many attempts were made or begun since it was last fetched."""

    client_id: str
    logo_uri: str
    failures: int
    due_at: Instant


async def want(unit: Unit, client_id: str, logo_uri: str | None, due_at: Instant) -> None:
    """Have the logo at `logo_uri` fetched; a picture from another address is forgotten."""
    if logo_uri is None:
        await unit.execute(_DELETE, of_client=client_id)
        return
    await unit.execute(_DELETE_OTHER, of_client=client_id, logo_uri=logo_uri)
    await unit.execute(_WANT, client_id=client_id, logo_uri=logo_uri, due_at=due_at)


async def remove(unit: Unit, client_id: str) -> None:
    """Forget the logo of a client."""
    await unit.execute(_DELETE, of_client=client_id)


async def due(unit: Reading, most: int) -> list[DueLogo]:
    """Logos of enabled clients whose time has come, the longest waiting first."""

    def logo(row: Row) -> DueLogo:
        return DueLogo(row["client_id"], row["logo_uri"], row["failures"], row["due_at"])

    return [logo(row) for row in await unit.fetch(_DUE, now=unit.now, most=most)]


async def take(unit: Unit, logo: DueLogo, due_at: Instant) -> bool:
    """Take the attempt and set the next; `False` when another worker has it."""
    return await unit.execute(_TAKE, of_client=logo.client_id, seen=logo.due_at, due_at=due_at) == 1


async def keep(unit: Unit, logo: DueLogo, digest: str, content_type: str, content: bytes, due_at: Instant) -> bool:
    """Keep what was fetched; `False` when the client meanwhile registered another address."""
    kept = await unit.execute(
        _KEEP,
        of_client=logo.client_id,
        fetched_from=logo.logo_uri,
        digest=digest,
        content_type=content_type,
        content=content,
        due_at=due_at,
    )
    return kept == 1


async def find_content(unit: Reading, client_id: str, digest: str) -> tuple[str, bytes] | None:
    """Content type and content of the logo that a client has now, if `digest` is its digest."""
    row = await unit.fetch_one(_CONTENT, of_client=client_id, digest=digest)
    return None if row is None else (row["content_type"], row["content"])
