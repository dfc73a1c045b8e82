"""The sandbox's camera: what it signs is taken as a device's of the client, compared, and used once."""

from typing import Any

import pytest

from tests.support.country import Country
from vneid_idp.faces import service
from vneid_idp.faces.evidence import EvaluationOnFile, Evidence, FaceRoute, InvalidEvidence, OwnComparison, judge_own
from vneid_idp.faces.port import FaceOutcome, FaceResult
from vneid_idp.sandbox.faces.model import THRESHOLD

NOBODY = "097196999999"


async def post(land: Country, **members: Any) -> tuple[int, dict[str, Any]]:
    async with land.browser() as program:
        answer = await program.post("/sandbox/captures", json=members)
    return answer.status_code, answer.json()


async def taken(land: Country, client_id: str, id_number: str, shows: str = "genuine", **members: Any) -> Evidence:
    status, told = await post(land, client_id=client_id, id_number=id_number, shows=shows, seed=1, **members)
    assert (status, set(told)) == (201, {"evidence", "device", "make_believe"})
    async with land.idp.db.reading() as unit:
        believed = await service.believe(unit, [client_id], told["evidence"], land.idp.issuer, id_number)
    return believed.evidence


async def test_the_camera_takes_a_face_for_whoever_has_no_device(land: Country) -> None:
    client_id = (await land.register()).client.client_id
    record = land.people["plain"].record
    child = land.people["child-5"].record

    async def compared(id_number: str, person_id: str, shows: str = "genuine") -> FaceResult:
        evidence = await taken(land, client_id, id_number, shows)
        return await service.compare(land.idp.face_matcher, land.idp.keys, evidence, person_id, land.idp.clock.now())

    genuine = await compared(record.personal_number, record.person_id)
    assert (genuine.outcome, genuine.evaluation_id) == (FaceOutcome.MATCH, "sandbox-evaluation-1")
    other = await compared(record.personal_number, record.person_id, "other")
    assert other.outcome is FaceOutcome.MISMATCH
    # Who is not there, and who has no picture on file, cannot be told apart.
    assert await compared(NOBODY, "per_nobody") == await compared(child.personal_number, child.person_id)

    own = await taken(land, client_id, record.personal_number, route="own_template")
    assert own.route is FaceRoute.OWN_TEMPLATE
    assert isinstance(own.capture, OwnComparison)
    assert judge_own(own.capture, EvaluationOnFile("bev_1", THRESHOLD)).outcome is FaceOutcome.MATCH

    for shows in ("photograph", "mask"):
        with pytest.raises(InvalidEvidence, match="no living face"):
            await taken(land, client_id, record.personal_number, shows)


async def test_what_the_camera_does_not_take(land: Country) -> None:
    good = {"client_id": "x", "id_number": NOBODY, "shows": "genuine"}
    assert (await post(land, **good))[1]["code"] == "unknown_client"
    for bad in ({"id_number": "97"}, {"shows": "cat"}, {"route": "none"}, {"seed": "1"}, {"id_number": None}):
        status, told = await post(land, **{**good, **bad})
        assert (status, told["code"]) == (422, "bad_capture")
