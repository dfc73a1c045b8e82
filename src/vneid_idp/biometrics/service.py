"""Evaluations on file: whether a relying party may compare faces with templates of its own.

Who evaluates is the operator, or somebody whose report the operator believes: a report is figures, and nothing here can
tell whose scores they were made of. Its SHA-256 of the scores says which file to ask for.
"""

import re
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.biometrics.report import BadEvaluation, Report
from vneid_idp.biometrics.rules import Verdict
from vneid_idp.biometrics.tables import biometric_evaluations
from vneid_idp.clients import service as clients
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.secrets import new_id
from vneid_idp.storage.statement import Statement, insert
from vneid_idp.storage.unit import Reading, Row, Unit

_MATCHER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}")
"""A name with its version, as captures name it: `example-face/3.2`."""

_of_client = biometric_evaluations.c.client_id == bindparam("client_id")
_newest_first = (biometric_evaluations.c.filed_at.desc(), biometric_evaluations.c.evaluation_id.desc())
_ADD = Statement(
    insert(biometric_evaluations).values({column.name: bindparam(column.name) for column in biometric_evaluations.c})
)
_NEWEST = Statement(
    select(biometric_evaluations)
    .where(_of_client, biometric_evaluations.c.matcher == bindparam("matcher"))
    .order_by(*_newest_first)
    .limit(1)
)
_ALL = Statement(select(biometric_evaluations).where(_of_client).order_by(*_newest_first))
_FORGET = Statement(delete(biometric_evaluations).where(_of_client))


@dataclass(frozen=True, slots=True)
class FiledEvaluation:
    """An evaluation on file."""

    evaluation_id: str
    client_id: str
    matcher: str
    report: Report
    filed_at: Instant
    valid_until: Instant
    """The first instant at which it counts no more."""

    @property
    def threshold(self) -> float | None:
        """The score from which on two faces are taken as one person's; there for whatever passes."""
        return self.report.matching.threshold

    def opens(self, now: Instant) -> bool:
        """Whether the matcher may be relied on. Pure."""
        return self.report.passes and now < self.valid_until


def _filed(row: Row) -> FiledEvaluation:
    return FiledEvaluation(
        row["evaluation_id"],
        row["client_id"],
        row["matcher"],
        Report.model_validate_json(row["report"]),
        row["filed_at"],
        row["valid_until"],
    )


async def file_evaluation(
    unit: Unit, client_id: str, matcher: str, report: Report, *, valid_until: Instant, deed: Deed
) -> FiledEvaluation:
    """Put an evaluation of a matcher of the client on file; from now on it stands for that matcher, also if it fails.

    Raises `BadEvaluation` for one that is too small to say anything, or counts no more; and `UnknownClient`.
    """
    if not _MATCHER.fullmatch(matcher):
        raise BadEvaluation("A matcher is named by at most 64 letters, digits, dots, hyphens, underscores and slashes.")
    if report.verdict is Verdict.TOO_SMALL:
        raise BadEvaluation("Its sample is too small to say whether the matcher passes.")
    if valid_until <= unit.now:
        raise BadEvaluation("It would have to be valid for some time from now on.")
    # A client that is deleted meanwhile takes what is on file with it.
    await clients.hold_client(unit, client_id)
    await clients.get_client(unit, client_id)
    filed = FiledEvaluation(
        new_id("bev"), client_id, matcher, report.model_copy(update={"curve": ()}), unit.now, valid_until
    )
    await unit.execute(
        _ADD,
        evaluation_id=filed.evaluation_id,
        client_id=client_id,
        matcher=matcher,
        report=filed.report.model_dump_json(),
        filed_at=filed.filed_at,
        valid_until=valid_until,
    )
    data = {**deed.data, "matcher": matcher, "verdict": report.verdict}
    await record(
        unit,
        Event(EventKind.BIOMETRIC_EVALUATION_FILED, client_id=client_id, subject_id=filed.evaluation_id, data=data),
    )
    return filed


async def evaluation_of(unit: Reading, client_id: str, matcher: str) -> FiledEvaluation | None:
    """The evaluation by which the client may compare faces with templates of its own (the own-template route), by this
    very matcher; `None` while that is closed: nothing on file, or the newest on file failed, or is over."""
    row = await unit.fetch_one(_NEWEST, client_id=client_id, matcher=matcher)
    if row is None:
        return None
    filed = _filed(row)
    return filed if filed.opens(unit.now) else None


async def evaluations_of(unit: Reading, client_id: str) -> list[FiledEvaluation]:
    """All that is on file for a client, the newest first. Raises `UnknownClient`."""
    await clients.get_client(unit, client_id)
    return [_filed(row) for row in await unit.fetch(_ALL, client_id=client_id)]


async def forget_client(unit: Unit, client_id: str) -> None:
    """Take off the file what is there of a client that is deleted."""
    await unit.execute(_FORGET, client_id=client_id)
