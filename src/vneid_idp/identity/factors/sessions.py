"""Browser sessions as facts: who, since when, proven how and when, ended when. The cookie that names one is the
web's.

Each proof gives the session another generation, which its cookie carries, and the cookie before it is dead at once:
whoever copied it does not grow stronger with the person. The `session_id` stays, since relying parties know the session
by it, and their grants end with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

import orjson
from sqlalchemy import BigInteger, bindparam, delete, literal_column, select, tuple_, update

from vneid_idp.audit.events import Event, EventKind
from vneid_idp.audit.service import record
from vneid_idp.identity.factors.devices import UNKNOWN, Device, stored
from vneid_idp.identity.factors.tables import session_is_live, sessions
from vneid_idp.kernel.clock import HOUR, Instant
from vneid_idp.kernel.secrets import new_id
from vneid_idp.protocol.levels import SignInMethod
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

LIFETIME: Instant = 12 * HOUR

_WRITTEN = ("person_id", "session_id", "methods", "opened_at", "expires_at", "browser", "system", "code_at")
_OPEN = Statement(insert(sessions).values({name: bindparam(name) for name in _WRITTEN}))
_one = (sessions.c.person_id == bindparam("of_person")) & (sessions.c.session_id == bindparam("of_session"))
_named = _one & (sessions.c.generation == bindparam("of_generation", type_=BigInteger))
_FIND = Statement(select(sessions).where(_one, session_is_live()))
_FIND_NAMED = Statement(select(sessions).where(_named, session_is_live()))
_RENEW = Statement(
    update(sessions)
    .where(_named, session_is_live())
    .values(
        methods=bindparam("methods"),
        generation=sessions.c.generation + literal_column("1"),
        code_at=bindparam("behind", type_=BigInteger),
    )
)
_END = Statement(update(sessions).where(_one, sessions.c.ended_at.is_(None)).values(ended_at=bindparam("now")))
_END_ALL = Statement(
    update(sessions)
    .where(sessions.c.person_id == bindparam("of_person"), session_is_live())
    .values(ended_at=bindparam("now"))
    .returning(sessions.c.session_id)
)
_LIST = Statement(
    select(sessions)
    .where(sessions.c.person_id == bindparam("of_person"), session_is_live())
    .order_by(sessions.c.opened_at)
)
_FORGET = Statement(
    delete(sessions).where(
        tuple_(sessions.c.person_id, sessions.c.session_id).in_(
            select(sessions.c.person_id, sessions.c.session_id)
            .where(sessions.c.expires_at < bindparam("before", type_=BigInteger))
            .limit(bindparam("most"))
        )
    )
)


class SessionName(Protocol):
    """Whose session, which, and of which generation: what a cookie says."""

    @property
    def person_id(self) -> str: ...
    @property
    def session_id(self) -> str: ...
    @property
    def generation(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Session:
    """A person at a browser. `session_id` is the `sid` of ID tokens and log-out tokens."""

    person_id: str
    session_id: str
    methods: tuple[SignInMethod, ...]
    """Each kind of proof once, with the instant of the latest."""
    opened_at: Instant
    expires_at: Instant
    generation: int = 0
    """How many proofs were added since it opened: only the cookie of the latest is good."""
    device: Device = UNKNOWN
    code_at: Instant | None = 0
    """The latest code by message on which a passkey that was shown in it rests (`codes_behind`)."""


def read_methods(text: str) -> tuple[SignInMethod, ...]:
    """The methods in the column `sessions.methods`."""
    return tuple(SignInMethod(name, at) for name, at in orjson.loads(text))


def write_methods(methods: Iterable[SignInMethod]) -> str:
    """The text of the column `sessions.methods`."""
    return orjson.dumps([[method.name, method.at] for method in methods]).decode()


def with_method(methods: tuple[SignInMethod, ...], new: SignInMethod) -> tuple[SignInMethod, ...]:
    """`methods` with `new` last and no older one of its kind."""
    return (*(method for method in methods if method.name != new.name), new)


async def open_session(
    unit: Unit,
    person_id: str,
    methods: tuple[SignInMethod, ...],
    lifetime: Instant = LIFETIME,
    *,
    device: Device = UNKNOWN,
    code_at: Instant = 0,
) -> Session:
    """Open a session for somebody who just proved to be there, by something that rests on the code of `code_at`, if
    on any. Always a new id: a session from before the sign-in is never carried over (session fixation)."""
    session = Session(person_id, new_id("ses"), methods, unit.now, unit.now + lifetime, device=device, code_at=code_at)
    await unit.execute(
        _OPEN,
        person_id=person_id,
        session_id=session.session_id,
        methods=write_methods(methods),
        opened_at=session.opened_at,
        expires_at=session.expires_at,
        browser=device.browser,
        system=device.system,
        code_at=code_at,
    )
    return session


async def find_session(unit: Reading, person_id: str, session_id: str) -> Session | None:
    """The session, if it stands at this instant."""
    row = await unit.fetch_one(_FIND, of_person=person_id, of_session=session_id, now=unit.now)
    return _session(row) if row else None


async def find_named(unit: Reading, name: SessionName) -> Session | None:
    """The session that a cookie names, if it stands at this instant and no proof was added since that cookie."""
    row = await unit.fetch_one(_FIND_NAMED, **_of(name), now=unit.now)
    return _session(row) if row else None


async def add_method(unit: Unit, name: SessionName, method: SignInMethod, code_at: Instant = 0) -> Session | None:
    """Add a proof, which rests on the code of `code_at`, to the session that a cookie names: the session in its next
    generation. Nothing if it does not stand,
    or was renewed since that cookie; of two proofs at once with one cookie, one counts."""
    before = await find_named(unit, name)
    if before is None:
        return None
    methods = with_method(before.methods, method)
    behind = None if before.code_at is None else max(before.code_at, code_at)
    renewed = await unit.execute(_RENEW, **_of(name), now=unit.now, methods=write_methods(methods), behind=behind)
    if not renewed:
        return None
    return replace(before, methods=methods, generation=before.generation + 1, code_at=behind)


def _of(name: SessionName) -> dict[str, str | int]:
    return {"of_person": name.person_id, "of_session": name.session_id, "of_generation": name.generation}


async def end_session(unit: Unit, person_id: str, session_id: str) -> bool:
    """End a session; whether it stood."""
    ended = await unit.execute(_END, of_person=person_id, of_session=session_id, now=unit.now) == 1
    if ended:
        await record(unit, Event(EventKind.SESSION_ENDED, person_id=person_id, subject_id=session_id))
    return ended


async def end_all(unit: Unit, person_id: str) -> int:
    """End every session of a person; how many."""
    rows = await unit.fetch(_END_ALL, of_person=person_id, now=unit.now)
    for row in rows:
        await record(unit, Event(EventKind.SESSION_ENDED, person_id=person_id, subject_id=row["session_id"]))
    return len(rows)


async def list_sessions(unit: Reading, person_id: str) -> tuple[Session, ...]:
    """The sessions of a person that stand, oldest first."""
    return tuple(_session(row) for row in await unit.fetch(_LIST, of_person=person_id, now=unit.now))


async def forget_ended(unit: Unit, before: Instant, most: int) -> int:
    """Delete sessions that ran out before an instant, at most `most`; how many. One that was ended runs out as well:
    until then it is what tells an old cookie. The events about it stay."""
    return await unit.execute(_FORGET, before=before, most=most)


def _session(row: Row) -> Session:
    return Session(
        row["person_id"],
        row["session_id"],
        read_methods(row["methods"]),
        row["opened_at"],
        row["expires_at"],
        row["generation"],
        stored(row["browser"], row["system"]),
        row["code_at"],
    )
