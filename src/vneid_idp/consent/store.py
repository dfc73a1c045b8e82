"""Queries on consents and their receipts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Text, bindparam, insert, or_, select, tuple_, update

from vneid_idp.consent import decisions
from vneid_idp.consent.tables import consent_receipts, consents
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import digest
from vneid_idp.protocol.claims import Decisions
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.statement import insert as insert_or
from vneid_idp.storage.unit import Reading, Row, Unit


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent of a person towards a client. One that was withdrawn is read by `list_withdrawn` alone."""

    consent_id: str
    person_id: str
    client_id: str
    given_at: Instant
    changed_at: Instant
    decisions: Decisions
    child_id: str | None = None
    """The child in whose matter a guardian gave it; nobody else's where there is none."""
    alone_from: int | None = None
    """The age from which the law let the person decide alone, who had reached it; `None` where nobody asked."""
    guardian_id: str | None = None
    """The parent or guardian who agreed as well, with a child."""
    withdrawn_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was withdrawn: towards whom, and about which child, if any."""

    client_id: str
    child_id: str | None
    guardian_id: str | None = None
    """Who had agreed as well, of a child's consent."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody saw when deciding: the text, without values, and its language."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class ByGuardian:
    """The other half of a child's consent: who agreed as well, and what they saw."""

    guardian_id: str
    shown: Shown


@dataclass(frozen=True, slots=True)
class Receipt:
    """The proof of one consent: what was shown, in which language, and what was decided."""

    receipt_id: str
    consent_id: str
    client_id: str
    given_at: Instant
    language: str
    shown: str
    decisions: Decisions
    guardian: ByGuardian | None = None
    details: str | None = None
    """The details of a rich request that were confirmed, sealed (`confirmed_details.py`)."""


_current = select(consents).where(
    consents.c.person_id == bindparam("person_id"),
    consents.c.client_id == bindparam("client_id"),
    consents.c.child_id == bindparam("child_id"),
    consents.c.withdrawn_at.is_(None),
)
_CURRENT = Statement(_current)
# SQLite has one writer at a time and leaves the lock out.
_CURRENT_LOCKED = Statement(_current.with_for_update())
_OF_PERSON = Statement(
    select(consents)
    .where(consents.c.person_id == bindparam("person_id"), consents.c.withdrawn_at.is_(None))
    .order_by(consents.c.given_at.desc())
    .limit(200)
)
_WITHDRAWN_OF_PERSON = Statement(
    select(consents)
    .where(consents.c.person_id == bindparam("person_id"), consents.c.withdrawn_at >= bindparam("since"))
    .order_by(consents.c.withdrawn_at.desc(), consents.c.consent_id)
    .limit(200)
)
# Two tabs that agree at once both land on the one current consent: the unique index decides who creates it.
_CREATE = Statement(
    insert_or(consents).on_conflict_do_nothing(
        index_elements=["person_id", "client_id", "child_id"], index_where=consents.c.withdrawn_at.is_(None)
    )
)
_CHANGE = Statement(
    update(consents)
    .where(
        consents.c.person_id == bindparam("of_person"),
        consents.c.consent_id == bindparam("of_consent"),
        consents.c.withdrawn_at.is_(None),
    )
    .values(
        decisions=bindparam("decisions"),
        changed_at=bindparam("changed_at"),
        alone_from=bindparam("alone_from"),
        guardian_id=bindparam("guardian_id"),
    )
)
_SETTLE = Statement(
    update(consents)
    .where(
        consents.c.person_id == bindparam("of_person"),
        consents.c.consent_id == bindparam("of_consent"),
        consents.c.guardian_id.is_(None),
    )
    .values(alone_from=bindparam("alone_from"))
)
_UNSETTLED = Statement(
    select(consents)
    .where(
        consents.c.withdrawn_at.is_(None),
        consents.c.guardian_id.is_(None),
        or_(consents.c.alone_from.is_(None), consents.c.alone_from < bindparam("age")),
        tuple_(consents.c.person_id, consents.c.consent_id)
        > tuple_(bindparam("after_person", type_=Text), bindparam("after_consent", type_=Text)),
    )
    .order_by(consents.c.person_id, consents.c.consent_id)
    .limit(bindparam("limit"))
)
_WITHDRAW = Statement(
    update(consents)
    .where(
        consents.c.person_id == bindparam("of_person"),
        consents.c.consent_id == bindparam("of_consent"),
        consents.c.withdrawn_at.is_(None),
    )
    .values(withdrawn_at=bindparam("at"))
    .returning(consents.c.client_id, consents.c.child_id, consents.c.guardian_id)
)
_WITHDRAW_ALL_OF_CLIENT = Statement(
    update(consents)
    .where(consents.c.client_id == bindparam("of_client"), consents.c.withdrawn_at.is_(None))
    .values(withdrawn_at=bindparam("at"))
    .returning(consents.c.person_id, consents.c.consent_id, consents.c.child_id)
)
_ADD_RECEIPT = Statement(insert(consent_receipts))
_RECEIPT = Statement(
    select(consent_receipts).where(
        consent_receipts.c.person_id == bindparam("person_id"), consent_receipts.c.receipt_id == bindparam("receipt_id")
    )
)
_RECEIPTS = Statement(
    select(consent_receipts)
    .where(
        consent_receipts.c.person_id == bindparam("person_id"), consent_receipts.c.client_id == bindparam("client_id")
    )
    .order_by(consent_receipts.c.receipt_id.desc())
    .limit(50)
)


