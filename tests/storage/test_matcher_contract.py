"""One contract for both matchers: the one of invented faces asked directly, and through a server over HTTP."""

from collections.abc import AsyncIterator

import pytest

from tests.support.matcher import served
from tests.support.people import POPULATION, persona, with_personas
from tests.support.watch import Watch
from vneid_idp.faces.port import FaceMatcher, FaceOutcome, FaceResult, Template
from vneid_idp.matchers import MATCHERS
from vneid_idp.sandbox.country.dice import Dice
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.sandbox.faces.matcher import EVALUATION, SyntheticMatcher
from vneid_idp.sandbox.faces.model import MODEL, THRESHOLD, Shows, capture
from vneid_idp.storage.unit import Database

PLAIN, CHILD, INFANT = (persona(slug).record.person_id for slug in ("plain", "child-9", "child-5"))
UNDECIDED = FaceResult(FaceOutcome.UNDECIDED, MODEL, EVALUATION, THRESHOLD)


@pytest.fixture(params=sorted(MATCHERS.keys() - {"none"}))
async def matcher(request: pytest.FixtureRequest, db: Database, watch: Watch) -> AsyncIterator[FaceMatcher]:
    direct = SyntheticMatcher(SyntheticRegistry(await with_personas(db), POPULATION), watch)
    match request.param:
        case "synthetic":
            yield direct
        case "http":
            async with served(direct, watch) as asked:
                yield asked
        case other:
            pytest.fail(f"The matcher {other} keeps the contract that these tests ask: give it to them here.")


def taken(person_id: str, shows: Shows = Shows.GENUINE, model: str = MODEL) -> Template:
    return Template(model, capture(person_id, shows, Dice(1, person_id, shows)).template)


async def test_a_face_is_its_persons_and_nobody_elses(matcher: FaceMatcher) -> None:
    for person_id in (PLAIN, CHILD):
        own = await matcher.compare(person_id, taken(person_id))
        assert (own.outcome, own.matcher, own.evaluation_id) == (FaceOutcome.MATCH, MODEL, EVALUATION)
        assert own.score is not None
        assert own.score >= own.threshold == THRESHOLD
        other = await matcher.compare(person_id, taken(person_id, Shows.OTHER))
        assert other.outcome is FaceOutcome.MISMATCH
        assert other.score is not None
    assert (await matcher.compare(PLAIN, taken(CHILD))).outcome is FaceOutcome.MISMATCH


async def test_where_there_is_nothing_to_compare_it_is_undecided(matcher: FaceMatcher) -> None:
    assert await matcher.compare("per_nobody", taken("per_nobody")) == UNDECIDED
    assert await matcher.compare(INFANT, taken(INFANT)) == UNDECIDED
    assert await matcher.compare(PLAIN, taken(PLAIN, model="another-1")) == UNDECIDED
    assert await matcher.compare(PLAIN, Template(MODEL, b"short")) == UNDECIDED
