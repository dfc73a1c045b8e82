"""One-time codes, sessions and passkeys, on both databases, also many at once."""

import asyncio
import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tests.support.authenticator import Authenticator
from tests.support.people import BLIND, SEALER
from tests.support.watch import Watch
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity.factors import otp, passkeys, sessions
from vneid_idp.identity.factors.passkey_store import Passkey
from vneid_idp.identity.factors.passkeys import PasskeyRefused, Site
from vneid_idp.identity.factors.typed_codes import CodeVerdict
from vneid_idp.kernel.clock import HOUR, MINUTE, SECOND
from vneid_idp.protocol.levels import SignInMethod
from vneid_idp.storage.unit import Database

ANN, BOB = "per_ann", "per_bob"
PHONE = "+84950000001"
SITE = Site("id.example", "VNeID (unofficial)", "https://id.example")


class Codes:
    """A person asking for codes and typing them."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.messages: list[Delivery] = []

    async def ask(self, person_id: str | None = ANN, context: str = "int_1", phone: str | None = PHONE) -> otp.Sending:
        async with self.db.writing() as unit:
            sending = await otp.send(
                unit, BLIND, SEALER, person_id=person_id, phone=phone, context=context, language="vi"
            )
        self.messages += sending.deliveries
        return sending

    async def type(
        self, code: str, person_id: str | None = ANN, context: str = "int_1", phone: str | None = PHONE
    ) -> CodeVerdict:
        async with self.db.writing() as unit:
            return await otp.check(unit, BLIND, person_id=person_id, phone=phone, context=context, code=code)

    @property
    def last(self) -> str:
        return str(self.messages[-1].payload["code"])

    @property
    def wrong(self) -> str:
        return f"{(int(self.last) + 1) % 1_000_000:06d}"


async def test_a_code_is_good_once(db: Database) -> None:
    codes = Codes(db)
    assert (await codes.ask()).sent
    assert len(codes.last) == 6
    assert await codes.type(f" {codes.last[:3]} {codes.last[3:]}") is CodeVerdict.RIGHT
    assert await codes.type(codes.last) is CodeVerdict.SPENT


async def test_a_code_is_good_for_its_person_and_context_only(db: Database) -> None:
    codes = Codes(db)
    await codes.ask()
    await codes.ask(BOB)
    ann, bob = (str(message.payload["code"]) for message in codes.messages)
    assert await codes.type(ann, context="int_2") is CodeVerdict.SPENT
    if ann != bob:
        assert await codes.type(ann, BOB) is CodeVerdict.WRONG
    assert await codes.type(ann, phone="+84950000002") is CodeVerdict.WRONG
    assert await codes.type(ann) is CodeVerdict.RIGHT


async def test_five_attempts_and_no_more(db: Database) -> None:
    codes = Codes(db)
    await codes.ask()
    assert [await codes.type(codes.wrong) for _ in range(5)] == [CodeVerdict.WRONG] * 4 + [CodeVerdict.SPENT]
    assert await codes.type(codes.last) is CodeVerdict.SPENT


async def test_a_code_expires(db: Database, watch: Watch) -> None:
    codes = Codes(db)
    await codes.ask()
    watch.advance(otp.LIFETIME)
    assert await codes.type(codes.last) is CodeVerdict.SPENT


async def test_a_new_code_replaces_the_old_but_not_too_soon_nor_too_often(db: Database, watch: Watch) -> None:
    codes = Codes(db)
    await codes.ask()
    assert not (await codes.ask()).sent
    watch.advance(otp.RESEND_AFTER)
    old = codes.last
    for _ in range(otp.SENDS - 1):
        assert (await codes.ask()).sent
        watch.advance(30 * SECOND)
    assert not (await codes.ask()).sent
    assert len(codes.messages) == otp.SENDS
    if old != codes.last:
        assert await codes.type(old) is CodeVerdict.WRONG
    assert await codes.type(codes.last) is CodeVerdict.RIGHT


async def test_old_codes_are_forgotten_and_the_context_gets_messages_again(db: Database, watch: Watch) -> None:
    codes = Codes(db)
    for _ in range(otp.SENDS):
        assert (await codes.ask(context="portal")).sent
        watch.advance(30 * SECOND)
    await codes.ask(context="another")
    watch.advance(otp.LIFETIME + HOUR - SECOND)
    async with db.writing() as unit:
        assert await otp.sweep(unit) == 1
    assert (await codes.ask(context="portal")).sent


async def test_nobody_and_the_phoneless_get_the_same_answer_and_no_message(db: Database) -> None:
    codes = Codes(db)
    real = await codes.ask(ANN, "int_1")
    before = db.statements
    assert await codes.ask(None, "int_2", None) == replace(real, deliveries=())
    assert db.statements - before == 1
    assert await codes.ask(BOB, "int_3", None) == replace(real, deliveries=())
    assert len(codes.messages) == 1
    assert await codes.type("000000", None, "int_2") in (CodeVerdict.WRONG, CodeVerdict.SPENT)
    assert codes.last not in repr(codes.messages)


async def test_fifty_tries_of_a_right_code_at_once_have_one_winner(db: Database) -> None:
    codes = Codes(db)
    await codes.ask()
    outcomes = Counter(await asyncio.gather(*(codes.type(codes.last) for _ in range(50))))
    assert outcomes == {CodeVerdict.RIGHT: 1, CodeVerdict.SPENT: 49}


async def test_fifty_wrong_tries_at_once_are_five(db: Database) -> None:
    codes = Codes(db)
    await codes.ask()
    outcomes = Counter(await asyncio.gather(*(codes.type(codes.wrong) for _ in range(50))))
    assert outcomes[CodeVerdict.WRONG] == 4
    assert outcomes[CodeVerdict.RIGHT] == 0


async def test_a_session_opens_gains_methods_and_ends(db: Database, watch: Watch) -> None:
    async with db.writing() as unit:
        session = await sessions.open_session(unit, ANN, (SignInMethod("pwd", unit.now),))
    watch.advance(MINUTE)
    async with db.writing() as unit:
        assert await sessions.find_session(unit, ANN, session.session_id) == session
        assert await sessions.find_session(unit, BOB, session.session_id) is None
        more = await sessions.add_method(unit, ANN, session.session_id, SignInMethod("sms", unit.now))
        assert more is not None
        assert [method.name for method in more.methods] == ["pwd", "sms"]
        again = await sessions.add_method(unit, ANN, session.session_id, SignInMethod("pwd", unit.now))
        assert again is not None
        assert again.methods == (SignInMethod("sms", unit.now), SignInMethod("pwd", unit.now))
        assert await sessions.find_session(unit, ANN, session.session_id) == again
        assert await sessions.end_session(unit, ANN, session.session_id)
        assert not await sessions.end_session(unit, ANN, session.session_id)
        assert await sessions.find_session(unit, ANN, session.session_id) is None
        assert await sessions.add_method(unit, ANN, session.session_id, SignInMethod("pwd", unit.now)) is None


async def test_a_session_expires(db: Database, watch: Watch) -> None:
    async with db.writing() as unit:
        session = await sessions.open_session(unit, ANN, (SignInMethod("hwk", unit.now),), HOUR)
    watch.advance(HOUR)
    async with db.reading() as unit:
        assert await sessions.find_session(unit, ANN, session.session_id) is None
        assert await sessions.list_sessions(unit, ANN) == ()


async def test_every_session_of_one_person_ends(db: Database, watch: Watch) -> None:
    opened = []
    for _ in range(2):
        watch.advance(SECOND)
        async with db.writing() as unit:
            opened.append(await sessions.open_session(unit, ANN, (SignInMethod("pwd", unit.now),)))
    async with db.writing() as unit:
        other = await sessions.open_session(unit, BOB, (SignInMethod("pwd", unit.now),))
        assert await sessions.list_sessions(unit, ANN) == tuple(opened)
        assert await sessions.end_all(unit, ANN) == len(opened)
        assert await sessions.end_all(unit, ANN) == 0
        assert await sessions.find_session(unit, BOB, other.session_id) == other


async def test_methods_added_at_once_all_stay(db: Database) -> None:
    async with db.writing() as unit:
        session = await sessions.open_session(unit, ANN, ())

    async def add(name: str) -> None:
        async with db.writing() as unit:
            assert await sessions.add_method(unit, ANN, session.session_id, SignInMethod(name, unit.now))

    await asyncio.gather(*(add(name) for name in ("pwd", "pin", "sms", "hwk")))
    async with db.reading() as reading:
        found = await sessions.find_session(reading, ANN, session.session_id)
    assert found is not None
    assert {method.name for method in found.methods} == {"pwd", "pin", "sms", "hwk"}


class Browser:
    """A person with an authenticator at our pages."""

    def __init__(self, db: Database, **kind: Any) -> None:
        self.db, self.device = db, Authenticator(SITE.origin, **kind)

    async def register(self, person_id: str = ANN, context: str = "ses_1") -> Passkey:
        async with self.db.writing() as unit:
            options = await passkeys.registration_options(
                unit, SEALER, SITE, person_id=person_id, user_name="Ann", context=context
            )
            return await passkeys.register(
                unit,
                SEALER,
                SITE,
                person_id=person_id,
                context=context,
                sealed=options.sealed,
                answer=self.device.create(options.options),
                name=" My phone ",
            )

    async def options(self, context: str = "int_1", person_id: str | None = None) -> passkeys.Options:
        async with self.db.reading() as unit:
            return await passkeys.authentication_options(unit, SEALER, SITE, context=context, person_id=person_id)

    async def sign_in(
        self, options: passkeys.Options, context: str = "int_1", answer: str = "", person_id: str | None = None
    ) -> passkeys.Authenticated:
        async with self.db.writing() as unit:
            return await passkeys.authenticate(
                unit,
                SEALER,
                SITE,
                context=context,
                sealed=options.sealed,
                answer=answer or self.device.get(options.options),
                person_id=person_id,
            )


@pytest.mark.parametrize("synced", [False, True])
async def test_a_passkey_signs_its_person_in(db: Database, watch: Watch, synced: bool) -> None:
    browser = Browser(db, synced=synced)
    passkey = await browser.register()
    assert (passkey.name, passkey.synced, passkey.transports) == ("My phone", synced, ("internal", "hybrid"))
    for _ in range(2):
        watch.advance(SECOND)
        signed_in = await browser.sign_in(await browser.options())
        assert (signed_in.person_id, signed_in.method) == (ANN, SignInMethod("hwk", watch.now()))
    watch.advance(SECOND)
    second_factor = await browser.options(person_id=ANN)
    assert json.loads(second_factor.options)["allowCredentials"][0]["id"] == passkey.credential_id
    assert (await browser.sign_in(second_factor, person_id=ANN)).person_id == ANN
    async with db.writing() as unit:
        (kept,) = await passkeys.list_passkeys(unit, ANN)
        assert kept.last_used_at == watch.now()


async def test_an_answer_counts_once_also_among_fifty(db: Database, watch: Watch) -> None:
    browser = Browser(db, synced=True)
    await browser.register()
    watch.advance(SECOND)
    options = await browser.options()
    answer = browser.device.get(options.options)
    answers = await asyncio.gather(
        *(browser.sign_in(options, answer=answer) for _ in range(50)), return_exceptions=True
    )
    assert sum(isinstance(one, passkeys.Authenticated) for one in answers) == 1
    assert sum(isinstance(one, PasskeyRefused) for one in answers) == 49


async def test_a_copied_authenticator_is_noticed(db: Database, watch: Watch) -> None:
    browser = Browser(db)
    await browser.register()
    for expected in (True, False):
        watch.advance(SECOND)
        browser.device.count = 5
        attempt = browser.sign_in(await browser.options())
        if expected:
            assert (await attempt).person_id == ANN
        else:
            with pytest.raises(PasskeyRefused):
                await attempt


async def test_one_wrong_thing_spoils_a_sign_in(db: Database, watch: Watch) -> None:
    browser = Browser(db, synced=True)
    await browser.register()
    watch.advance(SECOND)
    options = await browser.options()

    async def refused(**spoiled: Any) -> None:
        with pytest.raises(PasskeyRefused):
            await browser.sign_in(options, **spoiled)

    await refused(context="int_2")
    await refused(person_id=ANN)
    for answer in ("{}", "no json", "[]", '{"rawId": 1, "response": {}}', '{"rawId": "AA", "response": {}}'):
        await refused(answer=answer)
    browser.device.origin = "https://id.example.evil"
    await refused()
    browser.device.origin = SITE.origin
    browser.device.verified = False
    await refused()
    browser.device.verified = True
    handle, browser.device.user_handle = browser.device.user_handle, BOB.encode()
    await refused()
    browser.device.user_handle = handle
    other = Authenticator(SITE.origin, synced=True)
    other.credential_id, other.user_handle = browser.device.credential_id, handle
    await refused(answer=other.get(options.options))
    tampered = passkeys.Options(options.options, options.sealed[:-3] + "abc")
    with pytest.raises(PasskeyRefused):
        await browser.sign_in(tampered)
    assert (await browser.sign_in(options)).person_id == ANN
    watch.advance(SECOND)
    late = await browser.options()
    watch.advance(passkeys.CHALLENGE_LIFETIME + 1)
    with pytest.raises(PasskeyRefused):
        await browser.sign_in(late)


async def test_a_passkey_of_somebody_else_is_no_second_factor(db: Database, watch: Watch) -> None:
    browser, stranger = Browser(db, synced=True), Browser(db, synced=True)
    await browser.register()
    await stranger.register(BOB)
    watch.advance(SECOND)
    options = await browser.options(person_id=ANN)
    with pytest.raises(PasskeyRefused):
        await stranger.sign_in(options, person_id=ANN)


async def test_registration_refuses_what_it_must(db: Database, watch: Watch) -> None:
    unverified = Browser(db, verified=False)
    with pytest.raises(PasskeyRefused):
        await unverified.register()
    browser = Browser(db)
    await browser.register()
    with pytest.raises(PasskeyRefused):
        await browser.register()
    options = await browser.options(context="ses_1", person_id=ANN)
    # A challenge for signing in is none for registering, even where the answer is otherwise perfect.
    asked = {"rp": {"id": SITE.rp_id}, "user": {"id": "cGVyX2Fubg"}, **json.loads(options.options)}
    answer = Authenticator(SITE.origin).create(json.dumps(asked))
    with pytest.raises(PasskeyRefused, match="something else"):
        async with db.writing() as unit:
            await passkeys.register(
                unit, SEALER, SITE, person_id=ANN, context="ses_1", sealed=options.sealed, answer=answer, name=""
            )


async def test_a_removed_passkey_signs_nobody_in(db: Database, watch: Watch) -> None:
    browser = Browser(db, synced=True)
    passkey = await browser.register()
    async with db.writing() as unit:
        assert not await passkeys.remove(unit, BOB, passkey.credential_id)
        assert await passkeys.remove(unit, ANN, passkey.credential_id)
        assert not await passkeys.remove(unit, ANN, passkey.credential_id)
        assert await passkeys.list_passkeys(unit, ANN) == ()
    watch.advance(SECOND)
    with pytest.raises(PasskeyRefused):
        await browser.sign_in(await browser.options())
