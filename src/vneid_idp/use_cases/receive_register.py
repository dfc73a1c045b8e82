"""A carrier sends its register in parts, and a worker reads it when all are there.

A part is in the database, sealed under the key of the carrier, before it is answered for: whoever sends goes on with
the parts that are missing, and any process can read the whole, also after the one that was at it is gone.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO

from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.identity.register.records import RegistryUnavailable
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import SECOND, Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import NotSealedHere, Sealer
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.policy.rules import Policy
from vneid_idp.protocol.claims import REGISTER
from vneid_idp.protocol.client import Client
from vneid_idp.registered_numbers import intake, parts, uploads
from vneid_idp.registered_numbers.carrier_key import CarrierKey, find_key
from vneid_idp.registered_numbers.intake import UploadOvertaken
from vneid_idp.registered_numbers.uploads import RegisterUpload, UploadState
from vneid_idp.registers.columns import UnreadableRegister
from vneid_idp.registers.reading import Register, open_register
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.use_cases.class_register import terms_of
from vneid_idp.use_cases.lose_number import Secrets
from vneid_idp.use_cases.upload_register import Intake, NewFile, begin_upload, digest_of_file, read_upload
from vneid_idp.use_cases.who_is_carrier import hold_carrier

_HELD_ON_EVERY: Instant = uploads.HELD // 4


class BadPart(DomainError):
    """A part that the file has not, or of another length than it has in this place."""

    code = "bad_part"
    status = 422
    title = "The file has no such part, or it has another length. Parts are of the length that the upload names."


class UploadNotReceiving(DomainError):
    """No part of this upload is waited for any more."""

    code = "upload_not_receiving"
    status = 409
    title = "No part of this upload is waited for: all are there, or it has ended."


@dataclass(frozen=True, slots=True)
class Desk:
    """Where registers are read."""

    db: Database
    vault: Vault
    sealer: Sealer
    blind: BlindIndex
    registry: PopulationRegistry


async def begin_receiving(
    unit: Unit, sealer: Sealer, blind: BlindIndex, client: Client, file: NewFile
) -> RegisterUpload:
    """The upload of a file that a client of a carrier is to send with its own token. Raises as `hold_carrier` and
    `begin_upload`."""
    await hold_carrier(unit, client, REGISTER)
    upload, _ = await begin_upload(unit, sealer, blind, client.client_id, file, {"by": "client"})
    return upload


async def receive_part(
    unit: Unit, sealer: Sealer, client: Client, upload_id: str, place: int, data: bytes
) -> RegisterUpload:
    """Keep a part of a file that is to come, for a client of its carrier; with the last one it can be read.

    Raises as `hold_carrier`, and `UnknownUpload`, `UploadNotReceiving` and `BadPart`.
    """
    family_id = await hold_carrier(unit, client, REGISTER)
    await uploads.get_of_family(unit, family_id, upload_id)
    current, key = await uploads.seize(unit, upload_id), await find_key(unit, sealer, family_id)
    if current is None or current.state is not UploadState.RECEIVING or key is None:
        raise UploadNotReceiving
    if len(data) != parts.size_of(current.total, place) or not data:
        raise BadPart
    there = await parts.add(unit, upload_id, place, key.seal_part(upload_id, place, data))
    whole = UploadState.READING if there == current.parts else UploadState.RECEIVING
    after = replace(current, state=whole, moved_at=unit.now)
    await uploads.write(unit, after)
    return after


async def read_received(desk: Desk, policy: Policy) -> bool:
    """Read a register all parts of which are there, and that no other worker has in hand; whether there was one.

    While the population register is out it waits until somebody takes it in hand again.
    """
    upload = await desk.db.transact(uploads.take)
    if upload is None:
        return False
    async with desk.db.glance() as unit:
        key = await find_key(unit, desk.sealer, upload.family_id)
        terms = terms_of(policy, unit.now)
    if key is None:
        return False
    to = Intake(
        desk.db, desk.db.transact, Secrets(desk.vault, desk.sealer, desk.blind), key, desk.registry, policy, terms
    )
    try:
        # It has no name, and goes with the process.
        async with _in_hand(desk.db, upload.upload_id):
            with tempfile.TemporaryFile() as file:
                register = await _assembled(desk, upload, key, file)
                started = await desk.db.transact(partial(_start, upload, register))
                await read_upload(to, started, register, lambda _: None)
    except UnreadableRegister as refusal:
        failure = refusal.detail or refusal.title
        await desk.db.transact(lambda unit: intake.end(unit, upload, UploadState.FAILED, failure))
    except (UploadOvertaken, RegistryUnavailable):
        return False
    return True


@asynccontextmanager
async def _in_hand(db: Database, upload_id: str) -> AsyncIterator[None]:
    """Keep a file in hand while the block lasts: to put its parts together, to read once more what was written before
    an interruption, and to walk through all numbers at the end can take longer than one waits for a worker that is
    gone."""

    async def hold_on() -> None:
        while True:
            await asyncio.sleep(_HELD_ON_EVERY / SECOND)
            await db.transact(partial(uploads.hold_on, upload_id=upload_id))

    holding = asyncio.create_task(hold_on())
    try:
        yield
    finally:
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)


async def _assembled(desk: Desk, upload: RegisterUpload, key: CarrierKey, file: BinaryIO) -> Register:
    """The register that the parts make. Raises `UnreadableRegister`, also where it is another file than was told of, or
    a part does not open any more."""
    assert upload.parts is not None, "taken for its parts"
    hashed = hashlib.sha256()
    for place in range(1, upload.parts + 1):
        async with desk.db.glance() as unit:
            sealed = await parts.find(unit, upload.upload_id, place)
        if sealed is None:
            raise UploadOvertaken
        try:
            data = key.open_part(upload.upload_id, place, sealed)
        except NotSealedHere as error:
            raise UnreadableRegister(f"Part {place} of it is damaged here. Announce the file again.") from error
        hashed.update(data)
        await asyncio.to_thread(file.write, data)
    if digest_of_file(desk.blind, upload.family_id, hashed.hexdigest()) != upload.file_digest:
        raise UnreadableRegister("Its parts make another file than the one whose digest was sent.")
    return await asyncio.to_thread(open_register, file)


async def _start(upload: RegisterUpload, register: Register, unit: Unit) -> RegisterUpload:
    """Say how much there is of a file, in what its form counts."""
    current = await intake.hold(unit, upload)
    after = replace(current, total=register.total, format=register.format, moved_at=unit.now)
    await uploads.write(unit, after)
    return after
