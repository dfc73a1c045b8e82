"""Open, find, rotate and end grants.

Hot path: each function is one statement, and the condition stands in it.

Such a statement takes no lock of those who take something away (identity/persons.py), and needs none. One that looked
before a withdrawal was committed may write after it was acknowledged: it then opens or moves on a grant that counts for
nothing, since whoever uses the grant asks again for all above it. What does not hang on a grant afterwards, such as a
binding, is another matter: who writes that, holds (`hold`).
"""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import BigInteger, Text, and_, bindparam, delete, literal_column, or_, select, tuple_, update

from vneid_idp.audit.events import EventKind
from vneid_idp.audit.statements import entry, recorded
from vneid_idp.clients.service import hold_client
from vneid_idp.consent import decisions
from vneid_idp.grants.liveness import DECISIONS, MOST_ABOVE, for_each_number, lives, session_stands, stands
from vneid_idp.grants.tables import grants
from vneid_idp.identity import persons
from vneid_idp.identity.persons import RegisterAnswer
from vneid_idp.kernel.clock import DAY, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.values import altered
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.protocol.claims import Decisions
from vneid_idp.protocol.details.granting import lasting
from vneid_idp.protocol.grant_types.refresh_token import GrantRotation
from vneid_idp.protocol.tokens import ACCESS_TOKEN_LIFE
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

OFFLINE_LIFE: Instant = 180 * DAY
"""How long a grant with `offline_access` can be refreshed before the person is asked again."""

LINK_LIFE: Instant = ACCESS_TOKEN_LIFE
"""How long after it was opened a grant links an account: as long as its first access token. No refresh renews it."""


class GrantEnded(DomainError):
    """The grant, or something that it stands on, has ended."""

    code = "grant_ended"
    status = 403
    title = "What was granted has ended: withdrawn, expired, signed out, or the account or the service is locked."


@dataclass(frozen=True, slots=True)
class Grant:
    """A live grant."""

    grant_id: str
    authorisation: Authorisation
    """As it was granted; what of it counts now, `protocol/permitted.py` says."""
    rotation: GrantRotation
    decided: Decisions
    """What the person has decided by now about the client."""

    @property
    def person_id(self) -> str:
        """Whose grant it is: what is stored always has a person."""
        assert self.authorisation.subject is not None
        return self.authorisation.subject


_FIRST = 1
"""The generation of the refresh token that comes with a new grant."""
_row_to_be = select(*(bindparam(column.name, type_=column.type).label(column.name) for column in grants.c)).subquery(
    "opening"
)
_OPEN = for_each_number(
    lambda above: recorded(
        insert(grants)
        .from_select(
            [column.name for column in grants.c],
            select(*_row_to_be.c).where(
                stands(_row_to_be, above),
                # An offline grant outlives its session, but is not opened after it: the code dies with a log-out.
                or_(_row_to_be.c.session_id.is_(None), session_stands(_row_to_be)),
            ),
        )
        # The code names the grant that it opens, so the primary key is the single-use rule.
        .on_conflict_do_nothing(index_elements=["client_id", "grant_id"])
        # What was just written is in hand; only the decisions are news.
        .returning(grants.c.person_id, grants.c.client_id, grants.c.grant_id, DECISIONS),
        EventKind.GRANT_OPENED if above == 0 else EventKind.GRANT_DERIVED,
        person_id="person_id",
        client_id="client_id",
        subject_id="grant_id",
    )
)
_OF = and_(
    grants.c.client_id == bindparam("of_client", type_=Text), grants.c.grant_id == bindparam("of_grant", type_=Text)
)


def _rotation(above: int, *, settled: bool) -> Statement:
    return recorded(
        update(grants)
        .where(
            _OF,
            grants.c.generation == bindparam("presented", type_=BigInteger),
            lives(grants, above, settled=settled),
        )
        .values(generation=grants.c.generation + literal_column("1"), refreshed_at=bindparam("now"))
        .returning(*grants.c, DECISIONS),
        EventKind.REFRESH_USED,
        person_id="person_id",
        client_id="client_id",
        subject_id="grant_id",
    )


