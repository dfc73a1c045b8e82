"""Queries on the logos of relying parties."""

from sqlalchemy import bindparam, delete, select, update

from vneid_idp.clients.tables import client_logos
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

_of_client = client_logos.c.client_id == bindparam("of_client")
_DELETE = Statement(delete(client_logos).where(_of_client))
_DELETE_OTHER = Statement(delete(client_logos).where(_of_client, client_logos.c.logo_uri != bindparam("logo_uri")))
_WANT = Statement(
    insert(client_logos)
    .values(client_id=bindparam("client_id"), logo_uri=bindparam("logo_uri"))
    .on_conflict_do_nothing(index_elements=["client_id"])
)
# Only while it is still the logo that was fetched: the registration may have changed meanwhile.
_KEEP = Statement(
    update(client_logos)
    .where(_of_client, client_logos.c.logo_uri == bindparam("fetched_from"))
    .values(digest=bindparam("digest"), content_type=bindparam("content_type"), content=bindparam("content"))
)
_CONTENT = Statement(
    select(client_logos.c.content_type, client_logos.c.content).where(
        _of_client, client_logos.c.digest == bindparam("digest")
    )
)


async def want(unit: Unit, client_id: str, logo_uri: str) -> None:
    """Make room for the picture at `logo_uri`; one from another address is forgotten."""
    await unit.execute(_DELETE_OTHER, of_client=client_id, logo_uri=logo_uri)
    await unit.execute(_WANT, client_id=client_id, logo_uri=logo_uri)


async def remove(unit: Unit, client_id: str) -> None:
    """Forget the logo of a client."""
    await unit.execute(_DELETE, of_client=client_id)


async def keep(unit: Unit, client_id: str, fetched_from: str, digest: str, content_type: str, content: bytes) -> bool:
    """Keep what was fetched; `False` when the client meanwhile registered another address."""
    kept = await unit.execute(
        _KEEP,
        of_client=client_id,
        fetched_from=fetched_from,
        digest=digest,
        content_type=content_type,
        content=content,
    )
    return kept == 1


async def find_content(unit: Reading, client_id: str, digest: str) -> tuple[str, bytes] | None:
    """Content type and content of the logo that a client has now, if `digest` is its digest."""
    row = await unit.fetch_one(_CONTENT, of_client=client_id, digest=digest)
    return None if row is None else (row["content_type"], row["content"])
