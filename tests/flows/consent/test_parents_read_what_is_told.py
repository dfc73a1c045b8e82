"""What a parent or guardian reads is what the service is told."""

import pytest

from tests.support.country import PURPOSE, Country
from tests.support.parents import at_consent, at_request, learned
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import known
from tests.support.visitor import shown


async def test_a_smaller_proof_stays_one_before_the_parent(land: Country) -> None:
    party = RelyingParty(land, await land.register(purposes=[{**PURPOSE, "required": ["birthdate"], "optional": []}]))
    child, page, request = await at_consent(land, party, "child-9", scope="openid profile")
    assert "Cần có: ngày, tháng, năm sinh (hoặc chỉ: đủ 16 tuổi hay chưa)." in page.text
    page = shown(await child.submit(page, answer="agree", **{"required-0-birthdate": "smaller"}))
    parent, at = await at_request(land)
    born = land.people["child-9"].record.birth_date.strftime("%d/%m/%Y")
    assert born not in at.text
    assert "Chưa đủ 16 tuổi" in at.text
    assert "Sẽ được chia sẻ: đủ 16 tuổi hay chưa." in at.text, "at the first glance too"
    assert "localhost:9999" in at.text
    assert "Tên miền đã xác minh" not in at.text
    await parent.person.submit(at, answer="agree")
    told = await learned(party, request, await child.open(page.path))
    assert "birthdate" not in told
    assert told["age_over_16"] is False


@pytest.mark.parametrize(
    ("slug", "proofs", "level"), [("child-9", (), 1), ("fifteen", (), 1), ("fifteen", ("sms",), 2)]
)
async def test_the_parent_reads_the_level_that_the_child_proved_and_the_service_is_told(
    land: Country, slug: str, proofs: tuple[str, ...], level: int
) -> None:
    purpose = {**PURPOSE, "required": ["identity_level"], "optional": []}
    party = RelyingParty(land, await land.register(purposes=[purpose]))
    assert land.people[slug].level == 2
    child, request = await known(land, slug, "pwd", *proofs), party.request(scope="openid identity")
    page = shown(await child.person.start(request))
    wait = shown(await child.person.submit(page, answer="agree", **page.choices))
    parent, at = await at_request(land)
    for read in (page, at):
        assert f"Mức độ {level}" in read.text
        assert f"Mức độ {3 - level}" not in read.text
    await parent.person.submit(at, answer="agree")
    assert (await learned(party, request, await child.person.open(wait.path)))["identity_level"] == level