def _consent(row: Row) -> Consent:
    return Consent(
        consent_id=row["consent_id"],
        person_id=row["person_id"],
        client_id=row["client_id"],
        given_at=row["given_at"],
        changed_at=row["changed_at"],
        decisions=decisions.load(row["decisions"]),
        child_id=row["child_id"] or None,
        alone_from=row["alone_from"],
        guardian_id=row["guardian_id"],
        withdrawn_at=row["withdrawn_at"],
    )


def _receipt(row: Row) -> Receipt:
    guardian = None
    if row["guardian_id"] is not None:
        guardian = ByGuardian(row["guardian_id"], Shown(row["guardian_shown"], row["guardian_language"]))
    return Receipt(
        receipt_id=row["receipt_id"],
        consent_id=row["consent_id"],
        client_id=row["client_id"],
        given_at=row["given_at"],
        language=row["language"],
        shown=row["shown"],
        decisions=decisions.load(row["decisions"]),
        guardian=guardian,
        details=row["details"],
    )


async def find_current(unit: Reading, person_id: str, client_id: str, child_id: str | None = None) -> Consent | None:
    """The consent that stands between a person and a client, about the person alone or about a child."""
    row = await unit.fetch_one(_CURRENT, person_id=person_id, client_id=client_id, child_id=child_id or "")
    return None if row is None else _consent(row)


async def find_current_to_change(unit: Unit, person_id: str, client_id: str, child_id: str | None) -> Consent | None:
    """As `find_current`; who changes it at the same time waits, so that neither loses what the other wrote."""
    row = await unit.fetch_one(_CURRENT_LOCKED, person_id=person_id, client_id=client_id, child_id=child_id or "")
    return None if row is None else _consent(row)


async def list_current(unit: Reading, person_id: str) -> list[Consent]:
    """All current consents of a person, newest first."""
    return [_consent(row) for row in await unit.fetch(_OF_PERSON, person_id=person_id)]


async def list_withdrawn(unit: Reading, person_id: str, since: Instant) -> list[Consent]:
    """What a person gave and what was withdrawn since an instant, by whomever, the latest first."""
    return [_consent(row) for row in await unit.fetch(_WITHDRAWN_OF_PERSON, person_id=person_id, since=since)]


