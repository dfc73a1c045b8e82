"""Grants: what a redeemed code opened, and the parent of every token (RFC 6749 §1.5).

Hot path: each function is one statement, and the condition stands in it. The statements join tables of `identity`,
against the rule that tables are private, because a second read per request would cost a third of the throughput.
"""

from dataclasses import dataclass

import orjson
from sqlalchemy import BigInteger, Text, and_, bindparam, exists, literal_column, or_, select, update

from vneid_idp.audit.events import Kind
from vneid_idp.audit.statements import entry, recorded
from vneid_idp.consent.tables import consents, grants
from vneid_idp.identity.tables import account_is_usable, accounts, session_is_live, sessions
from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.protocol.claims import ClaimsRequest
from vneid_idp.protocol.grants.refresh_token import Rotation
from vneid_idp.protocol.tokens import ACCESS_TOKEN_LIFE, Code
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

OFFLINE_LIFE: Instant = 180 * DAY
"""How long a grant with `offline_access` can be refreshed before the person is asked again."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A live grant."""

    client_id: str
    grant_id: str
    person_id: str
    session_id: str
    consent_id: str
    ward_id: str | None
    scope: tuple[str, ...]
    claims: ClaimsRequest
    level: int
    acr: str
    amr: tuple[str, ...]
    auth_time: Instant
    rotation: Rotation


_CONSENT_STANDS = and_(
    consents.c.person_id == grants.c.person_id,
    consents.c.consent_id == grants.c.consent_id,
    consents.c.withdrawn_at.is_(None),
)
_SESSION_STANDS = and_(
    sessions.c.person_id == grants.c.person_id, sessions.c.session_id == grants.c.session_id, session_is_live()
)
_ACCOUNT_STANDS = and_(accounts.c.person_id == grants.c.person_id, account_is_usable())

IS_LIVE = and_(
    grants.c.revoked_at.is_(None),
    grants.c.expires_at > bindparam("now", type_=BigInteger),
    exists().where(_CONSENT_STANDS).correlate(grants),
    exists().where(_ACCOUNT_STANDS).correlate(grants),
    # Without offline_access a grant ends with the session, so that log-out is one UPDATE too (OIDC Core §11).
    or_(grants.c.offline == 1, exists().where(_SESSION_STANDS).correlate(grants)),
)
"""A grant is good while nothing above it was taken back: consent, account, and session unless it is offline."""

_COLUMNS = tuple(column.name for column in grants.c)
_PERSON = bindparam("person_id", type_=Text)
_OPEN = recorded(
    insert(grants)
    .from_select(
        _COLUMNS,
        select(*(bindparam(column.name, type_=column.type) for column in grants.c)).where(
            exists().where(
                consents.c.person_id == _PERSON,
                consents.c.consent_id == bindparam("consent_id", type_=Text),
                consents.c.withdrawn_at.is_(None),
            ),
            exists().where(
                sessions.c.person_id == _PERSON,
                sessions.c.session_id == bindparam("session_id", type_=Text),
                session_is_live(),
            ),
            exists().where(accounts.c.person_id == _PERSON, account_is_usable()),
        ),
    )
    # The code names the grant that it opens, so the primary key is the single-use rule.
    .on_conflict_do_nothing(index_elements=["client_id", "grant_id"])
    .returning(grants.c.person_id, grants.c.client_id, grants.c.grant_id),
    Kind.GRANT_OPENED,
    person_id="person_id",
    client_id="client_id",
    subject_id="grant_id",
)
_OF = and_(
    grants.c.client_id == bindparam("of_client", type_=Text), grants.c.grant_id == bindparam("of_grant", type_=Text)
)
_REFRESH = recorded(
    update(grants)
    .where(_OF, grants.c.generation == bindparam("presented", type_=BigInteger), IS_LIVE)
    .values(generation=grants.c.generation + literal_column("1"), refreshed_at=bindparam("now"))
    .returning(*grants.c),
    Kind.REFRESH_USED,
    person_id="person_id",
    client_id="client_id",
    subject_id="grant_id",
)
_FIND_LIVE = Statement(select(grants).where(_OF, IS_LIVE))
_REVOKE = Statement(
    update(grants)
    .where(_OF, grants.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
    .returning(grants.c.person_id)
)
_REVOKE_ALL_OF_CLIENT = Statement(
    update(grants)
    .where(grants.c.client_id == bindparam("of_client"), grants.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)


def grant_of(row: Row) -> Grant:
    """The grant in a row that has its columns."""
    return Grant(
        client_id=row["client_id"],
        grant_id=row["grant_id"],
        person_id=row["person_id"],
        session_id=row["session_id"],
        consent_id=row["consent_id"],
        ward_id=row["ward_id"],
        scope=tuple(row["scope"].split(" ")),
        claims=orjson.loads(row["claims"]),
        level=row["level"],
        acr=row["acr"],
        amr=tuple(row["amr"].split(" ")),
        auth_time=row["auth_time"],
        rotation=Rotation(row["generation"], row["refreshed_at"]),
    )


async def open_grant(unit: Unit, code: Code, *, refreshable: bool) -> bool:
    """Open the grant of a code; `False` when it was opened before, or consent, session or account no longer stand."""
    offline = "offline_access" in code.scope
    row = await unit.fetch_one(
        _OPEN,
        client_id=code.client_id,
        grant_id=code.grant_id,
        person_id=code.person_id,
        session_id=code.session_id,
        consent_id=code.consent_id,
        ward_id=code.ward_id,
        scope=" ".join(code.scope),
        claims=orjson.dumps(code.claims).decode(),
        level=code.level,
        acr=code.acr,
        amr=" ".join(code.amr),
        auth_time=code.auth_time,
        opened_at=unit.now,
        expires_at=unit.now + (OFFLINE_LIFE if refreshable else ACCESS_TOKEN_LIFE),
        generation=1,
        refreshed_at=unit.now,
        revoked_at=None,
        offline=int(offline),
        now=unit.now,
        **entry(unit.now, {"scope": list(code.scope), "acr": code.acr}),
    )
    return row is not None


async def refresh(unit: Unit, client_id: str, grant_id: str, presented: int) -> Grant | None:
    """Move a live grant to its next generation if `presented` is the current one; of many callers one succeeds."""
    row = await unit.fetch_one(
        _REFRESH,
        of_client=client_id,
        of_grant=grant_id,
        presented=presented,
        now=unit.now,
        **entry(unit.now, {"generation": presented}),
    )
    return None if row is None else grant_of(row)


async def find_live(unit: Reading, client_id: str, grant_id: str) -> Grant | None:
    """The grant while it and all above it stand."""
    row = await unit.fetch_one(_FIND_LIVE, of_client=client_id, of_grant=grant_id, now=unit.now)
    return None if row is None else grant_of(row)


async def revoke(unit: Unit, client_id: str, grant_id: str) -> str | None:
    """End a grant, and with it every token that names it; the person, or `None` when it had ended or never was."""
    row = await unit.fetch_one(_REVOKE, of_client=client_id, of_grant=grant_id, at=unit.now)
    return None if row is None else row["person_id"]


async def revoke_all_of_client(unit: Unit, client_id: str) -> int:
    """End every grant of a client that is disabled or deleted; how many."""
    return await unit.execute(_REVOKE_ALL_OF_CLIENT, of_client=client_id, at=unit.now)
