"""`numbers/v1/registers`: a carrier hands in its register, reads how far it is, and what is wrong with rows."""

import io
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response, status
from fastapi.responses import StreamingResponse
from starlette.convertors import StringConvertor, register_url_convertor

from vneid_idp.clients.service import UnknownClient
from vneid_idp.kernel.errors import DomainError
from vneid_idp.numbers.callers import Caller
from vneid_idp.numbers.register_representations import UPLOAD_ID, NewRegister, Register
from vneid_idp.numbers.routes import CallerOf
from vneid_idp.protocol.claims import REGISTER
from vneid_idp.protocol.errors import InvalidToken
from vneid_idp.registered_numbers import parts, uploads
from vneid_idp.registered_numbers.parts import PART_BYTES
from vneid_idp.registered_numbers.uploads import RegisterUpload
from vneid_idp.registers.faults import FaultFile
from vneid_idp.use_cases.receive_register import BadPart, begin_receiving, receive_part
from vneid_idp.use_cases.who_is_carrier import carrier_of
from vneid_idp.web.api_caller import ENDED
from vneid_idp.web.apis import route_class_of
from vneid_idp.web.bodies import TooLong, read_body
from vneid_idp.web.context import Idp, idp
from vneid_idp.web.contracts import problems
from vneid_idp.web.responses import no_store

MOST_BYTES = 4 * 1024**3
"""Of a file: all numbers of Viet Nam as CSV have no more."""


class _UploadId(StringConvertor):
    regex = UPLOAD_ID


register_url_convertor("upload_id", _UploadId())


class RegisterTooLarge(DomainError):
    """The file is longer than any register."""

    code = "register_too_large"
    status = 413
    title = f"A register has {MOST_BYTES // 1024**3} GiB at most. Parquet takes a fraction of what CSV does."


router = APIRouter(
    prefix="/numbers/v1/registers", tags=["Registers"], generate_unique_id_function=lambda route: route.name
)
router.route_class = route_class_of(router)
_OF_ALL = {"_401": "invalid_token", "_503": "temporarily_unavailable", "_403": "insufficient_scope, carrier_unknown"}
_OF_ONE = {**_OF_ALL, "_404": "upload_not_found, not_found", "_422": "malformed"}
UploadIdOf = Annotated[str, Path(pattern=f"^{UPLOAD_ID}$", description="The upload, as it was returned.")]
_CSV = "text/csv"


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Begin to hand in a register",
    responses=problems(
        **_OF_ALL,
        _409="upload_under_way, register_leaving",
        _413="register_too_large",
        _422="malformed",
        _429="too_many_uploads",
    ),
)
async def begin_register(request: Request, response: Response, caller: CallerOf, new: NewRegister) -> Register:
    """The file follows in parts. One register of a carrier is taken at a time; the same file once more goes on with the
    parts that are missing. Needs the carrier's own access token (client credentials, scope
    `register:subscriber_numbers`)."""
    caller.check_own(REGISTER)
    if new.bytes > MOST_BYTES:
        raise RegisterTooLarge
    provider = idp(request)
    sealer, blind = provider.keys.sealer, provider.keys.blind
    try:
        upload = await provider.db.transact(
            lambda unit: begin_receiving(unit, sealer, blind, caller.client, new.as_file)
        )
    except UnknownClient as error:
        raise InvalidToken(ENDED) from error
    response.headers["Location"] = provider.url(f"{router.prefix}/{upload.upload_id}")
    return await _shown(provider, response, upload)


@router.put(
    "/{upload_id:upload_id}/parts/{place}",
    summary="Send a part of the file",
    responses=problems(**_OF_ONE | {"_409": "upload_not_receiving", "_422": "malformed, bad_part"}),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def send_register_part(
    request: Request,
    response: Response,
    caller: CallerOf,
    upload_id: UploadIdOf,
    place: Annotated[int, Path(ge=1, le=MOST_BYTES // PART_BYTES, description="Which part, from 1 on.")],
) -> Register:
    """The bytes of the file from `part_bytes` × (`place` - 1) on, in any order. Once all are there it is read. A part
    that is sent again stays as it was."""
    caller.check_own(REGISTER)
    try:
        data = await read_body(request, PART_BYTES)
    except TooLong as error:
        raise BadPart from error
    provider = idp(request)
    sealer = provider.keys.sealer
    try:
        upload = await provider.db.transact(
            lambda unit: receive_part(unit, sealer, caller.client, upload_id, place, data)
        )
    except UnknownClient as error:
        raise InvalidToken(ENDED) from error
    return await _shown(provider, response, upload)


@router.get("/{upload_id:upload_id}", summary="Read how far a register is", responses=problems(**_OF_ONE))
async def read_register(request: Request, response: Response, caller: CallerOf, upload_id: UploadIdOf) -> Register:
    """How much was read, how many rows are of which class, and what became of numbers. Of one ID
    number no more than five names and birth dates that differ are compared in a day, with those at `matches/v1`; rows
    behind these are `not_compared`."""
    provider, family_id = idp(request), _carrier(caller)
    async with provider.db.glance() as unit:
        upload = await uploads.get_of_family(unit, family_id, upload_id)
    return await _shown(provider, response, upload)


@router.get(
    "/{upload_id:upload_id}/errors",
    summary="Read what is wrong with rows",
    responses={200: {"content": {_CSV: {}}, "description": "CSV: line, column, code."}, **problems(**_OF_ONE)},
    response_class=StreamingResponse,
)
async def read_register_errors(request: Request, caller: CallerOf, upload_id: UploadIdOf) -> StreamingResponse:
    """A line for each cell or row that cannot be read, in the order of the file, for thirty days. It repeats nothing of
    what stands there."""
    provider, family_id = idp(request), _carrier(caller)
    async with provider.db.glance() as unit:
        await uploads.get_of_family(unit, family_id, upload_id)
    answer = StreamingResponse(_lines(provider, upload_id), media_type=_CSV)
    no_store(answer)
    return answer


async def _lines(provider: Idp, upload_id: str) -> AsyncIterator[str]:
    text = io.StringIO()
    file, after = FaultFile(text), 0
    while True:
        async with provider.db.glance() as unit:
            page = await uploads.list_faults(unit, upload_id, after=after)
        for _, fault in page:
            file.write(fault)
        yield text.getvalue()
        if not page:
            return
        after = page[-1][0]
        text.seek(0)
        text.truncate()


def _carrier(caller: Caller) -> str:
    caller.check_own(REGISTER)
    return carrier_of(caller.client)


async def _shown(provider: Idp, response: Response, upload: RegisterUpload) -> Register:
    no_store(response)
    async with provider.db.glance() as unit:
        return Register.of(upload, await parts.places(unit, upload.upload_id))