async def create(unit: Unit, consent: Consent) -> None:
    """Insert a consent unless one stands already between the two, about the same child or none."""
    await unit.execute(
        _CREATE,
        person_id=consent.person_id,
        consent_id=consent.consent_id,
        client_id=consent.client_id,
        given_at=consent.given_at,
        changed_at=consent.changed_at,
        withdrawn_at=None,
        decisions=decisions.dump(consent.decisions),
        child_id=consent.child_id or "",
        alone_from=consent.alone_from,
        guardian_id=consent.guardian_id,
    )


async def change(unit: Unit, consent: Consent) -> None:
    """Write what a consent that stands says now: whoever gives it holds the person."""
    await unit.execute(
        _CHANGE,
        of_person=consent.person_id,
        of_consent=consent.consent_id,
        decisions=decisions.dump(consent.decisions),
        changed_at=unit.now,
        alone_from=consent.alone_from,
        guardian_id=consent.guardian_id,
    )


async def settle(unit: Unit, person_id: str, consent_id: str, alone_from: int) -> None:
    """Note the age from which the person decides alone, who has reached it and had when deciding."""
    await unit.execute(_SETTLE, of_person=person_id, of_consent=consent_id, alone_from=alone_from)


async def list_unsettled(unit: Reading, alone_from: int, after: tuple[str, str], limit: int) -> list[Consent]:
    """Consents that somebody gave alone of whom nobody asked yet whether they had reached this age."""
    found = await unit.fetch(_UNSETTLED, age=alone_from, after_person=after[0], after_consent=after[1], limit=limit)
    return [_consent(row) for row in found]


async def withdraw(unit: Unit, person_id: str, consent_id: str) -> Withdrawn | None:
    """Withdraw a current consent; what it was, or `None` when nothing stood."""
    row = await unit.fetch_one(_WITHDRAW, of_person=person_id, of_consent=consent_id, at=unit.now)
    return None if row is None else Withdrawn(row["client_id"], row["child_id"] or None, row["guardian_id"])


async def withdraw_all_of_client(unit: Unit, client_id: str) -> list[tuple[str, str, str | None]]:
    """End every current consent that was given to a client; whose, which, and about which child."""
    rows = await unit.fetch(_WITHDRAW_ALL_OF_CLIENT, of_client=client_id, at=unit.now)
    return [(row["person_id"], row["consent_id"], row["child_id"] or None) for row in rows]


async def add_receipt(unit: Unit, person_id: str, receipt: Receipt) -> str:
    """Keep the proof of a consent; the digest of all that it says."""
    values = _values(person_id, receipt)
    await unit.execute(_ADD_RECEIPT, **values)
    return _digest(values)


async def find_receipt_digest(unit: Reading, person_id: str, receipt_id: str) -> str | None:
    """The digest of all that a receipt says now; `None` where there is none of that id."""
    row = await unit.fetch_one(_RECEIPT, person_id=person_id, receipt_id=receipt_id)
    return None if row is None else _digest(dict(row))


def _digest(values: Mapping[str, Any]) -> str:
    # A column that came later counts where it says something: the digests of earlier receipts knew nothing of it.
    said = {name: value for name, value in values.items() if name != "details" or value is not None}
    return digest(orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode())


def _values(person_id: str, receipt: Receipt) -> dict[str, str | int | None]:
    guardian = receipt.guardian
    return {
        "person_id": person_id,
        "receipt_id": receipt.receipt_id,
        "consent_id": receipt.consent_id,
        "client_id": receipt.client_id,
        "given_at": receipt.given_at,
        "language": receipt.language,
        "shown": receipt.shown,
        "decisions": decisions.dump(receipt.decisions),
        "guardian_id": None if guardian is None else guardian.guardian_id,
        "guardian_shown": None if guardian is None else guardian.shown.text,
        "guardian_language": None if guardian is None else guardian.shown.language,
        "details": receipt.details,
    }


async def list_receipts(unit: Reading, person_id: str, client_id: str) -> list[Receipt]:
    """The receipts of a person for a client, newest first."""
    return [_receipt(row) for row in await unit.fetch(_RECEIPTS, person_id=person_id, client_id=client_id)]
