"""One-time codes and sessions, on both databases, also many at once."""

import asyncio
from collections import Counter
from dataclasses import replace

from tests.support.people import BLIND, SEALER
from tests.support.watch import Watch
from vneid_idp.audit import service as audit
from vneid_idp.delivery.sender import Delivery
from vneid_idp.identity.factors import otp, sessions
from vneid_idp.identity.factors.typed_codes import CodeVerdict
from vneid_idp.kernel.clock import HOUR, MINUTE, SECOND
from vneid_idp.protocol.levels import SignInMethod
from vneid_idp.storage.unit import Database, Reading

ANN, BOB = "per_ann", "per_bob"
PHONE = "+84950000001"


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
    assert codes.messages[0].not_after == watch.now() + 5 * MINUTE, "a late message would bring a code that is over"
    watch.advance(5 * MINUTE - 1)
    assert await codes.type(codes.wrong) is CodeVerdict.WRONG
    watch.advance(1)
    assert await codes.type(codes.last) is CodeVerdict.SPENT


async def test_a_new_code_replaces_the_old_but_not_too_soon_nor_too_often(db: Database, watch: Watch) -> None:
    codes = Codes(db)
    await codes.ask()
    watch.advance(30 * SECOND - 1)
    assert not (await codes.ask()).sent
    watch.advance(1)
    old = codes.last
    for _ in range(4):
        assert (await codes.ask()).sent
        watch.advance(30 * SECOND)
    assert not (await codes.ask()).sent
    assert len(codes.messages) == 5
    if old != codes.last:
        assert await codes.type(old) is CodeVerdict.WRONG
    assert await codes.type(codes.last) is CodeVerdict.RIGHT


async def test_a_new_code_is_tried_from_the_beginning(db: Database, watch: Watch) -> None:
    """Whatever became of the one before: tried too often, used, or too old."""
    codes = Codes(db)
    await codes.ask()
    assert [await codes.type(codes.wrong) for _ in range(5)][-1] is CodeVerdict.SPENT
    watch.advance(30 * SECOND)
    await codes.ask()
    assert [await codes.type(codes.wrong) for _ in range(4)] == [CodeVerdict.WRONG] * 4
    assert await codes.type(codes.last) is CodeVerdict.RIGHT
    watch.advance(5 * MINUTE)
    await codes.ask()
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


async def ended(unit: Reading, person_id: str) -> list[str]:
    """The sessions whose end stands in somebody's history."""
    history = await audit.history_of(unit, person_id)
    return sorted(str(event.subject_id) for event in history if event.kind == "session.ended")


async def test_a_session_opens_gains_methods_and_ends(db: Database, watch: Watch) -> None:
    async with db.writing() as unit:
        session = await sessions.open_session(unit, ANN, (SignInMethod("pwd", unit.now),))
    watch.advance(MINUTE)
    async with db.writing() as unit:
        assert await sessions.find_session(unit, ANN, session.session_id) == session
        assert await sessions.find_session(unit, BOB, session.session_id) is None
        more = await sessions.add_method(unit, session, SignInMethod("sms", unit.now))
        assert more is not None
        assert [method.name for method in more.methods] == ["pwd", "sms"]
        again = await sessions.add_method(unit, more, SignInMethod("pwd", unit.now))
        assert again is not None
        assert again.methods == (SignInMethod("sms", unit.now), SignInMethod("pwd", unit.now))
        assert await sessions.find_session(unit, ANN, session.session_id) == again
        assert [await sessions.find_named(unit, cookie) for cookie in (session, more, again)] == [None, None, again]
        assert await sessions.end_session(unit, ANN, session.session_id)
        assert not await sessions.end_session(unit, ANN, session.session_id)
        assert await ended(unit, ANN) == [session.session_id]
        assert await sessions.find_session(unit, ANN, session.session_id) is None
        assert await sessions.add_method(unit, again, SignInMethod("pwd", unit.now)) is None


async def test_a_session_expires(db: Database, watch: Watch) -> None:
    async with db.writing() as unit:
        session = await sessions.open_session(unit, ANN, (SignInMethod("hwk", unit.now),), HOUR)
        longer = await sessions.open_session(unit, ANN, (SignInMethod("hwk", unit.now),))
    watch.advance(HOUR)
    async with db.reading() as unit:
        assert await sessions.find_session(unit, ANN, session.session_id) is None
        assert await sessions.list_sessions(unit, ANN) == (longer,)
    for wait, stands in ((11 * HOUR - 1, True), (1, False)):
        watch.advance(wait)
        async with db.reading() as unit:
            assert (await sessions.find_session(unit, ANN, longer.session_id) is not None) is stands


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
        assert await ended(unit, ANN) == sorted(each.session_id for each in opened)
        assert await ended(unit, BOB) == []
        assert await sessions.find_session(unit, BOB, other.session_id) == other


async def test_of_proofs_added_at_once_with_one_cookie_one_counts(db: Database) -> None:
    async with db.writing() as unit:
        session = await sessions.open_session(unit, ANN, ())

    async def add(name: str) -> sessions.Session | None:
        return await db.transact(lambda unit: sessions.add_method(unit, session, SignInMethod(name, unit.now)))

    added = await asyncio.gather(*(add(name) for name in ("pwd", "pin", "sms", "hwk")))
    async with db.reading() as reading:
        assert [each for each in added if each] == [await sessions.find_session(reading, ANN, session.session_id)]
