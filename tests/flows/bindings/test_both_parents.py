"""Two guardians who both confirmed a child's account supervise it together: it rests only when neither of them can."""

import asyncio

import pytest

from tests.support.authority import lock, unlock
from tests.support.bindings import states
from tests.support.country import Country
from tests.support.events import events_of, kinds
from tests.support.family import CANNOT_ACT, Family
from tests.support.pages import opened, taken_back
from tests.support.relying_party import Person
from tests.support.shortcuts import known
from tests.support.tokens import person_token
from tests.support.visitor import shown
from vneid_idp.bindings import service as bindings
from vneid_idp.bindings import standing_by
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.consent import service as consents
from vneid_idp.kernel.clock import DAY, to_rfc3339
from vneid_idp.use_cases.withdraw_consent import withdraw_consent


@pytest.fixture
async def both(family: Family) -> Family:
    """The aunt is a guardian too, and confirmed the account at the network as the mother had."""
    await family.guardians_are(family.mother, family.aunt)
    joined = await family.binds(family.aunt)
    assert (joined.status_code, joined.json()["state"]) == (200, "verified")
    return family


async def state(family: Family) -> str:
    return str((await family.stands())["state"])


@pytest.mark.parametrize("how", [*CANNOT_ACT, "guardian no more"])
@pytest.mark.parametrize("first", ["mother", "aunt"])
async def test_it_rests_only_when_neither_can_act(land: Country, both: Family, how: str, first: str) -> None:
    one, other = (both.mother, both.aunt) if first == "mother" else (both.aunt, both.mother)
    if how == "guardian no more":
        await both.guardians_are(other)
    else:
        await both.happens(CANNOT_ACT[how], one)
    stands = await both.stands()
    assert (stands["state"], stands["supervised"]) == ("verified", True)
    await both.happens(lock, other)
    assert await state(both) == "suspended"
    await both.happens(unlock, other)
    assert await state(both) == "verified"
    assert "binding.suspended" in await kinds(land, both.child.person_id)


async def test_of_two_who_were_locked_the_first_who_is_back_supervises(both: Family) -> None:
    await both.happens(lock, both.mother)
    await both.happens(lock, both.aunt)
    assert await state(both) == "suspended"
    # The aunt stood for it last; the mother confirmed it as well.
    await both.happens(unlock, both.mother)
    assert await state(both) == "verified"


@pytest.mark.parametrize(("meanwhile", "back"), [(None, True), ("withdrew", False), ("guardian no more", False)])
async def test_who_was_locked_and_replaced_meanwhile_stands_by_when_the_lock_ends(
    land: Country, family: Family, meanwhile: str | None, back: bool
) -> None:
    """As who was locked after the other had confirmed it: the lock took no more from her than from them."""
    await family.guardians_are(family.mother, family.aunt)
    await family.happens(lock, family.mother)
    if meanwhile == "guardian no more":
        await family.guardians_are(family.aunt)
    assert (await family.binds(family.aunt)).json()["state"] == "verified"
    if meanwhile == "guardian no more":
        await family.guardians_are(family.mother, family.aunt)
    if meanwhile == "withdrew":
        async with land.idp.db.reading() as unit:
            (consent,) = await consents.list_current(unit, family.mother.person_id)
        of, which = family.mother.person_id, consent.consent_id
        await land.idp.db.transact(lambda unit: withdraw_consent(unit, land.idp.vault, of, which))
    await family.happens(unlock, family.mother)
    assert await state(family) == "verified"
    await family.happens(lock, family.aunt)
    assert await state(family) == ("verified" if back else "suspended")
    await family.happens(unlock, family.aunt)
    await family.it_is_the_birthday()
    assert (await family.binds(family.child)).json()["method"] == "own_proof"
    if back:
        async with land.idp.db.reading() as unit:
            assert await consents.list_current(unit, family.mother.person_id) == [], "it ends with the own proof"


@pytest.mark.parametrize("how", [*CANNOT_ACT, "came back"])
async def test_nobody_takes_over_what_belongs_to_somebody_of_16(land: Country, both: Family, how: str) -> None:
    """The aunt agreed to what is told of a child; of the young person she lets nothing be told anew."""
    if how == "came back":
        await both.happens(lock, both.aunt)
        await both.happens(lock, both.mother)
        await both.it_is_the_birthday()
        await both.happens(unlock, both.aunt)
    else:
        await both.it_is_the_birthday()
        await both.happens(CANNOT_ACT[how], both.mother)
    stands = await both.stands()
    told = None if how == "forgotten" else "own_proof_required"  # with somebody who is forgotten all consent ends
    assert (stands["state"], stands["next_step"]) == ("suspended", told)
    assert (stands["level"], stands["age_band"]) == (None, None)
    assert "binding.proved" not in await kinds(land, both.child.person_id)
    assert (await both.binds(both.child)).json()["method"] == "own_proof"


