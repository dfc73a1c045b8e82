"""`POST /sandbox/registers`: a make-believe register of subscriber numbers with known junk, for who has none.

Its holders are settled in the make-believe country while it is written, so that the population register knows them; the
personas are among them, each with the phone that they have.
"""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from vneid_idp.kernel.errors import DomainError
from vneid_idp.registers.classes import RowClass
from vneid_idp.registers.columns import COLUMNS
from vneid_idp.sandbox.country.citizens import citizens
from vneid_idp.sandbox.country.invented_register import JUNK, OF_ALL, InventedRow, invented_rows, rows_of
from vneid_idp.sandbox.country.persona_list import personas
from vneid_idp.sandbox.country.seed import BATCH, settle_citizens
from vneid_idp.web.bodies import read_json
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.doors import Door
from vneid_idp.web.responses import no_store

_MOST_ROWS = 1_000_000
_MOST_EDITIONS = 24
_PEOPLE = 10_000_000
"""More than any register has holders."""


class BadInvention(DomainError):
    """What is asked for is no register that can be made."""

    code = "bad_invention"
    status = 422
    title = (
        f'Send {{"rows": 1 to {_MOST_ROWS}, "seed": a whole number}}; "edition", from 1 to {_MOST_EDITIONS}, is the '
        f'same register when it is handed in again, and "junk" says of how many holders in {OF_ALL} rows are of which '
        f"class ({', '.join(JUNK)})."
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    rows: int
    seed: int
    edition: int
    junk: dict[RowClass, int]


async def invent(request: Request) -> Response:
    """`POST /sandbox/registers`: the file as CSV. The same request gives the same rows, but for the personas' birth
    dates, which hang on the day."""
    try:
        asked = _read(await read_json(request))
    except (ValueError, KeyError, TypeError):
        raise BadInvention from None
    answer = StreamingResponse(_file(idp(request), asked), media_type="text/csv")
    no_store(answer)
    return answer


def _read(body: dict[str, Any]) -> _Asked:
    junk = {RowClass(name): _whole(count, 0, OF_ALL) for name, count in body.get("junk", JUNK).items()}
    if not junk.keys() <= JUNK.keys() or sum(junk.values()) > OF_ALL:
        raise ValueError("junk")
    edition = _whole(body.get("edition", 1), 1, _MOST_EDITIONS)
    return _Asked(_whole(body["rows"], 1, _MOST_ROWS), _whole(body["seed"], 0, 2**31), edition, junk)


def _whole(value: object, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(value)
    return value


async def _file(provider: Idp, asked: _Asked) -> AsyncIterator[str]:
    own = rows_of(each.record for each in personas(provider.clock.now()))
    yield _text([tuple(COLUMNS), *own])
    rows = invented_rows(asked.rows, asked.seed, junk=asked.junk, edition=asked.edition)
    people, settled = citizens(_PEOPLE, asked.seed), 0
    while batch := await asyncio.to_thread(_next, rows):
        holder = batch[-1].holder
        await settle_citizens(provider.db, provider.vault, provider.keys.blind, islice(people, holder - settled))
        settled = holder
        yield _text(row.cells for row in batch)


def _next(rows: Iterator[InventedRow]) -> list[InventedRow]:
    return list(islice(rows, BATCH))


def _text(rows: Any) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


doors = [Door.api("/sandbox/registers", invent, "POST")]
