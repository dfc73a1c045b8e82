"""What is on file about matchers: the newest evaluation says, in its time, whether own templates count."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from tests.support.deeds import DEED
from tests.support.scores import score_sets
from tests.support.watch import Watch
from vneid_idp.audit.tables import events
from vneid_idp.biometrics import service
from vneid_idp.biometrics.evaluate import curve, evaluate
from vneid_idp.biometrics.report import BadEvaluation, Report, report_of
from vneid_idp.biometrics.service import FiledEvaluation
from vneid_idp.clients import service as clients
from vneid_idp.clients.service import UnknownClient
from vneid_idp.faces.evidence import InvalidEvidence, MatcherNotEvaluated, OwnComparison
from vneid_idp.faces.port import FaceOutcome, FaceResult
from vneid_idp.faces.service import judge_own_comparison
from vneid_idp.kernel.clock import DAY, MINUTE, Instant
from vneid_idp.protocol import registration
from vneid_idp.protocol.members import Registrar
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database
from vneid_idp.use_cases.delete_client import delete_client

MATCHER = "example-face/3.2"
MEMBERS: dict[str, Any] = {"redirect_uris": ["https://rp.example/cb"], "client_name": "Sóng", "scope": "openid"}


def reported(**counts: Any) -> Report:
    sets = score_sets(**counts)
    return report_of(evaluate(sets), curve(sets))


PASSING, FAILING, SAYING_NOTHING = reported(), reported(genuine=(10_000, 900)), reported(attacks={})


async def register(db: Database, client_id: str) -> None:
    read = registration.read_registration(MEMBERS, Registrar(by_operator=True, sandbox=False))
    await db.transact(lambda unit: clients.register(unit, read, client_id=client_id, deed=DEED))


async def filed(
    db: Database,
    report: Report = PASSING,
    *,
    client_id: str = "cli_song",
    matcher: str = MATCHER,
    days: Instant = DAY,
) -> FiledEvaluation:
    return await db.transact(
        lambda unit: service.file_evaluation(unit, client_id, matcher, report, valid_until=unit.now + days, deed=DEED)
    )


async def on_file(db: Database, client_id: str = "cli_song", matcher: str = MATCHER) -> FiledEvaluation | None:
    async with db.reading() as unit:
        return await service.evaluation_of(unit, client_id, matcher)


async def test_the_newest_evaluation_of_a_matcher_opens_the_route_of_its_client(db: Database, watch: Watch) -> None:
    await register(db, "cli_song")
    await register(db, "cli_bien")
    assert await on_file(db) is None
    first = await filed(db)
    found = await on_file(db)
    assert found == first
    assert (first.report.curve, first.report.matching) == ((), PASSING.matching)
    assert [await on_file(db, "cli_bien"), await on_file(db, matcher="example-face/3.3")] == [None, None]
    watch.advance(MINUTE)
    failed = await filed(db, FAILING)
    assert await on_file(db) is None
    watch.advance(MINUTE)
    again = await filed(db)
    other = await filed(db, FAILING, matcher="example-face/3.3")
    assert await on_file(db) == again
    async with db.reading() as unit:
        assert await service.evaluations_of(unit, "cli_song") == [other, again, failed, first]
        rows = await unit.fetch(Statement(select(events).where(events.c.kind == "biometric_evaluation.filed")))
    told = [(row["client_id"], row["subject_id"], orjson.loads(row["data"])["verdict"]) for row in rows]
    assert ("cli_song", failed.evaluation_id, "fails") in told
    assert len(told) == 4
    watch.advance(DAY - 1)
    assert await on_file(db) == again
    watch.advance(1)
    assert await on_file(db) is None


async def test_a_client_compares_with_own_templates_only_by_what_is_on_file(db: Database) -> None:
    await register(db, "cli_song")
    threshold = PASSING.matching.threshold
    assert threshold is not None
    comparison = OwnComparison(MATCHER, "digest", score=0.99, threshold=threshold)

    async def judged(comparison: OwnComparison) -> FaceResult:
        async with db.reading() as unit:
            return await judge_own_comparison(unit, "cli_song", comparison)

    with pytest.raises(MatcherNotEvaluated):
        await judged(comparison)
    evaluation = await filed(db)
    found = await judged(comparison)
    assert (found.outcome, found.evaluation_id) == (FaceOutcome.MATCH, evaluation.evaluation_id)
    with pytest.raises(InvalidEvidence, match="below that of the evaluation"):
        await judged(replace(comparison, threshold=threshold - 0.001))
    with pytest.raises(MatcherNotEvaluated):
        await judged(replace(comparison, matcher="example-face/3.3"))


async def test_what_says_nothing_is_not_filed(db: Database) -> None:
    await register(db, "cli_song")
    for refused in (filed(db, SAYING_NOTHING), filed(db, days=0), filed(db, matcher="a face matcher")):
        with pytest.raises(BadEvaluation):
            await refused
    with pytest.raises(UnknownClient):
        await filed(db, client_id="cli_nobody")
    async with db.reading() as unit:
        assert await service.evaluations_of(unit, "cli_song") == []


async def test_it_counts_for_no_client_that_is_registered_later_under_the_same_id(db: Database) -> None:
    await register(db, "cli_song")
    await filed(db)
    await db.transact(lambda unit: delete_client(unit, "cli_song"))
    await register(db, "cli_song")
    assert await on_file(db) is None