async def test_until_it_is_known_when_a_child_was_born_nobody_takes_it_over(land: Country, both: Family) -> None:
    """Who joined under an earlier version stands by as before once the register has told of the child."""
    (binding,) = await in_the_ledger(land, both.child.person_id)
    async with land.idp.db.writing() as unit:
        await standing_by.leave(unit, both.child.person_id, binding.binding_id, both.aunt.person_id)
        await standing_by.stand_by(unit, binding, both.aunt.person_id, 2, None, None)
    await both.happens(lock, both.mother)
    assert await state(both) == "suspended"
    await both.happens(unlock, both.mother)
    await both.guardians_are(both.aunt, both.mother)
    await both.happens(lock, both.mother)
    assert await state(both) == "verified"


async def test_it_is_told_as_proved_when_whoever_supervises_it_now_proved_it(land: Country, both: Family) -> None:
    """And never the moment at which the other was locked, died or withdrew."""

    async def proved_at() -> object:
        return (await both.stands())["verified_at"]

    of_mother, of_aunt = await proved_at(), to_rfc3339(land.watch.now())
    assert of_mother != of_aunt
    land.watch.advance(DAY)
    await both.happens(lock, both.mother)
    assert await proved_at() == of_aunt
    await both.happens(lock, both.aunt)
    await both.happens(unlock, both.mother)
    assert await proved_at() == of_mother


async def test_one_of_two_withdraws_and_the_other_goes_on(land: Country, both: Family) -> None:
    for guardian, left in ((both.mother, "verified"), (both.aunt, "unverified")):
        async with land.idp.db.reading() as unit:
            (consent,) = await consents.list_current(unit, guardian.person_id)
        of, which = guardian.person_id, consent.consent_id
        await land.idp.db.transact(lambda unit, of=of, which=which: withdraw_consent(unit, land.idp.vault, of, which))  # type: ignore[misc]
        async with land.idp.db.reading() as unit:
            assert await consents.list_current(unit, of) == []
        live = [each for each in (await states(land, both.party)).values() if each is BindingState.VERIFIED]
        assert bool(live) == (left == "verified")


async def test_what_is_told_of_a_childs_account_is_shown_to_the_child_and_to_both_parents(
    land: Country, both: Family
) -> None:
    name, nothing = both.party.registered.client.client_name, "Chưa có dịch vụ nào"
    child, mother, aunt = [
        (await known(land, slug, "pwd", "sms")).person for slug in ("fifteen", "guardian", "complete")
    ]
    assert nothing not in (await opened(child, "/me")).text
    services = " ".join((await opened(child, "/me/services")).text.split())
    assert nothing not in services
    assert f"{name} 1 tài khoản đã liên kết" in services
    assert "nhóm tuổi của người giữ" in services
    assert f"Theo sự đồng ý của {both.mother.full_name}" in services
    of_mother, of_aunt = [(await opened(who, "/me/children")).text for who in (mother, aunt)]
    assert "Theo sự đồng ý của chính bạn" in of_mother
    assert f"Theo sự đồng ý của {both.mother.full_name}" in of_aunt
    # She also agreed to something of her own there.
    own = await person_token(land, both.party.registered, both.mother.person_id)
    assert own
    async with land.idp.db.reading() as unit:
        found = await consents.list_current(unit, both.mother.person_id)
    of_child, alone = sorted(found, key=lambda each: each.child_id is None)
    asks = " ".join((await opened(mother, f"/me/services/withdraw?consent={alone.consent_id}")).text.split())
    assert f"vẫn tiếp tục: {both.child.full_name}" in asks
    page = " ".join((await taken_back(mother, "/me/services/withdraw", consent=alone.consent_id)).text.split())
    assert f"vẫn còn hiệu lực: {both.child.full_name}" in page
    assert "nào về bạn. Các" not in page
    page = " ".join((await taken_back(mother, "/me/services/withdraw", consent=of_child.consent_id)).text.split())
    assert "không thể lấy thêm thông tin nào về bạn. Các" in page
    assert "tiếp tục theo sự đồng ý của người đó" in page
    assert f"Theo sự đồng ý của {both.aunt.full_name}" in (await opened(mother, "/me/children")).text


