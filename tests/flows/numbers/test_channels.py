"""Who registers which number of theirs in which channel: every cell, asked of `numbers/v1`."""

import pytest

from tests.support.authority import change
from tests.support.country import Country
from tests.support.numbers import NUMBERS, NumbersClient, asked
from tests.support.organisation import exchanged
from tests.support.rich_requests import NUMBER
from tests.support.shortcuts import agreed
from vneid_idp.protocol.authorisation import Origin

CLOSED = ("channel_not_open",) * 4
IN_APP = ("bound", "bound", "bound", "contract_required")
AT_POINT = ("bound", "bound", "bound", "bound")
"""The fourth with the carrier's reference of its contract."""
GUARDIAN = ("number_takes_guardian",) * 4
TABLE = {
    # Persona, level: by channel, in the order of CHANNELS, each for the first to the fourth number.
    ("complete", 2, "card"): (IN_APP, IN_APP, AT_POINT, IN_APP),
    ("level-1", 1, "card"): (("insufficient_user_authentication",) * 4, IN_APP, AT_POINT, IN_APP),
    ("foreigner", 2, "card"): (CLOSED, CLOSED, AT_POINT, IN_APP),
    ("foreigner", 2, "without a card"): (CLOSED, CLOSED, AT_POINT, IN_APP),
    ("undetermined", 1, "card"): (("insufficient_user_authentication",) * 4, CLOSED, AT_POINT, IN_APP),
    ("child-9", 2, "card"): (GUARDIAN, GUARDIAN, GUARDIAN, GUARDIAN),
}
CHANNELS = ("identity_app", "carrier_app", "carrier_point", "authorised_point")
POINTS = CHANNELS[2:]


def detail(channel: str, sequence: int) -> dict[str, object]:
    place = 10 * CHANNELS.index(channel) + sequence
    return {**NUMBER, "phone_number": f"+849510000{place:02}", "channel": channel, "sequence": sequence}


@pytest.mark.parametrize(("slug", "level", "papers"), TABLE)
async def test_every_channel_and_number_of_a_person(land: Country, slug: str, level: int, papers: str) -> None:
    song = await NumbersClient.of(land)
    own, someone = await song.own_token(), await agreed(land, song.carrier, slug)
    token = await song.answered(someone, *(detail(c, n) for c in CHANNELS for n in range(1, 5)), level=level)
    if papers != "card":
        await change(land, someone.person_id, card=None)
    found = []
    for channel in CHANNELS:
        outcomes, bound = [], []
        for sequence in range(1, 5):
            body = asked(detail(channel, sequence)) | ({"contract_reference": "HD-1"} if sequence > 3 else {})
            answer = (await song.carrier.call("POST", NUMBERS, token, json=body)).json()
            outcomes.append(answer.get("code", "bound"))
            bound += [answer["number_id"]] if "number_id" in answer else []
        found.append(tuple(outcomes))
        for number_id in bound:
            await song.call("POST", f"/{number_id}/release", own)
    assert tuple(found) == TABLE[slug, level, papers]


async def test_at_a_point_the_point_takes_part(land: Country) -> None:
    point = await NumbersClient.of(land)
    app = await NumbersClient.of(land, may_act=[point.carrier.client_id])
    someone = await agreed(land, app.carrier)
    each = [detail(channel, place) for place, channel in enumerate(POINTS, start=1)]
    token = await app.answered(someone, *each, origin=Origin.BROWSER)
    acting = await exchanged(point.carrier, token, actor=await point.own_token())
    for one in each:
        await app.bind(token, "point_must_act", one)
        assert (await point.bind(acting, detail=one))["_status"] == 201
