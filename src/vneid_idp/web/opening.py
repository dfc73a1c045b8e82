"""A process whose database does not answer yet: it listens, says so at every door, and serves as soon as it can.

Ending instead would take the other workers along, which serve what needs no database, and would leave nobody to say
why.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Protocol

import orjson
from starlette.responses import Response
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from vneid_idp.log import Log
from vneid_idp.storage.unit import StorageUnavailable
from vneid_idp.web.camara_codes import as_camara
from vneid_idp.web.doors import DoorKind

_log = Log(__name__)
_LONGEST_PAUSE_SECONDS = 5
_RETRY_AFTER = str(_LONGEST_PAUSE_SECONDS)
_DATABASE = "the database"


class Waiting(Protocol):
    """An application that can be told what it waits for; `None` once it serves."""

    waits_for: str | None


@asynccontextmanager
async def opening(app: Waiting, open_: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Open what `app` serves with, now or, where the database does not answer, as soon as it does.

    `open_` leaves nothing open where it raises `StorageUnavailable`. Whatever else it raises now is no matter of time
    and ends the start.
    """
    try:
        await open_()
    except StorageUnavailable as error:
        _log.warning("start.waits_for_database", error=type(error.__cause__ or error).__name__)
        app.waits_for = _DATABASE
    else:
        yield
        return
    later = asyncio.create_task(_open_later(app, open_))
    try:
        yield
    finally:
        later.cancel()
        with suppress(asyncio.CancelledError):
            await later


async def _open_later(app: Waiting, open_: Callable[[], Awaitable[None]]) -> None:
    attempts = AsyncRetrying(
        # Also what is no matter of time: the process listens already, and somebody may bring the schema up to date.
        retry=retry_if_exception_type(Exception),
        wait=wait_random_exponential(multiplier=0.2, max=_LONGEST_PAUSE_SECONDS),
        after=_tell,
    )
    async for attempt in attempts:
        with attempt:
            await open_()
    app.waits_for = None
    _log.info("start.database_answers")


def _tell(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome is not None else None
    if error is not None and not isinstance(error, StorageUnavailable):
        _log.failure("start.failed", error, attempt=state.attempt_number)


def not_open(kind: DoorKind | None, waits_for: str) -> Response:
    """What every door answers meanwhile, `/healthz` included. A page needs what is not open yet, so none is drawn."""
    headers = {"Retry-After": _RETRY_AFTER, "Cache-Control": "no-store"}
    sentence = f"The provider is starting and waits for {waits_for}. Try again in a few seconds."
    match kind:
        case DoorKind.PROTOCOL:
            body = {"error": "temporarily_unavailable", "error_description": sentence}
            return Response(orjson.dumps(body), 503, headers, "application/json")
        case DoorKind.CAMARA:
            status, code = as_camara(503, "temporarily_unavailable")
            refusal = {"status": status, "code": code, "message": sentence}
            return Response(orjson.dumps(refusal), status, headers, "application/json")
        case DoorKind.API:
            problem = {
                "type": "urn:vneid:problem:temporarily_unavailable",
                "title": sentence,
                "status": 503,
                "detail": sentence,
                "code": "temporarily_unavailable",
            }
            return Response(orjson.dumps(problem), 503, headers, "application/problem+json")
        case _:
            text = f"Dịch vụ đang khởi động. Vui lòng thử lại sau ít giây.\n{sentence}\n"
            return Response(text, 503, headers, "text/plain")