async def test_two_who_take_it_over_at_one_moment_both_supervise_it(land: Country, family: Family) -> None:
    third = land.people["plain"].record
    people = {each.person_id: each for each in (family.mother, family.aunt, third)}
    await family.guardians_are(*people.values())
    for _ in range(4):
        (binding,) = await in_the_ledger(land, family.child.person_id)
        one = people[str(binding.representative_id)]
        async with land.idp.db.writing() as unit:
            for guard in await standing_by.of_child(unit, family.child.person_id):
                await standing_by.leave(unit, guard.person_id, guard.binding_id, guard.guardian_id)
        await family.happens(lock, one)
        assert await state(family) == "suspended"
        others = [each for each in people.values() if each is not one]
        assert {each.status_code for each in await asyncio.gather(*map(family.binds, others))} == {200}
        (binding,) = await in_the_ledger(land, family.child.person_id)
        async with land.idp.db.reading() as unit:
            standing = {guard.guardian_id for guard in await standing_by.of_child(unit, family.child.person_id)}
        assert {binding.representative_id, *standing} >= {each.person_id for each in others}
        await family.happens(unlock, one)


async def in_the_ledger(land: Country, person_id: str) -> tuple[Binding, ...]:
    async with land.idp.db.reading() as unit:
        return await bindings.list_for_person(unit, person_id)


async def test_who_leaves_leaves_the_others_in_place(land: Country, both: Family) -> None:
    (binding,) = await in_the_ledger(land, both.child.person_id)
    others = [land.people[slug].record.person_id for slug in ("plain", "complete")]
    async with land.idp.db.writing() as unit:
        for guardian_id in others:
            await standing_by.stand_by(unit, binding, guardian_id, 2, None, None)
        await standing_by.leave(unit, both.child.person_id, binding.binding_id, others[0])
        left = {guard.guardian_id for guard in await standing_by.of_binding(unit, binding)}
    assert others[0] not in left
    assert others[1] in left


async def test_nobody_joins_without_having_confirmed_it(land: Country, family: Family) -> None:
    await family.guardians_are(family.mother, family.aunt)
    refused = await family.binds(family.aunt, link=False)
    assert (refused.status_code, refused.json()["code"]) == (403, "link_not_confirmed")
    await family.happens(lock, family.mother)
    assert await state(family) == "suspended"


async def test_a_guardian_is_shown_what_to_join_and_what_to_take_over(land: Country, family: Family) -> None:
    await family.guardians_are(family.mother, family.aunt)
    for befalls, advice in ((None, "Bạn cũng có thể giám sát"), (lock, "Bạn có thể tiếp nhận")):
        if befalls is not None:
            await family.happens(befalls, family.mother)
        page = await opened((await known(land, "complete")).person, "/me/accounts")
        assert f"Tài khoản của {family.child.full_name}" in page.text
        assert advice in page.text
        assert not {"binding"} & set(page.hidden), "what one does not supervise one cannot release"
    assert (await family.binds(family.aunt)).json()["state"] == "verified"
    page = await opened((await known(land, "complete")).person, "/me/accounts")
    assert "tiếp nhận" not in page.text


async def test_both_see_it_and_either_releases_it(land: Country, both: Family) -> None:
    _, aunt = people = [(await known(land, slug)).person for slug in ("guardian", "complete")]
    pages = [await opened(who, "/me/accounts") for who in people]
    for page in pages:
        assert both.child.full_name in page.text
        assert 'action="/me/accounts/release"' in page.response.text
    (binding,) = await states(land, both.party)
    asks = shown(await aunt.open("/me/accounts/release", binding=binding))
    assert "còn lại cũng không giám sát tài khoản này nữa" in asks.text
    done = shown(await aunt.submit(asks))
    assert "kể cả cha, mẹ hoặc người giám hộ còn lại" in done.text
    assert await states(land, both.party) == {binding: BindingState.RELEASED}
    joined = [data for kind, data in await events_of(land, "fifteen") if kind == "binding.joined"]
    assert [data["guardian_id"] for data in joined] == [both.aunt.person_id]


async def test_each_reads_in_the_own_history_what_befell_the_account_and_who_did_it(
    land: Country, both: Family
) -> None:
    child, mother, aunt = both.child.full_name, both.mother.full_name, both.aunt.full_name

    async def read() -> list[str]:
        return [
            (await opened((await known(land, slug)).person, "/me/history")).text
            for slug in ("fifteen", "guardian", "complete")
        ]

    of_child, of_mother, of_aunt = await read()
    assert f"{mother} đã liên kết một tài khoản tại" in of_child
    assert f"{aunt} cũng giám sát tài khoản của bạn" in of_child
    assert "Bạn đã liên kết một tài khoản tại" in of_mother
    assert f"{aunt} cũng giám sát tài khoản của {child}" in of_mother
    assert f"Bạn cũng giám sát tài khoản của {child}" in of_aunt
    # It goes from one to the other, and rests when neither can act.
    await both.happens(lock, both.mother)
    await both.happens(lock, both.aunt)
    await both.happens(unlock, both.aunt)
    await both.happens(unlock, both.mother)
    of_child, of_mother, of_aunt = await read()
    assert f"Từ nay, {aunt} giám sát tài khoản của bạn" in of_child
    assert "tự xác thực" not in of_child, "what others did, the child did not"
    assert f"Cha, mẹ hoặc người giám hộ khác giám sát tài khoản của {child}" in of_mother
    assert f"Từ nay, bạn giám sát tài khoản của {child}" in of_aunt
    for page in (of_mother, of_aunt):
        assert f"Liên kết với tài khoản của {child}" in page
    (binding,) = await states(land, both.party)
    await taken_back((await known(land, "complete")).person, "/me/accounts/release", binding=binding)
    of_child, of_mother, of_aunt = await read()
    assert f"{aunt} đã hủy liên kết với tài khoản của bạn" in of_child
    assert f"{aunt} đã hủy liên kết với tài khoản của {child}" in of_mother
    assert f"Bạn đã hủy liên kết với tài khoản của {child}" in of_aunt


