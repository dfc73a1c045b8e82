"""Who sits at the browser and what they allowed a client, in one read.

Hot path: it joins tables of `identity`, since a second read a request would cost a third of the throughput.
"""

from dataclasses import dataclass

import orjson
from sqlalchemy import BigInteger, and_, bindparam, case, literal, select

from vneid_idp.consent import decisions
from vneid_idp.consent.tables import consents
from vneid_idp.identity.factors.sessions import SessionName
from vneid_idp.identity.factors.tables import session_is_live, sessions
from vneid_idp.identity.tables import account_is_usable, accounts
from vneid_idp.protocol.interaction import ConsentFacts, PersonFacts
from vneid_idp.protocol.levels import SignInMethod
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Reading

_FIND = Statement(
    select(
        sessions.c.methods,
        accounts.c.level,
        case((account_is_usable(), literal(1)), else_=literal(0)).label("usable"),
        consents.c.consent_id,
        consents.c.changed_at,
        consents.c.given_at,
        consents.c.alone_from,
        consents.c.guardian_id,
        consents.c.decisions,
    )
    .select_from(
        sessions.join(accounts, accounts.c.person_id == sessions.c.person_id).outerjoin(
            consents,
            and_(
                consents.c.person_id == sessions.c.person_id,
                consents.c.client_id == bindparam("client_id"),
                consents.c.child_id == bindparam("child_id"),
                consents.c.withdrawn_at.is_(None),
            ),
        )
    )
    .where(
        sessions.c.person_id == bindparam("person_id"),
        sessions.c.session_id == bindparam("session_id"),
        sessions.c.generation == bindparam("generation", type_=BigInteger),
        session_is_live(),
    )
)


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A signed-in person and the consent that stands towards the client, if any."""

    person: PersonFacts
    consent: ConsentFacts | None


async def find_facts(unit: Reading, name: SessionName, client_id: str, child_id: str | None) -> SessionFacts | None:
    """The facts of the session that a cookie names, or `None` when it has ended or has another cookie by now. The
    consent is that about the child, if one was chosen, and else that about the person alone."""
    row = await unit.fetch_one(
        _FIND,
        person_id=name.person_id,
        session_id=name.session_id,
        generation=name.generation,
        client_id=client_id,
        child_id=child_id or "",
        now=unit.now,
    )
    if row is None:
        return None
    person = PersonFacts(
        person_id=name.person_id,
        session_id=name.session_id,
        methods=tuple(SignInMethod(name, at) for name, at in orjson.loads(row["methods"])),
        account_level=row["level"],
        usable=row["usable"] == 1,
    )
    if row["consent_id"] is None:
        return SessionFacts(person, None)
    consent = ConsentFacts(
        consent_id=row["consent_id"],
        changed_at=row["changed_at"],
        decided=decisions.load(row["decisions"]),
        given_at=row["given_at"],
        alone_from=row["alone_from"],
        by_guardian=row["guardian_id"] is not None,
    )
    return SessionFacts(person, consent)
