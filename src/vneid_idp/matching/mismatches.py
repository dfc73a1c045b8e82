"""What a carrier says of somebody and does not agree: of one ID number only so many claims are compared in a day, by
whichever way they come, so that nobody finds a name or a birth date by trying.

A claim is a name and a birth date. One that was found to differ tells nothing when it is compared again, and costs
nothing; one that agrees neither. Kept are keyed digests, for a day.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

import orjson
from sqlalchemy import JSON, BigInteger, Text, bindparam, cast, delete, func, literal_column, or_, select, true

from vneid_idp.kernel.clock import DAY, HOUR, SECOND, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.matching.names import normal
from vneid_idp.matching.tables import mismatched_claims
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Unit

MOST: int = 5
"""Claims that differ, of one ID number and one carrier."""
WITHIN: Instant = DAY
OPERATORS = ""
"""In place of a carrier: what an operator checks for whomever counts for every carrier, and every carrier's for it."""

_c = mismatched_claims.c
_texts = bindparam("texts", type_=Text)
_each = func.json_array_elements_text(cast(_texts, JSON)).table_valued("value", name="each")
_each_on_sqlite = func.json_each(_texts).table_valued("value", name="each")
_family = bindparam("of_family", type_=Text)
_one = select(_c.number_digest, _c.claim_digest).where(
    _c.at > bindparam("since", type_=BigInteger),
    or_(_family == OPERATORS, _c.family_id.in_([_family, literal_column(f"'{OPERATORS}'")])),
)
_of_each = _one.where(_c.number_digest == _each.c.value).lateral("found")
_KNOWN = Statement(
    select(_of_each).select_from(_each.join(_of_each, true())),
    sqlite=_one.where(_c.number_digest.in_(select(_each_on_sqlite.c.value))),
)
_added = insert(mismatched_claims)
_ADD = Statement(
    _added.on_conflict_do_update(
        index_elements=["number_digest", "family_id", "claim_digest"], set_={"at": _added.excluded.at}
    )
)
# SQLite has one writer at a time.
_ALONE = Statement(
    select(func.pg_advisory_xact_lock(func.hashtextextended(_family, literal_column("0")))),
    sqlite=select(literal_column("1")),
)
_SWEEP = Statement(delete(mismatched_claims).where(_c.at <= bindparam("before", type_=BigInteger)))


class MatchBudgetSpent(DomainError):
    """Nothing is compared for now. Whose budget is spent is not told, nor when it was begun: both would tell what
    others try."""

    code = "match_budget_spent"
    status = 429
    title = "There were too many mismatches. Nothing was compared; try again later, with what the papers say."
    retry_after = HOUR // SECOND


class Claim(NamedTuple):
    """A claim that differs, as it is kept."""

    number_digest: str
    """Of the ID number: `digest_of_number`."""
    claim_digest: str


def digest_of_number(blind: BlindIndex, id_number: str) -> str:
    """Under which digest the claims about an ID number stand."""
    return blind.of("mismatched_claims.number", id_number)


def digest_of_claim(blind: BlindIndex, id_number: str, full_name: str | None, birth_date: date | None) -> str:
    """By which digest a claim is known again; names that agree make one claim."""
    return blind.of("mismatched_claims.claim", f"{id_number}\0{normal(full_name or '')}\0{birth_date or ''}")


async def known(unit: Reading, family_id: str, numbers: Collection[str]) -> dict[str, set[str]]:
    """The claims of this carrier that differed within the day, by the digest of their ID number; one statement, however
    many numbers."""
    rows = await unit.fetch(
        _KNOWN, of_family=family_id, texts=orjson.dumps(sorted(numbers)).decode(), since=unit.now - WITHIN
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["number_digest"], set()).add(row["claim_digest"])
    return found


async def keep(unit: Unit, family_id: str, claims: Collection[Claim]) -> frozenset[str]:
    """Keep claims that differ, before it is told that they do. The digests of ID numbers of which that would be more
    than `MOST`, because others were kept meanwhile: of these none was kept, and nothing may be told."""
    await unit.fetch(_ALONE, of_family="mismatched_claims")
    before = await known(unit, family_id, {each.number_digest for each in claims})
    after: dict[str, set[str]] = {}
    for each in claims:
        after.setdefault(each.number_digest, set(before.get(each.number_digest, ()))).add(each.claim_digest)
    over = frozenset(number for number, tried in after.items() if len(tried) > MOST)
    rows = [
        {"family_id": family_id, **each._asdict(), "at": unit.now} for each in claims if each.number_digest not in over
    ]
    await unit.execute_many(_ADD, rows)
    return over


def may_compare(tried: Mapping[str, Collection[str]], claim: Claim) -> bool:
    """Whether one claim may be compared, after those that were `tried`. Pure."""
    before = tried.get(claim.number_digest, ())
    return len(before) < MOST or claim.claim_digest in before


async def sweep(unit: Unit) -> int:
    """Forget claims that count no more; how many."""
    return await unit.execute(_SWEEP, before=unit.now - WITHIN)