async def test_what_guardians_agreed_to_ends_when_the_young_person_proves_the_last_account(
    land: Country, both: Family
) -> None:
    assert (await both.binds(both.mother, account="2000")).status_code == 201
    await both.it_is_the_birthday()

    async def standing() -> list[str]:
        async with land.idp.db.reading() as unit:
            of = [(who, await consents.list_current(unit, who.person_id)) for who in (both.mother, both.aunt)]
        return [who.full_name for who, found in of if found]

    assert await standing() == [both.mother.full_name, both.aunt.full_name]
    assert (await both.binds(both.child)).json()["method"] == "own_proof"
    assert await standing() == [both.mother.full_name], "under hers another account counts"
    assert (await both.binds(both.child)).status_code == 200, "which ends nothing more"
    assert await standing() == [both.mother.full_name]
    assert (await both.binds(both.child, account="2000")).json()["method"] == "own_proof"
    assert await standing() == []
    assert (await both.stands())["state"] == "verified"
    mother = (await known(land, "guardian")).person
    ended = f"{both.child.full_name} đã đủ tuổi và tự xác thực tài khoản tại Mạng thử"
    assert ended in (await opened(mother, "/me/history")).text
    services = await opened(mother, "/me/services")
    assert both.child.full_name in services.text, "the consent that ended, and its receipts, are kept and named"
    assert "biên nhận" in services.text
    assert "đồng ý lại" not in services.text, "it is not hers to undo"


async def test_after_the_birthday_the_own_pages_say_by_whose_consent_it_is_told_and_where_it_stands(
    land: Country, both: Family
) -> None:
    await both.it_is_the_birthday()
    young, mother, aunt = [
        (await known(land, slug, "pwd", "sms")).person for slug in ("fifteen", "guardian", "complete")
    ]

    async def reads(who: Person, where: str) -> str:
        return " ".join((await opened(who, f"/me/{where}")).text.split())

    by = f"Theo sự đồng ý của {both.mother.full_name}, người đã liên kết tài khoản. Nay không còn ai giám sát"
    assert by in await reads(young, "services")
    assert f"biết về tài khoản theo sự đồng ý của {both.mother.full_name}." in await reads(young, "accounts")
    accounts, services = await reads(mother, "accounts"), await reads(mother, "services")
    assert "nay đã đủ tuổi tự quyết định nằm ở trang của chính người đó" in accounts
    assert "cho đến khi người đó tự xác thực, hoặc khi bạn rút lại" in services
    assert "Xem giá trị ở mục" not in services, "they do not stand there"
    assert "khác cũng giám sát" not in services, "nobody takes it over"
    assert "không còn tài khoản nào được cho biết theo sự đồng ý này" in await reads(aunt, "services")
    async with land.idp.db.reading() as unit:
        (consent,) = await consents.list_current(unit, both.mother.person_id)
    asks = await reads(mother, f"services/withdraw?consent={consent.consent_id}")
    assert "Tài khoản đã liên kết này bị hủy liên kết" in asks
    assert "Trong một phút" not in asks, "nor may she agree for them again"


async def test_a_child_reads_who_supervises_the_own_account_and_since_when(land: Country, both: Family) -> None:
    both_names = f"Người giám sát: {both.mother.full_name}, {both.aunt.full_name} · từ ngày 21/11/2026"

    async def reads() -> str:
        return (await opened((await known(land, "fifteen")).person, "/me/accounts")).text

    assert both_names in await reads()
    await both.happens(lock, both.mother)
    supervised = await reads()
    assert f"Người giám sát: {both.aunt.full_name} ·" in supervised
    assert both.mother.full_name not in supervised, "she cannot act now"
    await both.happens(lock, both.aunt)
    assert "Người giám sát:" not in await reads(), "it rests"
    await both.happens(unlock, both.aunt)
    aunt = (await known(land, "complete")).person
    assert "Người giám sát:" not in (await opened(aunt, "/me/accounts")).text, "it is not theirs"
    await both.it_is_the_birthday()
    assert "Người giám sát:" not in await reads()
