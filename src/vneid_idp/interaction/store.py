"""Queries on waiting requests. Rows may be lost with the power: the person simply starts again."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from vneid_idp.interaction.tables import interactions
from vneid_idp.kernel.clock import Instant
from vneid_idp.protocol.acts import Confirmed
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading, Unit


@dataclass(frozen=True, slots=True)
class Stored:
    """An interaction as it is stored: the request and what tells the confirmed details sealed, the browser as a digest
    or not yet known (pushed)."""

    interaction_id: str
    client_id: str
    browser: str | None
    request: str
    opened_at: Instant
    expires_at: Instant
    refused: str | None
    child_id: str | None
    ended_at: Instant | None
    confirmed: Confirmed | None = None
    approval_id: str | None = None
    waits_until: Instant | None = None
    kept_for: str | None = None
    size: int | None = None
    taken_up: bool | None = None
    """Whether somebody who signed in went on with it; `None` before a browser has opened a page of it."""

    def is_open(self, now: Instant) -> bool:
        """Whether it waits still: neither answered nor out of time. The statements below ask the same."""
        return self.ended_at is None and self.expires_at > now


_ADD = Statement(insert(interactions))
_FIND = Statement(select(interactions).where(interactions.c.interaction_id == bindparam("interaction_id")))
_open = (
    interactions.c.interaction_id == bindparam("of"),
    interactions.c.ended_at.is_(None),
    interactions.c.expires_at > bindparam("now"),
)


def _later(until: str) -> ColumnElement[Any]:
    """The later of two ends: who waits for a parent or guardian loses no time by looking. But nothing lasts longer than
    `longest` after it was opened, however often somebody looks."""
    longest = interactions.c.opened_at + bindparam("longest", type_=BigInteger)
    asked = bindparam(until, type_=BigInteger)
    wanted = case((longest < asked, longest), else_=asked)
    return case((interactions.c.expires_at > wanted, interactions.c.expires_at), else_=wanted)


# The first browser that shows or answers a pushed request owns it from then on.
_in_browser = or_(interactions.c.browser.is_(None), interactions.c.browser == bindparam("browser"))
_ADOPT = Statement(
    update(interactions)
    .where(*_open, _in_browser)
    .values(
        browser=bindparam("browser"),
        expires_at=_later("until"),
        taken_up=func.coalesce(bindparam("taken_up", type_=Boolean), interactions.c.taken_up),
    )
)
_REFUSE = Statement(update(interactions).where(*_open).values(refused=bindparam("page")))
# Once: what is agreed to and confirmed on the pages after it is about this child.
_CHOOSE = Statement(
    update(interactions).where(*_open, interactions.c.child_id.is_(None)).values(child_id=bindparam("child"))
)
_CONFIRM = Statement(
    update(interactions)
    .where(*_open, func.coalesce(interactions.c.child_id, "") == bindparam("child"))
    .values(confirmed_by=bindparam("person"), confirmed_details=bindparam("details"))
)
_EXTEND = Statement(update(interactions).where(*_open).values(expires_at=_later("until")))
_AWAIT = Statement(
    update(interactions)
    .where(*_open)
    .values(approval_id=bindparam("approval"), waits_until=bindparam("waits"), expires_at=bindparam("until"))
)
# One conditional statement: of two answers to the same request, only the first finds it open.
_END = Statement(
    update(interactions).where(*_open, _in_browser).values(ended_at=bindparam("now"), browser=bindparam("browser"))
)
_SWEEP = Statement(delete(interactions).where(interactions.c.expires_at < bindparam("before")))
_SHOWN = Statement(update(interactions).where(*_open, interactions.c.taken_up.is_(None)).values(taken_up=False))
# Whether those of which no browser has opened a page take as much room as those that are looked at.
_room = interactions.alias("room")
_most_are_unopened = (
    select(func.sum(case((_room.c.taken_up.is_(None), _room.c.size), else_=-_room.c.size)) >= literal_column("0"))
    .where(_room.c.kept_for == bindparam("kept_for"), _room.c.ended_at.is_(None), _room.c.taken_up.is_not(True))
    .scalar_subquery()
)
# What was answered goes first, and last what somebody signed in for. Of the others those of which there is more, the
# unopened or the opened: who sends and opens nothing displaces nobody who looks at a page, and whoever opens all they
# send leaves room for those who have yet to open theirs. Among them the largest, then the oldest: a flood fills its
# room with the largest, while people's requests are small. Of newcomers at once each makes room of its own.
_LEAST_NEEDED = Statement(
    select(interactions.c.interaction_id, interactions.c.size)
    .where(interactions.c.kept_for == bindparam("kept_for"))
    .order_by(
        case(
            (interactions.c.ended_at.is_not(None), 0),
            (interactions.c.taken_up.is_(True), 3),
            (interactions.c.taken_up.is_(None) == _most_are_unopened, 1),
            else_=2,
        ),
        interactions.c.size.desc(),
        interactions.c.opened_at,
    )
    .limit(bindparam("most", type_=BigInteger))
    .with_for_update(skip_locked=True)
)
_DROP = Statement(delete(interactions).where(interactions.c.interaction_id == bindparam("of")))


async def add(unit: Unit, stored: Stored) -> None:
    """Insert a waiting request."""
    await unit.execute(
        _ADD,
        interaction_id=stored.interaction_id,
        client_id=stored.client_id,
        browser=stored.browser,
        request=stored.request,
        opened_at=stored.opened_at,
        expires_at=stored.expires_at,
        refused=stored.refused,
        child_id=stored.child_id,
        ended_at=stored.ended_at,
        confirmed_by=None if stored.confirmed is None else stored.confirmed.person_id,
        confirmed_details=None if stored.confirmed is None else stored.confirmed.details,
        approval_id=stored.approval_id,
        waits_until=stored.waits_until,
        kept_for=stored.kept_for,
        size=stored.size,
        taken_up=stored.taken_up,
    )


async def find(unit: Reading, interaction_id: str) -> Stored | None:
    """A waiting, ended or expired request."""
    row = await unit.fetch_one(_FIND, interaction_id=interaction_id)
    if row is None:
        return None
    by = row["link_confirmed_by"]
    return Stored(
        interaction_id=row["interaction_id"],
        client_id=row["client_id"],
        browser=row["browser"],
        request=row["request"],
        opened_at=row["opened_at"],
        expires_at=row["expires_at"],
        refused=row["refused"],
        child_id=row["ward_id"],
        ended_at=row["ended_at"],
        confirmed=None if by is None else Confirmed(by, row["confirmed_details"]),
        approval_id=row["approval_id"],
        waits_until=row["waits_until"],
        kept_for=row["kept_for"],
        size=row["size"],
        taken_up=row["taken_up"],
    )


async def adopt(
    unit: Unit, interaction_id: str, browser: str, until: Instant, longest: Instant, signed_in: bool
) -> bool:
    """Tie the request to a browser; `False` when another browser has it, or it is not open any more."""
    taken_up = True if signed_in else None
    done = await unit.execute(
        _ADOPT,
        of=interaction_id,
        browser=browser,
        until=until,
        longest=longest,
        taken_up=taken_up,
        now=unit.now,
    )
    return done == 1


async def show(unit: Unit, interaction_id: str) -> None:
    """Record that its browser has opened a page of it."""
    await unit.execute(_SHOWN, of=interaction_id, now=unit.now)


async def refuse(unit: Unit, interaction_id: str, page: str) -> bool:
    """Record that the person said no on `page`; `False` when the request is not open any more."""
    return await unit.execute(_REFUSE, of=interaction_id, page=page, now=unit.now) == 1


async def choose_child(unit: Unit, interaction_id: str, child_id: str) -> bool:
    """Record the child that the guardian chose; `False` when the request is not open any more, or about a child."""
    return await unit.execute(_CHOOSE, of=interaction_id, child=child_id, now=unit.now) == 1


async def confirm(unit: Unit, interaction_id: str, confirmed: Confirmed, child_id: str | None) -> bool:
    """Record who confirmed what of the request, about themselves or the child; `False` when it is not open any more, or
    about another child."""
    done = await unit.execute(
        _CONFIRM,
        of=interaction_id,
        person=confirmed.person_id,
        details=confirmed.details,
        child=child_id or "",
        now=unit.now,
    )
    return done == 1


async def await_guardian(
    unit: Unit, interaction_id: str, approval_id: str | None, waits_until: Instant, until: Instant
) -> bool:
    """Record what the request waits for, and until when, or that it waits no more; `False` when it is not open."""
    done = await unit.execute(
        _AWAIT, of=interaction_id, approval=approval_id, waits=waits_until, until=until, now=unit.now
    )
    return done == 1


async def extend(unit: Unit, interaction_id: str, until: Instant, longest: Instant) -> bool:
    """Give the person more time; `False` when the time has already run out."""
    return await unit.execute(_EXTEND, of=interaction_id, until=until, longest=longest, now=unit.now) == 1


async def end(unit: Unit, interaction_id: str, browser: str) -> bool:
    """End the request in a browser; `True` for the one caller who did."""
    return await unit.execute(_END, of=interaction_id, browser=browser, now=unit.now) == 1


async def make_room(unit: Unit, kept_for: str, size: int) -> bool:
    """Delete requests of who has `kept_for` until `size` is free; `False` when they have not so much here."""
    # None is smaller than 1.
    for row in await unit.fetch(_LEAST_NEEDED, kept_for=kept_for, most=size):
        if size > 0 and await unit.execute(_DROP, of=row["interaction_id"]):
            size -= row["size"]
    return size <= 0


async def sweep(unit: Unit, before: Instant) -> int:
    """Delete what expired before an instant; how many rows."""
    return await unit.execute(_SWEEP, before=before)
