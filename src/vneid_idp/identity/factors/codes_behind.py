"""What was added to an account on the strength of a code to its phone: a passkey, or a secret that was changed.

Each keeps the instant of that code (`code_at`), also where a passkey lies between that was itself added by one; 0 where
none is behind it, and nothing where an earlier version wrote it, of which nobody can tell: it counts as if a code was
shown when it was added. A number that is in other hands since an instant proved nothing since then, and so whatever
rests on a later code counts for nothing, until its holder says by an older passkey that it is theirs. A phone that
answers requests stands and falls with its passkey.
"""

from dataclasses import dataclass

from sqlalchemy import BigInteger, bindparam, func, null, update

from vneid_idp.audit.events import Event, EventKind
from vneid_idp.audit.service import record
from vneid_idp.identity import account_store
from vneid_idp.identity.factors.passkeys import METHOD as PASSKEY
from vneid_idp.identity.factors.proofs import PHONE, SECRETS
from vneid_idp.identity.factors.sessions import Session
from vneid_idp.identity.factors.tables import passkeys
from vneid_idp.kernel.clock import NEVER, Instant
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Unit

_p = passkeys.c
_REST = Statement(
    update(passkeys)
    .where(
        _p.person_id == bindparam("of_person"),
        _p.rests_since.is_(None),
        func.coalesce(_p.code_at, _p.registered_at) >= bindparam("since", type_=BigInteger),
    )
    .values(rests_since=bindparam("now", type_=BigInteger))
    .returning(_p.credential_id, _p.registered_at, _p.removed_at)
)
_COUNT = Statement(
    update(passkeys)
    .where(
        _p.person_id == bindparam("of_person"),
        _p.credential_id == bindparam("of_credential"),
        _p.removed_at.is_(None),
        _p.rests_since.is_not(None),
    )
    .values(rests_since=null(), code_at=bindparam("behind", type_=BigInteger))
)


@dataclass(frozen=True, slots=True)
class Rested:
    """What counts for nothing from now on."""

    since: Instant
    """Since when the phone is in other hands."""
    first_at: Instant
    """When the first of it was added; `NEVER` where nothing was."""
    secrets: dict[str, Instant]
    """When each secret among it was set, by kind."""

    def opened(self, session: Session) -> bool:
        """Whether a session was opened, or made stronger, by something of it."""
        first = {name: self.secrets.get(kind.value, NEVER) for name, kind in SECRETS.items()}
        if session.code_at is None:  # An earlier version opened it: which passkey it was nobody can tell.
            first |= dict.fromkeys((PASSKEY, PHONE), self.first_at)
        elif session.code_at >= self.since:
            return True
        return any(each.at >= first.get(each.name, NEVER) for each in session.methods)


async def rest(unit: Unit, person_id: str, since: Instant) -> Rested:
    """Let whatever rests on a code that was shown `since` an instant count for nothing, of somebody who is seized."""
    keys = await unit.fetch(_REST, of_person=person_id, since=since, now=unit.now)
    secrets = await account_store.rest_secrets(unit, person_id, since, unit.now)
    for key in keys:
        if key["removed_at"] is None:
            await record(unit, Event(EventKind.FACTOR_RESTED, person_id, subject_id=key["credential_id"]))
    for kind in sorted(secrets):
        await record(unit, Event(EventKind.FACTOR_RESTED, person_id, data={"kind": kind}))
    first_at = min((*(key["registered_at"] for key in keys), *secrets.values()), default=NEVER)
    return Rested(since, first_at, secrets)


async def let_passkey_count(unit: Unit, person_id: str, credential_id: str, code_at: Instant) -> bool:
    """Let a passkey count again, which rests by now on what its holder showed; whether it did not."""
    counts = await unit.execute(_COUNT, of_person=person_id, of_credential=credential_id, behind=code_at) == 1
    if counts:
        await record(unit, Event(EventKind.FACTOR_COUNTED, person_id, subject_id=credential_id))
    return counts


async def let_secret_count(unit: Unit, person_id: str, kind: str, code_at: Instant) -> bool:
    """The same of a secret."""
    counts = await account_store.let_secret_count(unit, person_id, kind, code_at)
    if counts:
        await record(unit, Event(EventKind.FACTOR_COUNTED, person_id, data={"kind": kind}))
    return counts
