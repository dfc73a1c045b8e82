"""A carrier's register is taken over: each number of it with its class, and with what is due of it.

A file is read from its beginning to its end, a part at a time, and each part is written in a unit of its own, with the
place that was reached. Who goes on after an interruption reads what came before once more, since whether a number stood
there before and how many its holder has follow from it, and writes nothing of it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.bindings.subscriber_numbers.service import digest_of_number
from vneid_idp.clients.service import UnknownClient, get_client, hold_client
from vneid_idp.identity.factors.distrusted_phones import Cause
from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.instructions import service as instructions
from vneid_idp.kernel.clock import HOUR, Instant, local_date, midnight
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import BlindIndex, new_id
from vneid_idp.policy.intervals import Step
from vneid_idp.policy.rules import Policy
from vneid_idp.registered_numbers import intake, uploads
from vneid_idp.registered_numbers.carrier_key import CarrierKey, ensure_key
from vneid_idp.registered_numbers.intake import Part
from vneid_idp.registered_numbers.rules import NextStep, RegisteredNumber, RegisteredState
from vneid_idp.registered_numbers.service import digest_of_holder
from vneid_idp.registered_numbers.telling import Told, names_somebody, row_digest
from vneid_idp.registered_numbers.uploads import Coming, Progress, RegisterUpload, UploadState
from vneid_idp.registers.classes import Classified, RowClass, Terms
from vneid_idp.registers.columns import UnreadableRegister
from vneid_idp.registers.reading import Register
from vneid_idp.registers.rows import HolderKind, RegisterRow
from vneid_idp.registers.rows_before import RowsBefore
from vneid_idp.storage.unit import Database, InUnit, Unit
from vneid_idp.use_cases.class_register import ClassedBatch, Guesses, classed_batches
from vneid_idp.use_cases.lose_number import Lost, Secrets, lose_numbers
from vneid_idp.use_cases.who_is_carrier import carrier_of

ABANDONED_AFTER: Instant = HOUR
"""An upload with which nobody went on for so long makes way for another file."""


class UploadUnderWay(DomainError):
    """Another file of the carrier is being read."""

    code = "upload_under_way"
    status = 409
    title = "Another register of this carrier is being read. Send this one when that has ended."


class TooManyUploads(DomainError):
    """The carrier has begun so many uploads within a day as one may."""

    code = "too_many_uploads"
    status = 429
    title = f"This carrier has begun {uploads.MOST_A_DAY} registers within a day, which is the most. Go on tomorrow."


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that a carrier brings."""

    digest: str
    """SHA-256 of it, in hexadecimal digits."""
    format: str
    total: int
    parts: int | None = None
    """How many parts it arrives in; nothing where it is read where it lies."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What it takes to read a register."""

    db: Database
    in_unit: InUnit
    secrets: Secrets
    key: CarrierKey
    registry: PopulationRegistry
    policy: Policy
    terms: Terms


async def begin_upload(
    unit: Unit, sealer: Sealer, blind: BlindIndex, client_id: str, file: NewFile, data: dict[str, str]
) -> tuple[RegisterUpload, CarrierKey]:
    """The upload of this file for the carrier of a client: a new one, or the one that was interrupted, and the key of
    the carrier. `data` says in the event by whom it is brought.

    Raises `UnknownClient`, also for one out of service, `CarrierUnknown`, `UploadUnderWay` and `TooManyUploads`.
    """
    if not await hold_client(unit, client_id):
        raise UnknownClient
    family_id = carrier_of(await get_client(unit, client_id))
    key = await ensure_key(unit, sealer, family_id)
    file_digest = digest_of_file(blind, family_id, file.digest)
    current = await uploads.seize_under_way(unit, family_id)
    if current is not None:
        if current.file_digest == file_digest:
            return await _gone_on_with(unit, current, file), key
        if unit.now - current.moved_at < ABANDONED_AFTER:
            raise UploadUnderWay
        await intake.end(unit, current, UploadState.FAILED, uploads.ABANDONED)
    if not await uploads.may_begin(unit, family_id):
        raise TooManyUploads
    upload = RegisterUpload(
        upload_id=new_id("upl"),
        family_id=family_id,
        client_id=client_id,
        file_digest=file_digest,
        format=file.format,
        state=UploadState.READING if file.parts is None else UploadState.RECEIVING,
        total=file.total,
        done=0,
        last_line=0,
        classes=Counter(),
        outcomes=Counter(),
        faults=0,
        failure=None,
        parts=file.parts,
        held_until=None,
        begun_at=unit.now,
        moved_at=unit.now,
    )
    if not await uploads.add(unit, upload):
        raise UploadUnderWay
    await uploads.forget_older_faults(unit, family_id)
    told = {**data, "family": family_id}
    await record(unit, Event(EventKind.NUMBERS_UPLOADED, None, client_id, upload.upload_id, told))
    return upload, key


async def _gone_on_with(unit: Unit, upload: RegisterUpload, file: NewFile) -> RegisterUpload:
    if upload.state is UploadState.READING or file.parts is not None:
        return upload
    # It was to arrive in parts, and is here as a whole.
    whole = replace(upload, state=UploadState.READING, parts=None, total=file.total, format=file.format)
    await uploads.write(unit, whole)
    return whole


def digest_of_file(blind: BlindIndex, family_id: str, digest: str) -> str:
    """What is kept of a carrier's file, by which it is known again."""
    return blind.of("register_uploads.file", f"{family_id}\0{digest}")


