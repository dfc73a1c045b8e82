"""Passkeys on both databases: whose they are, what they answer, how many there may be."""

import asyncio
import json
from typing import Any

import cbor2
import pytest
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from tests.support.authenticator import Authenticator
from tests.support.people import SEALER
from tests.support.watch import Watch
from vneid_idp.audit import service as audit
from vneid_idp.audit.deeds import Deed
from vneid_idp.identity.factors import passkeys
from vneid_idp.identity.factors.passkey_store import Passkey, add_passkey
from vneid_idp.identity.factors.passkeys import PasskeyRefused, Site
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.protocol.levels import SignInMethod
from vneid_idp.storage.unit import Database

ANN, BOB = "per_ann", "per_bob"
SITE = Site("id.example", "VNeID (unofficial)", "https://id.example")
CLERK = Deed("per_clerk", "lost her phone", office="HN-01")


class Browser:
    """A person with an authenticator at our pages."""

    def __init__(self, db: Database, **kind: Any) -> None:
        self.db, self.device = db, Authenticator(SITE.origin, **kind)

    async def ask(self, person_id: str = ANN, context: str = "ses_1") -> passkeys.Options:
        async with self.db.reading() as unit:
            return await passkeys.registration_options(
                unit, SEALER, SITE, person_id=person_id, user_name="Ann", context=context
            )

    async def register(
        self,
        person_id: str = ANN,
        context: str = "ses_1",
        *,
        options: passkeys.Options | None = None,
        name: str = " My phone ",
        deed: Deed | None = None,
    ) -> Passkey:
        asked = options or await self.ask(person_id, context)
        async with self.db.writing() as unit:
            return await passkeys.register(
                unit,
                SEALER,
                SITE,
                person_id=person_id,
                context=context,
                sealed=asked.sealed,
                answer=self.device.create(asked.options),
                name=name,
                deed=deed,
                code_at=0,
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
    last, late = await browser.options(), await browser.options()
    watch.advance(5 * MINUTE)
    assert (await browser.sign_in(last)).person_id == ANN
    watch.advance(1)
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
                unit,
                SEALER,
                SITE,
                person_id=ANN,
                context="ses_1",
                sealed=options.sealed,
                answer=answer,
                name="",
                code_at=0,
            )


def with_key(answer: str, key: object) -> str:
    """The answer with another public key in it."""
    parsed = json.loads(answer)
    response = parsed["response"]
    attested = cbor2.loads(base64url_to_bytes(response["attestationObject"]))
    head = attested["authData"][: 37 + 16 + 2]
    attested["authData"] = head[:-2] + b"\0\3AAA" + cbor2.dumps(key)
    response["attestationObject"] = bytes_to_base64url(cbor2.dumps(attested))
    return json.dumps(parsed)


async def test_an_answer_of_another_shape_is_refused_and_no_fault_of_ours(db: Database) -> None:
    browser = Browser(db)
    options = await browser.ask()
    answer = browser.device.create(options.options)
    shapes = [json.loads(answer) for _ in range(3)]
    for parsed, transports in zip(shapes, (5, [[]], [{}]), strict=True):
        parsed["response"]["transports"] = transports
    for made_up in (
        *(json.dumps(parsed) for parsed in shapes),
        *(with_key(answer, key) for key in ([1], 1, {1: 2, 3: "x"})),
        "[" * 3_000,
        "[]",
        "null",
    ):
        with pytest.raises(PasskeyRefused):
            async with db.writing() as unit:
                await passkeys.register(
                    unit,
                    SEALER,
                    SITE,
                    person_id=ANN,
                    context="ses_1",
                    sealed=options.sealed,
                    answer=made_up,
                    name="",
                    code_at=0,
                )


async def test_a_challenge_to_add_one_is_one_persons_in_one_place_for_five_minutes(db: Database, watch: Watch) -> None:
    browser = Browser(db)
    asked = await browser.ask()
    for person_id, context in ((BOB, "ses_1"), (ANN, "ses_2")):
        with pytest.raises(PasskeyRefused, match="something else"):
            await browser.register(person_id, context, options=asked)
    watch.advance(5 * MINUTE + 1)
    with pytest.raises(PasskeyRefused, match="expired"):
        await browser.register(options=asked)
    again = await browser.ask()
    watch.advance(5 * MINUTE)
    assert (await browser.register(options=again)).person_id == ANN


async def test_a_device_that_has_one_is_told_so_and_a_name_is_short(db: Database) -> None:
    browser = Browser(db)
    assert json.loads((await browser.ask()).options)["excludeCredentials"] == []
    passkey = await browser.register(name=" " * 3)
    assert passkey.name == "Passkey 1"
    options = json.loads((await browser.ask()).options)
    assert [each["id"] for each in options["excludeCredentials"]] == [passkey.credential_id]
    assert json.loads((await browser.ask(BOB)).options)["excludeCredentials"] == []
    chosen = options["authenticatorSelection"]
    assert (chosen["residentKey"], chosen["userVerification"]) == ("required", "required")
    assert (await Browser(db).register(name="x" * 61)).name == "x" * 60


async def test_an_account_has_twenty_passkeys_at_most(db: Database) -> None:
    async with db.writing() as unit:
        for number in range(19):
            passkey = Passkey(ANN, f"key-{number:04d}", b"key", 0, (), False, "Key", unit.now, None)
            assert await add_passkey(unit, passkey)
    last = await Browser(db).register()
    with pytest.raises(PasskeyRefused, match="as many passkeys"):
        await Browser(db).register()
    assert (await Browser(db).register(BOB)).person_id == BOB
    async with db.writing() as unit:
        assert await passkeys.remove(unit, ANN, last.credential_id)
    await Browser(db).register()


async def test_who_adds_or_removes_one_for_another_says_so_and_why(db: Database) -> None:
    passkey = await Browser(db).register(deed=CLERK)
    async with db.writing() as unit:
        assert await passkeys.remove(unit, ANN, passkey.credential_id, CLERK)
        own = await audit.history_of(unit, ANN)
    recorded = [(event.kind, event.subject_id, dict(event.data)) for event in own]
    assert sorted(recorded) == [
        ("passkey.added", passkey.credential_id, CLERK.data),
        ("passkey.removed", passkey.credential_id, CLERK.data),
    ]
    own_key = await Browser(db).register(BOB)
    async with db.reading() as unit:
        (event,) = await audit.history_of(unit, BOB)
    assert (event.subject_id, event.data) == (own_key.credential_id, {})


async def test_of_two_passkeys_one_is_removed(db: Database, watch: Watch) -> None:
    lost, kept = Browser(db), Browser(db)
    removed, other = await lost.register(), await kept.register()
    async with db.writing() as unit:
        assert await passkeys.remove(unit, ANN, removed.credential_id)
        assert [each.credential_id for each in await passkeys.list_passkeys(unit, ANN)] == [other.credential_id]
    watch.advance(SECOND)
    with pytest.raises(PasskeyRefused):
        await lost.sign_in(await lost.options())
    assert (await kept.sign_in(await kept.options())).credential_id == other.credential_id


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
