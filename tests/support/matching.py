"""A carrier that holds what it has of people against the population register, and shows their faces."""

from typing import Any

import httpx

from tests.support.carrier import Carrier
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.scores import score_sets
from vneid_idp.biometrics import service as biometrics
from vneid_idp.biometrics.evaluate import evaluate
from vneid_idp.biometrics.report import report_of
from vneid_idp.kernel.clock import DAY
from vneid_idp.sandbox.faces.model import MODEL, THRESHOLD

PATH = "/matches/v1/four-fields"
GRANTS = ["authorization_code", "client_credentials"]
SCOPE = "openid match:four_fields"
NOBODY = "097196999999"


async def carrier_of(land: Country, **members: Any) -> Carrier:
    """One that may compare, in its own name and by what people agree to."""
    types = ["identity_match"]
    return await Carrier.of(land, grant_types=GRANTS, scope=SCOPE, authorization_details_types=types, **members)


async def own(carrier: Carrier) -> str:
    """Its own access token."""
    answer = await carrier.post("/token", grant_type="client_credentials", scope="match:four_fields")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


async def compare(carrier: Carrier, token: str, body: dict[str, Any]) -> httpx.Response:
    """Compare."""
    return await carrier.call("POST", PATH, token, json=body)


def right(land: Country, slug: str = "complete", /, **changes: Any) -> dict[str, Any]:
    """What the papers of a persona say; `None` leaves a member out."""
    record = land.people[slug].record
    found = {
        "id_number": record.personal_number,
        "full_name": record.full_name.upper(),
        "birthdate": record.birth_date.isoformat(),
        "phone_number": "+84951234567",
    }
    return {name: value for name, value in (found | changes).items() if value is not None}


async def face(carrier: Carrier, id_number: str, shows: str = "genuine", route: str = "national") -> dict[str, str]:
    """The member `face`: what the sandbox's camera takes for this ID number, always the same capture."""
    asked = {"client_id": carrier.client_id, "id_number": id_number, "shows": shows, "route": route, "seed": 1}
    async with carrier.country.browser() as camera:
        answer = await camera.post("/sandbox/captures", json=asked)
    assert answer.status_code == 201, answer.text
    return {"evidence": answer.json()["evidence"], "route": route}


async def evaluated(carrier: Carrier) -> str:
    """The id of a passing evaluation of its own matcher, put on file for a day."""
    report = report_of(evaluate(score_sets()), ())
    report = report.model_copy(update={"matching": report.matching.model_copy(update={"threshold": THRESHOLD})})
    async with carrier.country.idp.db.writing() as unit:
        filed = await biometrics.file_evaluation(
            unit, carrier.client_id, MODEL, report, valid_until=unit.now + DAY, deed=DEED
        )
    return filed.evaluation_id
