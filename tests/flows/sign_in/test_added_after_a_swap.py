"""What was added to an account with a code to a number that was in another SIM by then counts for nothing."""

import asyncio
from dataclasses import dataclass, replace

import pytest
from webauthn.helpers import bytes_to_base64url

from tests.support.authenticator import Authenticator
from tests.support.bindings import bind, states
from tests.support.country import ISSUER, Country
from tests.support.pages import opened, post
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.shortcuts import Known, agreed, known
from tests.support.signing_in import add_passkey, at_signin, use_passkey
from tests.support.swaps import swap, trust
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.identity import secret_hashes
from vneid_idp.identity.factors import enrolled_phones, passkeys, sessions
from vneid_idp.identity.factors.chosen_secrets import SecretKind
from vneid_idp.identity.factors.devices import UNKNOWN
from vneid_idp.identity.factors.passkeys import ProofRests
from vneid_idp.identity.factors.proofs import PASSWORD, SignInProof, check_proof
from vneid_idp.identity.factors.sessions import Session
from vneid_idp.identity.factors.tables import passkeys as rows
from vneid_idp.kernel.clock import DAY, HOUR, MINUTE
from vneid_idp.kernel.errors import DomainError
from vneid_idp.protocol.levels import SignInMethod
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.answer_on_phone import find_answering
from vneid_idp.use_cases.protect_account import add_own_passkey, change_secret
from vneid_idp.web.passkeys import site_of

SECURITY = "/me/security"


async def session_of(land: Country, someone: Known) -> Session:
    async with land.idp.db.reading() as unit:
        found = await sessions.find_session(unit, someone.person_id, someone.session_id)
    assert found is not None
    return found


async def add(land: Country, who: Session, device: Authenticator | None = None, name: str = "Máy mới") -> str:
    """Add a passkey at the own pages, in this session; its id."""
    device = device or Authenticator(ISSUER)
    idp, site = land.idp, site_of(land.idp)
    async with idp.db.reading() as unit:
        made = await passkeys.registration_options(
            unit, idp.keys.sealer, site, person_id=who.person_id, user_name="x", context=who.session_id
        )
    answer = device.create(made.options)

    async def work(unit: Unit) -> None:
        await add_own_passkey(unit, idp.vault, idp.keys.sealer, site, who, sealed=made.sealed, answer=answer, name=name)

    await idp.db.transact(work)
    return bytes_to_base64url(device.credential_id)


async def by_passkey(land: Country, person_id: str, credential_id: str) -> Session:
    """A session that this passkey opened."""

    async def work(unit: Unit) -> Session:
        behind = await check_proof(unit, land.idp.vault, person_id, SignInProof("hwk", credential_id))
        shown = (SignInMethod("hwk", unit.now),)
        return await sessions.open_session(unit, person_id, shown, code_at=behind)

    return await land.idp.db.transact(work)


async def counts(land: Country, person_id: str, credential_id: str) -> bool:
    try:
        await by_passkey(land, person_id, credential_id)
    except ProofRests:
        return False
    return True


@dataclass(frozen=True)
class Adding:
    """On the strength of what a passkey is added, an hour ago."""

    methods: tuple[str, ...]
    swapped_before: int
    """By how much the swap was before that; less than none: after."""
    stays: bool
    forgotten: bool = False
    """Whether an earlier version wrote the row."""


@pytest.mark.parametrize(
    "adding",
    [
        Adding(("pwd", "sms"), MINUTE, stays=False),
        Adding(("pwd", "sms"), 0, stays=False),
        Adding(("pwd", "sms"), -MINUTE, stays=True),
        Adding(("hwk",), MINUTE, stays=True),
        Adding(("pwd", "sms", "hwk"), MINUTE, stays=True),
        Adding(("hwk",), MINUTE, stays=False, forgotten=True),
        Adding(("hwk",), -MINUTE, stays=True, forgotten=True),
    ],
    ids=str,
)
async def test_a_passkey_rests_that_a_code_added_since_the_swap_and_no_other(land: Country, adding: Adding) -> None:
    someone = await known(land, "complete", *adding.methods)
    key = await add(land, await session_of(land, someone))
    if adding.forgotten:
        await land.idp.db.transact(lambda unit: unit.execute(Statement(rows.update().values(code_at=None))))
    land.watch.advance(HOUR)
    await swap(land, ago=HOUR + adding.swapped_before)
    assert await counts(land, someone.person_id, key) is adding.stays