_ROTATE = for_each_number(lambda above: _rotation(above, settled=False))
_ROTATE_SETTLED = for_each_number(lambda above: _rotation(above, settled=True))
_FIND_LIVE = for_each_number(lambda above: Statement(select(*grants.c, DECISIONS).where(_OF, lives(grants, above))))
# With a lock of its own, so that also the end of this one grant (RFC 7009, a replay) waits for who writes in its name.
_HOLD_LIVE = for_each_number(
    lambda above: Statement(
        select(*grants.c, DECISIONS).where(_OF, lives(grants, above)).with_for_update(read=True, of=grants)
    )
)
# Alone: of two that share a row and both want to write it, the database would have to turn one away.
_SEIZE_LIVE = for_each_number(
    lambda above: Statement(
        select(*grants.c, DECISIONS).where(_OF, lives(grants, above)).with_for_update(key_share=True, of=grants)
    )
)
_USE_LINK = Statement(
    update(grants)
    .where(_OF, grants.c.linked_at.is_(None), grants.c.opened_at > bindparam("since"))
    .values(linked_at=bindparam("at"))
)
_FIND = Statement(select(grants).where(_OF))
_END = Statement(
    update(grants)
    .where(_OF, grants.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
    .returning(grants.c.person_id)
)
_END_KEPT_ELSEWHERE = Statement(
    update(grants)
    .where(
        grants.c.person_id == bindparam("of_person"),
        grants.c.offline == literal_column("1"),
        # What came of no session was given elsewhere (RFC 8628, CIBA); what was derived ends with its parent.
        or_(
            grants.c.session_id != bindparam("but"),
            and_(grants.c.session_id.is_(None), grants.c.parent_grant_id.is_(None)),
        ),
        grants.c.revoked_at.is_(None),
        grants.c.expires_at > bindparam("at"),
    )
    .values(revoked_at=bindparam("at"))
    .returning(grants.c.client_id, grants.c.grant_id)
)
_END_BY_MESSAGE = Statement(
    update(grants)
    .where(
        grants.c.person_id == bindparam("of_person"),
        # What ends with its session is ended by that, and what was derived by its parent.
        grants.c.offline == literal_column("1"),
        grants.c.parent_grant_id.is_(None),
        or_(
            grants.c.by_message.is_distinct_from(literal_column("0")),
            grants.c.opened_at >= bindparam("since", type_=BigInteger),
        ),
        grants.c.revoked_at.is_(None),
        grants.c.expires_at > bindparam("at"),
    )
    .values(revoked_at=bindparam("at"))
    .returning(grants.c.client_id, grants.c.grant_id)
)
_END_ALL_OF_CLIENT = Statement(
    update(grants)
    .where(grants.c.client_id == bindparam("of_client"), grants.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)

_ended = or_(grants.c.expires_at < bindparam("before", type_=BigInteger), grants.c.revoked_at < bindparam("before"))
_FORGET = Statement(
    delete(grants).where(
        tuple_(grants.c.client_id, grants.c.grant_id).in_(
            select(grants.c.client_id, grants.c.grant_id).where(_ended).limit(bindparam("most"))
        )
    )
)


def grant_of(row: Row) -> Grant:
    """The grant in a row that has its columns, and the decisions of its consent."""
    return Grant(
        grant_id=row["grant_id"],
        authorisation=_authorisation_of(row),
        rotation=GrantRotation(row["generation"], row["refreshed_at"]),
        decided=decisions.load(row["decisions"]),
    )


def _authorisation_of(row: Row) -> Authorisation:
    return Authorisation.from_json(orjson.loads(row["authorisation"]))


async def open_grant(
    unit: Unit, grant_id: str, authorisation: Authorisation, *, refreshable: bool, until: Instant | None = None
) -> Grant | None:
    """Open a grant; nothing when it was opened before, or something that it stands on has ended or is too far up. One
    that was derived ends `until` then at the latest.

    Details that are an act are not kept: they are good with the tokens of the code, as a link is, and may hold what
    tells who somebody is, which stands nowhere but sealed.
    """
    ground = authorisation.ground
    assert ground is not None
    if ground.above > MOST_ABOVE:
        return None
    parent = ground.parent
    expires_at = unit.now + (OFFLINE_LIFE if refreshable else ACCESS_TOKEN_LIFE)
    row = await unit.fetch_one(
        _OPEN[ground.above],
        client_id=authorisation.client_id,
        grant_id=grant_id,
        person_id=authorisation.subject,
        consent_id=ground.consent_id,
        session_id=ground.session_id,
        parent_client_id=None if parent is None else parent.client_id,
        parent_grant_id=None if parent is None else parent.grant_id,
        authorisation=orjson.dumps(altered(authorisation, details=lasting(authorisation.details)).to_json()).decode(),
        opened_at=unit.now,
        expires_at=expires_at if until is None else min(expires_at, until),
        generation=_FIRST,
        refreshed_at=unit.now,
        revoked_at=None,
        linked_at=None,
        offline=int(ground.session_id is None or "offline_access" in authorisation.scope),
        by_message=int(authorisation.by_message),
        now=unit.now,
        **entry(unit.now, _of_opening(authorisation)),
    )
    if row is None:
        return None
    return Grant(grant_id, authorisation, GrantRotation(_FIRST, unit.now), decisions.load(row["decisions"]))


def _of_opening(authorisation: Authorisation) -> dict[str, Any]:
    """What the event of a new grant says of it."""
    data = {"scope": list(authorisation.scope), "acr": authorisation.acr, "origin": authorisation.origin.value}
    return data | delegation(authorisation)


def delegation(authorisation: Authorisation) -> dict[str, Any]:
    """What an event says of the client that is acted for, and of who acts; nothing where nobody does."""
    found = {"acts_for": authorisation.acts_for, "actors": list(authorisation.actors)}
    return {name: value for name, value in found.items() if value}


async def was_opened(unit: Reading, client_id: str, grant_id: str) -> bool:
    """Whether the code of this grant was redeemed, whatever became of the grant since."""
    return await unit.fetch_one(_FIND, of_client=client_id, of_grant=grant_id) is not None


async def rotate(
    unit: Unit, client_id: str, grant_id: str, above: int, presented: int, *, as_of: Instant | None = None
) -> Grant | None:
    """Move a live grant to its next generation if `presented` is the current one; of many callers one succeeds.

    `above` as for `find_live`. With `as_of`, only while the person's answers are those of then.
    """
    statement, when = (_ROTATE, {}) if as_of is None else (_ROTATE_SETTLED, {"as_of": as_of})
    row = await unit.fetch_one(
        statement[above],
        of_client=client_id,
        of_grant=grant_id,
        presented=presented,
        now=unit.now,
        **when,
        **entry(unit.now, {"generation": presented}),
    )
    return None if row is None else grant_of(row)


async def find_live(unit: Reading, client_id: str, grant_id: str, above: int) -> Grant | None:
    """The grant while it and all above it stand. `above`: how many grants stand above it, as its tokens say."""
    row = await unit.fetch_one(_FIND_LIVE[above], of_client=client_id, of_grant=grant_id, now=unit.now)
    return None if row is None else grant_of(row)


async def hold(
    unit: Unit,
    client_id: str,
    grant_id: str,
    *others: str,
    answer: RegisterAnswer | None = None,
    alone: bool = False,
) -> Grant:
    """The live grant, held until the unit ends: for whoever writes something in its name. Raises `GrantEnded`.

    Whoever takes something away (a withdrawal, a lock, a death, a client disabled, a revocation) waits for this unit to
    commit and then finds what it wrote, or has come first, and then this refuses. `others` are people whom the writing
    also concerns: the child for whom a guardian acts. With `answer`, raises `Overtaken` (see `persons.hold`). `alone`
    for whoever writes the grant itself.
    """
    row = await unit.fetch_one(_FIND, of_client=client_id, of_grant=grant_id)
    if row is None:
        raise GrantEnded
    if not await hold_client(unit, client_id):
        raise GrantEnded
    await persons.hold(unit, row["person_id"], *others, answer=answer)
    # Read after the locks, in a statement of its own: on PostgreSQL it sees what was committed while they were awaited.
    live = (_SEIZE_LIVE if alone else _HOLD_LIVE)[_authorisation_of(row).above]
    row = await unit.fetch_one(live, of_client=client_id, of_grant=grant_id, now=unit.now)
    if row is None:
        raise GrantEnded
    return grant_of(row)


async def hold_root(unit: Unit, grant: Grant) -> Grant:
    """The grant that the person's own answer opened, from which `grant` came by exchanges, if it did (RFC 8693): that
    one and all between are held alone until the unit ends. The caller holds `grant`. Raises `GrantEnded`."""
    while grant.authorisation.ground is not None and (parent := grant.authorisation.ground.parent) is not None:
        of = {"of_client": parent.client_id, "of_grant": parent.grant_id}
        row = await unit.fetch_one(_SEIZE_LIVE[parent.above], **of, now=unit.now)
        if row is None:
            raise GrantEnded
        grant = grant_of(row)
    return grant


async def use_link(unit: Unit, grant: Grant) -> bool:
    """Use up what the person confirmed: that one account is linked, once and soon. `False` where nothing was confirmed,
    it was used for an account before, or too long ago. The caller holds the grant alone."""
    if not grant.authorisation.link:
        return False
    of = {"of_client": grant.authorisation.client_id, "of_grant": grant.grant_id}
    return await unit.execute(_USE_LINK, **of, since=unit.now - LINK_LIFE, at=unit.now) == 1


async def end(unit: Unit, client_id: str, grant_id: str) -> str | None:
    """End a grant, and with it every token that names it; the person, or `None` when it had ended or never was."""
    row = await unit.fetch_one(_END, of_client=client_id, of_grant=grant_id, at=unit.now)
    return None if row is None else row["person_id"]


async def end_kept_elsewhere(unit: Unit, person_id: str, but: str) -> tuple[tuple[str, str], ...]:
    """End what a person gave for longer than a session (`offline_access`) in any session `but` this one, whether that
    stands or not; of which client each was, and which."""
    rows = await unit.fetch(_END_KEPT_ELSEWHERE, of_person=person_id, but=but, at=unit.now)
    return tuple((row["client_id"], row["grant_id"]) for row in rows)


async def end_by_message(unit: Unit, person_id: str, since: Instant) -> tuple[tuple[str, str], ...]:
    """End what outlives its session of whatever rests on the phone number of a person, or of which nobody can tell, and
    `since` an instant all; of which client each was, and which."""
    rows = await unit.fetch(_END_BY_MESSAGE, of_person=person_id, since=since, at=unit.now)
    return tuple((row["client_id"], row["grant_id"]) for row in rows)


async def end_all_of_client(unit: Unit, client_id: str) -> int:
    """End every grant of a client that is deleted, so that none counts for another registered under its id; how many.

    For a client that is only disabled there is nothing to do: while it is, none of its grants counts.
    """
    return await unit.execute(_END_ALL_OF_CLIENT, of_client=client_id, at=unit.now)


async def forget_ended(unit: Unit, before: Instant, most: int) -> int:
    """Delete grants that ended before an instant, at most `most`; how many. The events about them stay."""
    return await unit.execute(_FORGET, before=before, most=most)
