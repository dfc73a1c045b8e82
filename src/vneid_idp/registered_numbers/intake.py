"""A part of a register is written: its numbers, what is wrong with its rows, and how far the upload has come, in one
unit. So whoever goes on after an interruption finds all of it or nothing.
"""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from vneid_idp.bindings.subscriber_numbers.rules import Verified
from vneid_idp.bindings.subscriber_numbers.service import verified_among
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.secrets import new_ids
from vneid_idp.policy.rules import Policy
from vneid_idp.registered_numbers import apart, uploads
from vneid_idp.registered_numbers import telling_store as store
from vneid_idp.registered_numbers.carrier_key import CarrierKey
from vneid_idp.registered_numbers.rules import RegisteredNumber
from vneid_idp.registered_numbers.telling import (
    Source,
    Told,
    is_anothers,
    is_new_life,
    new_number,
    proved_since,
    recycled,
    told_again,
)
from vneid_idp.registered_numbers.telling_store import Walked
from vneid_idp.registered_numbers.uploads import Coming, NumberOutcome, Progress, RegisterUpload, UploadState, advanced
from vneid_idp.registers.classes import RowClass
from vneid_idp.storage.unit import Database, Unit

_PAGE = 5_000


class UploadOvertaken(DomainError):
    """Somebody else goes on with this upload, or it has ended, or its carrier was deleted: nothing was written."""

    code = "upload_overtaken"
    status = 409
    title = "Somebody else goes on with this upload of a register, or it has ended."


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a register, one after the other."""

    told: Sequence[Told]
    """Of each row that tells of a number."""
    progress: Progress


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a part."""

    upload: RegisterUpload
    changed: Sequence[tuple[RegisteredNumber, RegisteredNumber]]
    """The numbers that stood there before and are not what they were: as they were, and as they are."""


async def keep(unit: Unit, key: CarrierKey, policy: Policy, upload: RegisterUpload, part: Part) -> Kept:
    """Write the next part of `upload`, which was read from where it stands. Raises `UploadOvertaken`."""
    await store.plan_anew(unit)
    current = await hold(unit, upload)
    await apart.write_alone(unit, current.family_id)
    outcomes, changed = await _write(unit, _Writing(current, key, policy, unit.now), part.told)
    await uploads.keep_faults(unit, current, part.progress.faults)
    after = advanced(current, part.progress, outcomes, unit.now)
    await uploads.write(unit, after)
    return Kept(after, changed)


async def hold(unit: Unit, upload: RegisterUpload) -> RegisterUpload:
    """The upload as it is, held until the unit ends. Raises `UploadOvertaken` unless it stands where it stood."""
    current = await uploads.seize(unit, upload.upload_id)
    if current is None or current.ended_at is not None or current.last_line != upload.last_line:
        raise UploadOvertaken
    return current


async def end(
    unit: Unit,
    upload: RegisterUpload,
    state: UploadState,
    failure: str | None = None,
    coming: tuple[Coming, ...] = (),
) -> RegisterUpload:
    """End an upload, for good. Raises `UploadOvertaken`."""
    current = await hold(unit, upload)
    after = replace(current, state=state, failure=failure, coming=coming, moved_at=unit.now, ended_at=unit.now)
    await uploads.write(unit, after)
    return after


async def walk(db: Database, upload: RegisterUpload) -> AsyncIterator[Sequence[Walked]]:
    """All numbers of a carrier that stand in its register, in pages that each have a unit of their own."""
    after = None
    while True:
        async with db.glance() as unit:
            page = await store.walk(unit, upload.family_id, after=after, limit=_PAGE)
        if not page:
            return
        after = page[-1].number_id
        yield [each for each in page if each.stands]


async def miss(unit: Unit, upload: RegisterUpload, number_ids: Sequence[str]) -> RegisterUpload:
    """Mark numbers that stand in the whole of `upload` no more. Raises `UploadOvertaken`."""
    current = await hold(unit, upload)
    await store.miss(unit, number_ids)
    after = replace(
        current, outcomes=current.outcomes + Counter({NumberOutcome.MISSING: len(number_ids)}), moved_at=unit.now
    )
    await uploads.write(unit, after)
    return after