async def read_upload(
    to: Intake, upload: RegisterUpload, register: Register, progress: Callable[[RegisterUpload], None]
) -> RegisterUpload:
    """Read `register` from where its upload stands, to the end; the upload as it ended. `progress` is told of each
    part.

    A file that cannot be read to its end ends the upload as one that failed: what was read of it counts, and no number
    is missed. Raises `UploadOvertaken`, `RegistryUnavailable`, after which somebody can go on, and what `in_unit`
    refuses.
    """
    before = RowsBefore()
    try:
        async for part in _ahead(_parts(to, upload, register, before)):
            upload = await to.in_unit(partial(_keep, to, upload, part))
            progress(upload)
        return await _finish(to, upload, before)
    except UnreadableRegister as refusal:
        failure = refusal.detail or refusal.title
        return await to.in_unit(lambda unit: intake.end(unit, upload, UploadState.FAILED, failure))


async def _keep(to: Intake, upload: RegisterUpload, part: Part, unit: Unit) -> RegisterUpload:
    kept = await intake.keep(unit, to.key, to.policy, upload, part)
    await instructions.restore(unit, kept.changed)
    told = {each.number_digest: each for each in part.told}
    # A row without papers says of nobody else that the number is theirs.
    lost = [
        Lost(before, Cause.RECYCLED, told[before.number_digest].holder_digest, _given_at(before, told))
        for before, after in kept.changed
        if after.state is RegisteredState.RECYCLED and names_somebody(told[before.number_digest])
    ]
    # Who is told that somebody was signed out is told by the worker that sends.
    await lose_numbers(unit, to.secrets, lost)
    return kept.upload


def _given_at(before: RegisteredNumber, told: Mapping[str, Told]) -> Instant | None:
    """When a number was given to somebody else, by a row that says so. One by which they had it before the register
    told of another holder sets the name right, and tells of no day on which the number went into other hands."""
    day = told[before.number_digest].activated_on
    return None if day is None or day < local_date(before.facts.registered_at) else midnight(day)


async def _finish(to: Intake, upload: RegisterUpload, before: RowsBefore) -> RegisterUpload:
    """Mark the numbers of which the whole file does not tell, count what is due of the others, and end the upload."""
    due = Counter[NextStep]()
    async for page in intake.walk(to.db, upload):
        # What this upload wrote stands in it. Of anything else it is known by the number alone.
        others = [each for each in page if each.upload_id != upload.upload_id]
        gone = {each.number_id for each in others if not before.knows(to.key.open(each.sealed_number))}
        if gone:
            upload = await to.in_unit(partial(_miss, upload, sorted(gone)))
        due.update(each.next_step for each in page if each.next_step is not None and each.number_id not in gone)
    days = Counter[tuple[Step, date]]()
    for step, numbers in due.items():
        days[step.step, local_date(step.at)] += numbers
    coming = tuple(
        Coming(step, day, numbers) for (step, day), numbers in sorted(days.items(), key=lambda each: each[0][::-1])
    )
    return await to.in_unit(lambda unit: intake.end(unit, upload, UploadState.COMPLETE, coming=coming))


async def _miss(upload: RegisterUpload, number_ids: list[str], unit: Unit) -> RegisterUpload:
    return await intake.miss(unit, upload, number_ids)


async def _ahead(parts: AsyncIterator[Part]) -> AsyncIterator[Part]:
    """The same parts, the next of which is made while somebody works on one."""
    coming = asyncio.ensure_future(anext(parts, None))
    try:
        while (part := await coming) is not None:
            coming = asyncio.ensure_future(anext(parts, None))
            yield part
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


async def _parts(to: Intake, upload: RegisterUpload, register: Register, before: RowsBefore) -> AsyncIterator[Part]:
    """What has to be written, part by part. Digests are made in a thread, so that whoever else is served here waits for
    no part."""
    guesses = Guesses(to.db, to.secrets.blind, upload.family_id)
    async for batch in classed_batches(to.registry, register, before, to.terms, guesses, after=upload.last_line):
        yield await asyncio.to_thread(_part, to, upload.family_id, batch)


def _part(to: Intake, family_id: str, batch: ClassedBatch) -> Part:
    classes = Counter([each.classified.row_class for each in batch.rows])
    classes[RowClass.MALFORMED] += batch.unreadable
    told = [
        _told(to, family_id, each.row, each.classified)
        for each in batch.rows
        if each.classified.row_class is not RowClass.DUPLICATE
    ]
    return Part(told, Progress(batch.last_line, batch.done, classes, batch.faults))


def _told(to: Intake, family_id: str, row: RegisterRow, classified: Classified) -> Told:
    """What a row tells of its number. Of an organisation's number the holder is whoever uses it (Circular
    08/2026/TT-BKHCN Art. 5)."""
    document = row.user_document if row.holder_kind is HolderKind.ORGANISATION else row.document
    id_number = None if document is None else document.personal_number
    holder_digest = None if id_number is None else digest_of_holder(to.secrets.blind, id_number)
    papers = "" if document is None else f"{document.type}\0{row.nationality}\0{document.number}"
    reasons = ",".join((classified.row_class, *classified.also))
    rest = (
        f"{row.full_name}\0{row.birth_date}\0{row.nationality}\0{row.holder_kind}\0{row.organisation_code}\0{row.service}"
        f"\0{row.activated_on}\0{row.device_changed_on}\0{row.authenticated_by}\0{row.authenticated_on}\0{reasons}"
    )
    return Told(
        phone_number=row.phone_number,
        number_digest=digest_of_number(to.secrets.blind, family_id, row.phone_number),
        holder_digest=holder_digest,
        row_class=classified.row_class,
        reasons=classified.also,
        row_digest=row_digest(
            holder_digest or (papers and to.secrets.blind.of("registered_numbers.papers", papers)),
            to.secrets.blind.of("registered_numbers.row", rest),
        ),
        is_authenticated=row.is_authenticated,
        activated_on=row.activated_on,
    )
