"""Matches as they are kept: made, found, used once for one number, and forgotten when they are good no more."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import BigInteger, Text, bindparam, delete, literal_column, select, update

from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import BlindIndex, new_id
from vneid_idp.matching.rules import GOOD_FOR, ComparedFace, Field, Result, Verdict, verdict_of
from vneid_idp.matching.tables import four_field_matches
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

_PHONE = "four_field_matches.phone_number"

_c = four_field_matches.c
_of_client = (
    _c.match_id == bindparam("of_match", type_=Text),
    _c.client_id == bindparam("of_client", type_=Text),
)
_ADD = Statement(insert(four_field_matches))
_FIND = Statement(select(four_field_matches).where(*_of_client))
# One conditional statement: of two bindings on the same match one finds it unused.
_USE = Statement(
    update(four_field_matches)
    .where(
        _c.match_id == bindparam("of_match", type_=Text),
        _c.family_id == bindparam("of_family", type_=Text),
        _c.verdict == literal_column(f"'{Verdict.MATCHED}'"),
        _c.person_id == bindparam("of_person", type_=Text),
        _c.phone_digest == bindparam("of_phone", type_=Text),
        _c.channel == bindparam("of_channel", type_=Text),
        _c.used_at.is_(None),
        _c.valid_until > bindparam("now", type_=BigInteger),
    )
    .values(used_at=bindparam("now", type_=BigInteger))
    .returning(*_c)
)
_SWEEP = Statement(delete(four_field_matches).where(_c.valid_until <= bindparam("now", type_=BigInteger)))
_FORGET_CLIENT = Statement(delete(four_field_matches).where(_c.client_id == bindparam("of_client", type_=Text)))
_FORGET = Statement(delete(four_field_matches).where(_c.person_id == bindparam("of_person", type_=Text)))


@dataclass(frozen=True, slots=True)
class Match:
    """What a comparison found. Nothing that was compared stands in it."""

    match_id: str
    client_id: str
    family_id: str | None
    person_id: str | None
    """Whose ID number it was; nobody where the register has no living person under it. Told to no client."""
    phone_digest: str | None
    channel: str | None
    """Where the number is to be registered, in the words of the type `subscriber_number` of `authorization_details`."""
    results: Mapping[Field, Result]
    face: ComparedFace | None
    """How the face was compared, where one was shown."""
    verdict: Verdict
    made_at: Instant
    valid_until: Instant
    used_at: Instant | None


def digest_of_phone(blind: BlindIndex, phone_number: str) -> str:
    """Under which digest a match keeps the number that is to be bound, in the form of E.164."""
    return blind.of(_PHONE, phone_number)


async def add_match(
    unit: Unit,
    client_id: str,
    family_id: str | None,
    person_id: str | None,
    results: Mapping[Field, Result],
    *,
    phone_digest: str | None = None,
    channel: str | None = None,
    face: ComparedFace | None = None,
) -> Match:
    """Keep what was found; one statement, whatever that is."""
    match = Match(
        match_id=new_id("mtc"),
        client_id=client_id,
        family_id=family_id,
        person_id=person_id,
        phone_digest=phone_digest,
        channel=channel,
        results=results,
        face=face,
        verdict=verdict_of(results),
        made_at=unit.now,
        valid_until=unit.now + GOOD_FOR,
        used_at=None,
    )
    await unit.execute(
        _ADD,
        match_id=match.match_id,
        client_id=client_id,
        family_id=family_id,
        person_id=person_id,
        phone_digest=phone_digest,
        channel=channel,
        results=orjson.dumps({field.value: result.value for field, result in results.items()}).decode(),
        face=None if face is None else orjson.dumps(asdict(face)).decode(),
        verdict=match.verdict,
        made_at=match.made_at,
        valid_until=match.valid_until,
        used_at=None,
    )
    return match


async def find_match(unit: Reading, client_id: str, match_id: str) -> Match | None:
    """A match that this client had made, good or not; nothing for another client's."""
    return _match(await unit.fetch_one(_FIND, of_match=match_id, of_client=client_id))


async def use_match(
    unit: Unit, family_id: str, match_id: str, person_id: str, phone_digest: str, channel: str
) -> Match | None:
    """Use a match up for the number of `phone_digest` (`digest_of_phone`) and this person, whichever client of the
    organisation had it made.

    Nothing where all four fields did not match, for another person, number, channel or organisation, a second time, or
    too late.
    """
    row = await unit.fetch_one(
        _USE,
        of_match=match_id,
        of_family=family_id,
        of_person=person_id,
        of_phone=phone_digest,
        of_channel=channel,
        now=unit.now,
    )
    return _match(row)


async def sweep(unit: Unit) -> int:
    """Delete matches that are good no more; how many. Their events and receipts stay."""
    return await unit.execute(_SWEEP, now=unit.now)


async def forget(unit: Unit, person_id: str) -> None:
    """Delete what was found about somebody."""
    await unit.execute(_FORGET, of_person=person_id)


async def forget_client(unit: Unit, client_id: str) -> None:
    """Delete what a client had compared: another that is registered under its id binds nothing on it."""
    await unit.execute(_FORGET_CLIENT, of_client=client_id)


def _match(row: Row | None) -> Match | None:
    if row is None:
        return None
    values: dict[str, Any] = dict(row)
    results = {Field(name): Result(result) for name, result in orjson.loads(row["results"]).items()}
    face = None if row["face"] is None else ComparedFace(**orjson.loads(row["face"]))
    return Match(**values | {"results": results, "face": face, "verdict": Verdict(row["verdict"])})
