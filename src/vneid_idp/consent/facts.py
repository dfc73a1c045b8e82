"""Who sits at the browser and what they allowed a client, in one read.

Hot path: it joins tables of `identity`, since a second read a request would cost a third of the throughput.
"""

from dataclasses import dataclass

import orjson
from sqlalchemy import and_, bindparam, case, literal, select

from vneid_idp.consent import decisions
from vneid_idp.consent.tables import consents
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
        session_is_live(),
    )
)


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """A signed-in person and the consent that stands towards the client, if any."""

    person: PersonFacts
    consent: ConsentFacts | None


async def find_facts(
    unit: Reading, person_id: str, session_id: str, client_id: str, child_id: str | None
) -> SessionFacts | None:
    """The facts of a browser session, or `None` when it has ended. The consent is that about the child, if one was
    chosen, and else that about the person alone."""
    of = {"person_id": person_id, "session_id": session_id, "client_id": client_id, "child_id": child_id or ""}
    row = await unit.fetch_one(_FIND, **of, now=unit.now)
    if row is None:
        return None
    person = PersonFacts(
        person_id=person_id,
        session_id=session_id,
        methods=tuple(SignInMethod(name, at) for name, at in orjson.loads(row["methods"])),
        account_level=row["level"],
        usable=row["usable"] == 1,
    )
    if row["consent_id"] is None:
        return SessionFacts(person, None)
    return SessionFacts(person, ConsentFacts(row["consent_id"], row["changed_at"], decisions.load(row["decisions"])))
