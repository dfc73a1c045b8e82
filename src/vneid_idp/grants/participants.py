"""Which relying parties a browser session was used with, which sessions under a consent, and who acted under one."""

from collections import defaultdict

from sqlalchemy import bindparam, select

from vneid_idp.grants.tables import grants
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading

_OF_SESSION = Statement(
    select(grants.c.client_id)
    .where(grants.c.person_id == bindparam("person_id"), grants.c.session_id == bindparam("session_id"))
    .distinct()
    .order_by(grants.c.client_id)
)

# Ids begin with their time, so that none that ended long ago is read.
_BY_SESSION = Statement(
    select(grants.c.session_id, grants.c.client_id)
    .where(grants.c.person_id == bindparam("person_id"), grants.c.session_id >= bindparam("first"))
    .distinct()
    .order_by(grants.c.client_id)
)

_OF_CONSENT = Statement(
    select(grants.c.session_id)
    .where(
        grants.c.person_id == bindparam("person_id"),
        grants.c.consent_id == bindparam("consent_id"),
        grants.c.session_id.is_not(None),
    )
    .distinct()
    .order_by(grants.c.session_id.desc())
    .limit(100)
)


_OF_CLIENT = Statement(
    select(grants.c.person_id)
    .where(grants.c.client_id == bindparam("client_id"), grants.c.person_id > bindparam("after"))
    .distinct()
    .order_by(grants.c.person_id)
    .limit(bindparam("most"))
)


async def people_of_client(unit: Reading, client_id: str, after: str, most: int) -> tuple[str, ...]:
    """At most `most` of the people of whom a client had an ID token, while its grant is kept; those `after` an id."""
    rows = await unit.fetch(_OF_CLIENT, client_id=client_id, after=after, most=most)
    return tuple(row["person_id"] for row in rows)


_ACTING = Statement(
    select(grants.c.consent_id, grants.c.client_id)
    .where(grants.c.person_id == bindparam("person_id"), grants.c.parent_grant_id.is_not(None))
    .distinct()
    .order_by(grants.c.client_id)
)


async def clients_acting(unit: Reading, person_id: str) -> dict[str, list[str]]:
    """By consent, the ids of the clients that acted by an exchanged token for the one to which it was given, as long as
    what they got is kept."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in await unit.fetch(_ACTING, person_id=person_id):
        found[row["consent_id"]].append(row["client_id"])
    return found


async def sessions_under_consent(unit: Reading, person_id: str, consent_id: str) -> tuple[str, ...]:
    """The latest sessions in which the client of a consent was given an ID token, a hundred at most."""
    rows = await unit.fetch(_OF_CONSENT, person_id=person_id, consent_id=consent_id)
    return tuple(row["session_id"] for row in rows)


async def clients_by_session(unit: Reading, person_id: str, first: str) -> dict[str, list[str]]:
    """As `clients_of_session`, by the session: of all of a person's that are not older than `first`."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in await unit.fetch(_BY_SESSION, person_id=person_id, first=first):
        found[row["session_id"]].append(row["client_id"])
    return found


async def clients_of_session(unit: Reading, person_id: str, session_id: str) -> tuple[str, ...]:
    """The ids of all clients to which an ID token of this session was issued, revoked grants included."""
    rows = await unit.fetch(_OF_SESSION, person_id=person_id, session_id=session_id)
    return tuple(row["client_id"] for row in rows)
