"""A number whose contract ended, or that a register has for somebody else, and what rested on it."""

import io

import pytest

from tests.support.bindings import bind, states
from tests.support.country import Country
from tests.support.numbers import NumbersClient
from tests.support.on_ladder import secrets_of
from tests.support.registered import put_in_register
from tests.support.relying_party import RelyingParty
from tests.support.rich_requests import NUMBER
from tests.support.shortcuts import known
from tests.support.uploads import csv_of, row
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.identity.factors import distrusted_phones
from vneid_idp.identity.factors.distrusted_phones import Cause
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.kernel.secrets import digest
from vneid_idp.registered_numbers import store
from vneid_idp.registered_numbers.rules import RegisteredState
from vneid_idp.registers.classes import RowClass
from vneid_idp.registers.reading import open_register
from vneid_idp.use_cases.class_register import terms_of
from vneid_idp.use_cases.sweep_ladder import sweep_ladder
from vneid_idp.use_cases.upload_register import Intake, NewFile, begin_upload, read_upload


async def cause(land: Country, slug: str = "complete") -> Cause | None:
    """Why the phone of a persona proves nothing, if it does not."""
    async with land.idp.db.reading() as unit:
        found = await distrusted_phones.find(unit, land.people[slug].record.person_id)
    return None if found is None else found.cause


class Holding:
    """A number of a carrier's that somebody has bound, that is their registered phone, and by which they linked an
    account."""

    def __init__(self, land: Country, song: NumbersClient, number: str, account: tuple[RelyingParty, str]) -> None:
        self.land, self.song, self.number, self._account = land, song, number, account

    @classmethod
    async def of(cls, land: Country, party: RelyingParty) -> "Holding":
        song, someone = await NumbersClient.of(land), await known(land, "complete", "hwk")
        await someone.agree(song.carrier)
        detail = NUMBER | {"phone_number": land.people["complete"].record.phone}
        bound = await song.bind(await song.token(someone, detail), detail=detail)
        account = await bind(land, party, "1", someone.person_id, by_message=True)
        return cls(land, song, bound["number_id"], (party, account))

    async def stands(self) -> tuple[str, BindingState, Cause | None]:
        """How number, account and phone stand."""
        party, account = self._account
        number = await self.song.call("GET", f"/{self.number}", await self.song.own_token())
        return number["state"], (await states(self.land, party))[account], await cause(self.land)


KEPT = ("confirmed", BindingState.VERIFIED, None)


async def test_with_the_contract_of_a_number_ends_what_rests_on_it(land: Country, party: RelyingParty) -> None:
    holding, policy = await Holding.of(land, party), await land.idp.current_policy()
    record, client_id = land.people["complete"].record, holding.song.carrier.client_id
    assert record.phone is not None
    row_of_it = [("nbr_" + 26 * "0", record.phone, RowClass.CONSISTENT)]
    async with land.idp.db.writing() as unit:
        (made,) = await put_in_register(
            unit, land.idp.keys, policy, record.personal_number, row_of_it, client_id=client_id
        )
    number = made
    while number.state is not RegisteredState.ENDED:
        assert await holding.stands() == KEPT, number.state
        assert number.next_step is not None
        land.watch.set(number.next_step.at)
        assert await sweep_ladder(land.idp.db, policy, secrets_of(land)) == 1
        async with land.idp.db.reading() as unit:
            found = await store.find(unit, "song", made.number_digest)
        assert found is not None
        number = found
    assert await holding.stands() == ("released", BindingState.SUSPENDED, Cause.ENDED)
    assert await cause(land, "plain") is None


@pytest.mark.parametrize(
    ("before", "after", "stands"),
    [
        ("complete", "plain", ("released", BindingState.SUSPENDED, Cause.RECYCLED)),
        # It was under somebody else's papers until now.
        ("plain", "complete", KEPT),
        # Of nobody it says that the number is theirs.
        ("complete", None, KEPT),
    ],
)
async def test_a_number_that_is_somebody_elses_by_now_takes_along_what_rested_on_it(
    land: Country,
    party: RelyingParty,
    before: str,
    after: str | None,
    stands: tuple[str, BindingState, Cause | None],
) -> None:
    holding, phone = await Holding.of(land, party), land.people["complete"].record.phone
    assert phone is not None
    for slug in (before, after):
        await uploaded(
            land, holding.song, csv_of(row(1, land.people[slug].record if slug else None, phone_number=phone))
        )
        land.watch.advance(MINUTE)
        if slug == before:
            assert await holding.stands() == KEPT
    assert await holding.stands() == stands


async def uploaded(land: Country, song: NumbersClient, file: bytes) -> None:
    """A register is taken over."""
    idp, secrets, policy = land.idp, secrets_of(land), await land.idp.current_policy()
    register = open_register(io.BytesIO(file))
    new = NewFile(digest(file.decode()), register.format, register.total)
    upload, key = await idp.db.transact(
        lambda unit: begin_upload(unit, secrets.sealer, secrets.blind, song.carrier.client_id, new, {"by": "client"})
    )
    terms = terms_of(policy, land.watch.now())
    to = Intake(idp.db, idp.db.transact, secrets, key, idp.registry, policy, terms)
    await read_upload(to, upload, register, lambda _: None)