class _Writing:
    """Makes the numbers of a part, all at one instant."""

    def __init__(self, upload: RegisterUpload, key: CarrierKey, policy: Policy, now: Instant) -> None:
        self.source = Source(upload.family_id, upload.client_id, upload.upload_id)
        self.key = key
        self.policy = policy
        self.now = now
        self._patterns: dict[tuple[RowClass, tuple[RowClass, ...], bool], store.Pattern] = {}

    def new_rows(
        self, told: Sequence[Told], proved_at: Mapping[str, Instant | None], anothers: Collection[str]
    ) -> list[tuple[Any, ...]]:
        """The numbers as they begin, in the form of the table; `proved_at` is, by their digests, since when their
        holders are proved, and `anothers` are those that somebody with other papers proved is theirs."""
        ids, sealed = new_ids("nbr", len(told)), self.key.seal_all([each.phone_number for each in told])
        return [
            self._new_row(each, proved_at[each.number_digest], number_id, sealed_number, each.number_digest in anothers)
            for each, number_id, sealed_number in zip(told, ids, sealed, strict=True)
        ]

    def _new_row(
        self, told: Told, proved_at: Instant | None, number_id: str, sealed_number: str, is_anothers: bool
    ) -> tuple[Any, ...]:
        if proved_at is not None or is_anothers:
            return store.new_row(self._new(told, proved_at, number_id, sealed_number, is_anothers))
        kind = (told.row_class, told.reasons, told.is_authenticated)
        pattern = self._patterns.get(kind)
        if pattern is None:
            pattern = self._patterns[kind] = store.Pattern(self._new(told, None, number_id, sealed_number, False))
        return pattern.row(number_id, told.number_digest, sealed_number, told.holder_digest, told.row_digest)

    def _new(
        self, told: Told, proved_at: Instant | None, number_id: str, sealed_number: str, is_anothers: bool
    ) -> RegisteredNumber:
        return new_number(
            self.source,
            told,
            self.policy,
            self.now,
            number_id=number_id,
            sealed_number=sealed_number,
            proved_at=proved_at,
            is_anothers=is_anothers,
        )

    def again(self, told: Told, before: RegisteredNumber, verified: Verified | None) -> RegisteredNumber:
        """The number after something else is told of it."""
        return told_again(
            before,
            self.source,
            told,
            self.policy,
            self.now,
            is_verified=proved_since(told, verified) is not None,
            is_anothers=is_anothers(told.holder_digest, verified),
        )


async def _write(
    unit: Unit, writing: _Writing, told: Sequence[Told]
) -> tuple[Counter[NumberOutcome], list[tuple[RegisteredNumber, RegisteredNumber]]]:
    family_id = writing.source.family_id
    standing = await store.standing(unit, [each.number_digest for each in told])
    fresh = [each for each in told if each.number_digest not in standing]
    differing = {
        each.number_digest: each
        for each in told
        if (known := standing.get(each.number_digest)) is not None
        and (known.row_digest != each.row_digest or known.absent_at is not None)
    }
    verified = await verified_among(unit, family_id, [*(each.number_digest for each in fresh), *differing])
    outcomes = Counter(
        {NumberOutcome.ADDED: len(fresh), NumberOutcome.UNCHANGED: len(told) - len(fresh) - len(differing)}
    )
    proved = {each.number_digest: proved_since(each, verified.get(each.number_digest)) for each in fresh}
    anothers = {
        each.number_digest for each in fresh if is_anothers(each.holder_digest, verified.get(each.number_digest))
    }
    changed = []
    for before in await store.seize(unit, differing):
        each, holder = differing[before.number_digest], verified.get(before.number_digest)
        if is_new_life(before, each):
            changed.append((before, recycled(before, writing.now)))
            fresh.append(each)
            proved[each.number_digest] = proved_since(each, holder, is_new_life=True)
            outcomes[NumberOutcome.RECYCLED] += 1
        else:
            changed.append((before, writing.again(each, before, holder)))
            outcomes[NumberOutcome.CHANGED if before.absent_at is None else NumberOutcome.RETURNED] += 1
    # First: a number has one life at a time.
    await store.write(unit, [after for _, after in changed])
    await store.add(unit, writing.new_rows(fresh, proved, anothers))
    return outcomes, changed
