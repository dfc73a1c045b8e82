"""What people call their linked accounts: their own word, for their own eyes."""

import pytest
from sqlalchemy import select

from tests.support.bindings import bind
from tests.support.country import Country
from tests.support.pages import opened, post, taken_back
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import known
from tests.support.tokens import own_token
from vneid_idp.bindings import labels
from vneid_idp.bindings.labels_tables import binding_labels
from vneid_idp.storage.statement import Statement
from vneid_idp.use_cases.forget_person import forget_person

NAME = "/me/accounts/name"
WORD = "Tài khoản <i>bán trà</i>"
_ALL = Statement(select(binding_labels))


async def test_a_linked_account_bears_the_time_and_the_word_of_whoever_reads_and_no_service_learns_it(
    land: Country, party: RelyingParty
) -> None:
    mother, child = await known(land, "guardian"), land.people["child-9"].record
    binding = await bind(land, party, "42", child.person_id, mother.person_id)
    page = await opened(mother.person, "/me/accounts")
    assert "liên kết ngày 21/11/2026 08:00" in page.text
    named = await post(mother.person, page, NAME, binding=binding, label=f"  {WORD} ")
    assert "Tài khoản &lt;i&gt;bán trà&lt;/i&gt;" in named.response.text
    asks = await opened(mother.person, f"/me/accounts/release?binding={binding}")
    assert "bán trà" in asks.text
    assert "bán trà" not in (await opened((await known(land, "child-9")).person, "/me/accounts")).text
    async with land.browser() as api:
        headers = {"Authorization": f"Bearer {own_token(land, party.registered)}"}
        for answer in (
            await api.get(f"/bindings/v1/social-accounts/{binding}", headers=headers),
            await api.post("/bindings/v1/social-accounts/status", json={"account_id": "42"}, headers=headers),
        ):
            assert answer.status_code == 200
            assert "bán trà" not in answer.text
    async with land.idp.db.reading() as unit:
        (row,) = await unit.fetch(_ALL)
    assert "bán" not in row["label"], "it stands nowhere in clear"
    page = await post(mother.person, named, NAME, binding=binding, label="")
    assert "bán trà" not in page.text


@pytest.mark.parametrize("label", ["x" * (labels.LONGEST + 1), "a\u202eb", "a\x07b"])
async def test_a_label_is_a_short_line_of_text(land: Country, party: RelyingParty, label: str) -> None:
    someone = await known(land)
    binding = await bind(land, party, "42", someone.person_id)
    page = await opened(someone.person, "/me/accounts")
    refused = await post(someone.person, page, NAME, binding=binding, label=label)
    assert refused.response.status_code == 422


async def test_nobody_names_what_is_somebody_elses(land: Country, party: RelyingParty) -> None:
    binding = await bind(land, party, "42", (await known(land)).person_id)
    await bind(land, party, "43", (stranger := await known(land, "plain")).person_id)
    page = await opened(stranger.person, "/me/accounts")
    assert (await post(stranger.person, page, NAME, binding=binding, label="x")).response.status_code == 404


async def test_a_label_goes_with_what_is_linked_again_and_with_the_person_who_is_forgotten(
    land: Country, party: RelyingParty
) -> None:
    someone = await known(land)
    consent = await someone.agree(party)
    binding = await bind(land, party, "42", someone.person_id, consent_id=consent)
    await post(someone.person, await opened(someone.person, "/me/accounts"), NAME, binding=binding, label="Bán trà")
    page = await taken_back(someone.person, "/me/accounts/release", binding=binding)
    assert "Bán trà" in page.text.partition("Hoàn tác")[0], "the offer says which account it is about"
    page = await post(someone.person, page, "/me/accounts/again", binding=binding, seen=page.hidden["seen"])
    assert page.text.count("Bán trà") == 2, "the one that ended and the one that stands"
    await land.idp.db.transact(lambda unit: forget_person(unit, land.idp.vault, land.idp.keys.blind, someone.person_id))
    async with land.idp.db.reading() as unit:
        assert not await unit.fetch(_ALL)


async def test_the_words_of_the_newest_500_are_read(land: Country) -> None:
    person_id = (await known(land, "complete")).person_id
    async with land.idp.db.writing() as unit:
        for number in range(501):
            await labels.put(unit, land.idp.vault, person_id, f"bind_{number:03}", f"Số {number}")
    async with land.idp.db.reading() as unit:
        found = await labels.of_person(unit, land.idp.vault, person_id)
    assert (len(found), found["bind_500"]) == (500, "Số 500")
    assert "bind_000" not in found