async def test_what_such_a_passkey_opened_and_added_ends_with_it(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    person_id = someone.person_id
    key = await add(land, await session_of(land, someone))
    theirs = await by_passkey(land, person_id, key)
    second = await add(land, theirs)
    by_second = await by_passkey(land, person_id, second)
    own = await known(land, "complete", "hwk")
    thief = replace(own, session_id=theirs.session_id)
    tokens = await own.tokens(party, scope="openid offline_access")
    account = await bind(land, party, "1", person_id, by_message=False)
    async with land.idp.db.writing() as unit:
        phone = await enrolled_phones.enrol(unit, person_id, second, UNKNOWN)
    assert phone is not None
    land.watch.advance(HOUR)
    await swap(land, ago=HOUR + MINUTE)
    assert not await counts(land, person_id, key)
    assert not await counts(land, person_id, second)
    async with land.idp.db.reading() as unit:
        live = {each.session_id for each in await sessions.list_sessions(unit, person_id)}
        with pytest.raises(ProofRests):
            await find_answering(unit, land.idp.vault, person_id, phone.phone_id)
    assert not live & {thief.session_id, by_second.session_id, someone.session_id}
    assert own.session_id in live, "nothing of it lies behind that one"
    assert (await party.refresh(tokens["refresh_token"])).status_code == 400, "by which passkey nobody can tell"
    assert (await states(land, party))[account] is BindingState.SUSPENDED


async def test_the_way_back_is_an_older_passkey_and_never_the_number(land: Country, party: RelyingParty) -> None:
    old, new = Authenticator(ISSUER), Authenticator(ISSUER)
    await add_passkey(land, "complete", old)
    someone = await known(land)
    key = await add(land, await session_of(land, someone), new)
    land.watch.advance(MINUTE)
    await swap(land, ago=HOUR)
    person, page = await at_signin(land, party)
    refused = await use_passkey(person, page, f"{page.path}/passkey", new)
    assert (refused.status_code, refused.json()["code"]) == (403, "proof_rests")
    # The number is trusted again; that says nothing of what was added with it.
    await trust(land)
    weak = await known(land)
    page = await opened(weak.person, SECURITY)
    assert "khi số có thể đã thuộc về người khác" in page.text
    refused_page = await post(weak.person, page, f"{SECURITY}/passkey/count", passkey=key)
    assert refused_page.response.status_code == 403
    assert not await counts(land, someone.person_id, key)
    strong = await known(land, "complete", "hwk")
    assert "tạm thời không dùng được" in (await opened(strong.person, "/me")).text
    done = await post(strong.person, await opened(strong.person, SECURITY), f"{SECURITY}/passkey/count", passkey=key)
    assert "đã có giá trị trở lại" in done.text
    assert await counts(land, someone.person_id, key)
    # It rests on the older one from now on.
    await swap(land, ago=DAY)
    assert await counts(land, someone.person_id, key)


async def test_a_password_that_a_code_changed_signs_nobody_in(land: Country, party: RelyingParty) -> None:
    someone, vault = await known(land), land.idp.vault
    persona = land.people["complete"]
    async with land.idp.hasher.turn() as turn:
        hashed = await turn.hash("mười hai con giáp")
    who, at = await session_of(land, someone), land.watch.now()

    async def change(unit: Unit) -> None:
        before = await secret_hashes.find(unit, vault, someone.person_id, "password")
        assert before is not None
        shown = SignInProof(PASSWORD, before)
        await change_secret(unit, vault, who, shown, SecretKind.PASSWORD, hashed, end_access=False)

    await land.idp.db.transact(change)
    async with land.idp.db.writing() as unit:
        by_it = await sessions.open_session(unit, someone.person_id, (SignInMethod("pwd", at),))
    land.watch.advance(MINUTE)
    await swap(land, ago=HOUR)
    async with land.idp.db.reading() as reading:
        assert await sessions.find_session(reading, someone.person_id, by_it.session_id) is None
    person, page = await at_signin(land, party)
    form = {"identifier": persona.username, "secret": "mười hai con giáp"}
    refused = await person.submit(page, **form)
    assert isinstance(refused, Page)
    assert refused.response.status_code == 403
    assert "Thông tin này tạm thời không dùng được" in refused.text
    strong = await known(land, "complete", "hwk")
    page = await opened(strong.person, SECURITY)
    assert "Mật khẩu của bạn tạm thời không dùng được" in page.text
    await post(strong.person, page, f"{SECURITY}/secret/count", kind="password")
    again = Person(land, persona)
    page = await again.start(party.request())  # type: ignore[assignment]
    assert isinstance(await again.submit(page, **form), Page)


async def test_of_a_report_and_many_passkeys_none_counts_after_it(land: Country) -> None:
    someone = await known(land)
    who = await session_of(land, someone)

    async def one(number: int) -> None:
        try:
            await add(land, who, name=f"Máy {number}")
        except DomainError:
            return

    await asyncio.gather(*(one(number) for number in range(25)), swap(land, ago=MINUTE), *(map(one, range(25, 50))))
    async with land.idp.db.reading() as unit:
        assert await passkeys.list_counting(unit, someone.person_id) == ()
