"""A child's account and who supervises it: whoever cannot act any more, another takes over, and the child grows up."""

import re
from typing import Any

import pytest

from tests.support.authority import change, die, lock, unlock
from tests.support.bindings import ACCOUNTS, bind, states
from tests.support.country import Country
from tests.support.events import events_of, kinds
from tests.support.family import ACCOUNT, CANNOT_ACT, Family
from tests.support.pages import opened, taken_back
from tests.support.shortcuts import known
from tests.support.tokens import person_token
from vneid_idp.bindings.engine import service as bindings
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import BindingState, Move
from vneid_idp.identity.register.records import RegistryUnavailable


@pytest.mark.parametrize("followed", [True, False])
async def test_another_guardian_takes_over_and_can_release_it(land: Country, family: Family, followed: bool) -> None:
    await family.guardians_are(family.aunt, followed=followed)
    stands = await family.stands()
    step = "guardian_required" if followed else None
    assert (stands["state"], stands["next_step"]) == ("suspended" if followed else "verified", step)
    assert [each["next_step"] for each in await family.listed()] == [step]
    assert (await family.read(stands["binding_id"]))["next_step"] == step
    refused = await family.binds(family.mother)
    assert (refused.status_code, refused.json()["code"]) == (403, "guardian_required")
    taken = await family.binds(family.aunt)
    assert taken.status_code == 200
    assert {name: taken.json()[name] for name in ("state", "method", "supervised", "next_step")} == {
        "state": "verified",
        "method": "guardian",
        "supervised": True,
        "next_step": None,
    }
    assert (await family.stands())["state"] == "verified"
    aunt = (await known(land, "complete")).person
    page = await opened(aunt, "/me/accounts")
    assert family.child.full_name in page.text
    binding = taken.json()["binding_id"]
    assert binding not in (await opened((await known(land, "guardian")).person, "/me/accounts")).response.text
    assert (await taken_back(aunt, "/me/accounts/release", binding=binding)).path == "/me/accounts"
    assert await states(land, family.party) == {binding: BindingState.RELEASED}
    assert (await kinds(land, family.child.person_id))["binding.proved"] == 1


@pytest.mark.parametrize("first", ["child", "mother"])
@pytest.mark.parametrize("child", ["locked", "died"])
async def test_where_no_guardian_would_help_none_is_asked_for_and_no_more_is_told(
    land: Country, family: Family, child: str, first: str
) -> None:
    befalls = [(CANNOT_ACT[child], family.child), (CANNOT_ACT["locked"], family.mother)]
    for what, person in befalls if first == "child" else reversed(befalls):
        await family.happens(what, person)
    stands = await family.stands()
    assert (stands["state"], stands["next_step"]) == ("suspended", None)
    # Whoever agreed to more represents the child no longer, whatever has befallen the child as well.
    assert set(stands["withheld"]) == {"level", "method", "verified_at", "age_band", "supervised"}
    assert (stands["level"], stands["age_band"]) == (None, None)
    assert not may_post(stands)
    assert await family.listed() == [stands]


async def test_another_account_of_the_child_that_does_not_rest_is_told_as_before(family: Family) -> None:
    await family.guardians_are(family.mother, family.aunt)
    other = (await family.binds(family.aunt, account="another")).json()
    assert (await family.binds(family.mother, account="a third")).status_code == 201
    await family.happens(lock, family.mother)
    assert (await family.stands())["level"] is None
    told = await family.read(other["binding_id"])
    assert (told["state"], told["level"], told["withheld"]) == ("verified", 2, [])
    assert told in await family.listed()


async def test_the_own_pages_list_of_what_rests_as_little_as_the_network_is_told(land: Country, family: Family) -> None:
    child, band = (await known(land, "fifteen")).person, "nhóm tuổi của người giữ"
    assert band in (await opened(child, "/me/services")).text
    await family.happens(lock, family.mother)
    services, accounts = [" ".join((await opened(child, f"/me/{at}")).text.split()) for at in ("services", "accounts")]
    assert "Được nhận: tài khoản được làm gì." in services
    assert "Hiện không ai đang giám sát tài khoản này có thể thực hiện" in accounts, "why it rests, and who can help"
    assert "họ đăng nhập tài khoản này tại Mạng thử" in accounts
    told, kept = accounts.split("Không cho biết:")
    assert "Được phép làm gì" in told
    assert "Từ đủ 13 đến dưới 16 tuổi" not in accounts
    assert "nhóm tuổi" in kept


def may_post(stands: dict[str, Any]) -> bool:
    """Of an answer that says so: one without the capability is neither."""
    (post,) = (capability for capability in stands["capabilities"] if capability["action"] == "post")
    return bool(post["allowed"])


@pytest.mark.parametrize("how", ["guardian no more", *CANNOT_ACT])
async def test_the_young_person_takes_over_at_sixteen(land: Country, family: Family, how: str) -> None:
    if how == "guardian no more":
        await family.guardians_are()
    else:
        await family.happens(CANNOT_ACT[how], family.mother)
    refused = await family.binds(family.child)
    assert (refused.status_code, refused.json()["code"]) == (403, "guardian_required")
    # With the mother's data goes what she agreed to tell.
    assert (await family.stands())["next_step"] == (None if how == "forgotten" else "guardian_required")
    await family.it_is_the_birthday()
    stands = await family.stands()
    step = None if how == "forgotten" else "own_proof_required"
    assert (stands["state"], stands["next_step"]) == ("suspended", step)
    taken = await family.binds(family.child)
    assert taken.status_code == 200
    assert (taken.json()["state"], taken.json()["method"], taken.json()["next_step"]) == ("verified", "own_proof", None)
    stands = await family.stands()
    assert (stands["state"], stands["supervised"]) == ("verified", False)
    assert may_post(stands)


async def test_a_young_person_without_a_card_takes_nothing_over(land: Country, family: Family) -> None:
    """Not by what was granted while there was one either."""
    card = family.child.card
    assert card is not None
    await family.happens(lock, family.mother)
    await family.it_is_the_birthday()
    token = await person_token(land, family.party.registered, family.child.person_id)
    await change(land, family.child.person_id, card=None)
    await family.follows()
    async with land.browser() as network:
        headers = {"Authorization": f"Bearer {token}"}
        answer = await network.post(ACCOUNTS, headers=headers, json={"account_id": ACCOUNT})
    assert answer.status_code == 401
    assert (await family.stands())["state"] == "suspended"
    await change(land, family.child.person_id, card=card)
    await family.follows()
    assert (await family.binds(family.child)).status_code == 200
    assert (await family.stands())["state"] == "verified"


@pytest.mark.parametrize("how", CANNOT_ACT)
async def test_without_a_guardian_who_can_act_a_childs_account_rests(land: Country, family: Family, how: str) -> None:
    own = await bind(land, family.party, "aunt", family.aunt.person_id)
    await family.happens(CANNOT_ACT[how], family.mother)
    stands = await family.stands()
    assert stands["state"] == "suspended"
    assert how == "forgotten" or not may_post(stands)
    # Who agreed to tell more of the child's account speaks for the child no longer.
    assert {member: stands[member] for member in stands["withheld"]} == dict.fromkeys(stands["withheld"])
    assert {"level", "age_band", "method", "supervised", "verified_at"} <= set(stands["withheld"])
    assert (await states(land, family.party))[own] is BindingState.VERIFIED
    # What the register says of the child by the way wakes nothing, nor does the other parent's name in it.
    await family.guardians_are(family.mother, family.aunt)
    assert (await family.stands())["state"] == "suspended"
    assert (await family.binds(family.aunt)).json()["state"] == "verified"
    assert (await family.stands())["supervised"]
    recorded = [(kind, data) for kind, data in await events_of(land, "fifteen") if kind.startswith("binding.")]
    ours = {"kind": "social_account"}
    proof = {**ours, "method": "guardian", "level": 2}
    assert recorded == [
        (
            "binding.proved",
            {**proof, "guardian_id": family.aunt.person_id, "former_guardian_id": family.mother.person_id},
        ),
        ("binding.resumed", {**ours, "by": "provider"}),
        ("binding.suspended", {**ours, "by": "provider"}),
        ("binding.verified", {**proof, "guardian_id": family.mother.person_id}),
    ]
    async with land.idp.db.reading() as unit:
        listed = await bindings.list_for_client(unit, SOCIAL_ACCOUNT, family.party.client_id)
    assert {each.representative_id for each in listed} == {None, family.aunt.person_id}


async def test_when_the_lock_ends_the_guardian_supervises_again(land: Country, family: Family) -> None:
    await family.happens(lock, family.mother)
    await family.happens(unlock, family.mother)
    assert (await family.stands())["state"] == "verified"
    recorded = await kinds(land, family.child.person_id)
    assert (recorded["binding.suspended"], recorded["binding.resumed"]) == (1, 1)


@pytest.mark.parametrize("lock_first", [True, False])
async def test_the_end_of_a_lock_does_not_wake_what_a_lost_guardianship_stopped(
    family: Family, lock_first: bool
) -> None:
    if lock_first:
        await family.happens(lock, family.mother)
    await family.guardians_are()
    if not lock_first:
        await family.happens(lock, family.mother)
    await family.happens(unlock, family.mother)
    assert (await family.stands())["state"] == "suspended"
    await family.guardians_are(family.mother)
    assert (await family.stands())["state"] == "verified"


@pytest.mark.parametrize("whose", ["here", "register"])
async def test_nor_what_the_childs_own_lock_stopped(family: Family, whose: str) -> None:
    await family.child_is_locked(whose, stands=True)
    for what in (lock, unlock):
        await family.happens(what, family.mother)
        assert (await family.stands())["state"] == "suspended"
    await family.child_is_locked(whose, stands=False)
    assert (await family.stands())["state"] == "verified"


@pytest.mark.parametrize("first_to_lock", ["mother", "child"])
@pytest.mark.parametrize("first_to_unlock", ["mother", "child"])
@pytest.mark.parametrize("whose", ["here", "register"])
async def test_of_two_locks_the_last_to_end_wakes_it(
    family: Family, first_to_lock: str, first_to_unlock: str, whose: str
) -> None:
    """Whichever of guardian and child is locked first, and whichever is free first: it rests while one is locked."""

    async def locked(name: str, *, stands: bool) -> None:
        if name == "child":
            await family.child_is_locked(whose, stands=stands)
        else:
            await family.happens(lock if stands else unlock, family.mother)

    for name in sorted(("mother", "child"), key=lambda each: each != first_to_lock):
        await locked(name, stands=True)
        assert (await family.stands())["state"] == "suspended"
    await locked(first_to_unlock, stands=False)
    assert (await family.stands())["state"] == "suspended"
    await locked("child" if first_to_unlock == "mother" else "mother", stands=False)
    assert (await family.stands())["state"] == "verified"


async def test_each_account_of_a_child_rests_for_its_own_guardian(land: Country, family: Family) -> None:
    await family.guardians_are(family.mother, family.aunt)
    (mothers,) = await states(land, family.party)
    aunts = await bind(land, family.party, "2000", family.child.person_id, family.aunt.person_id)
    for who in (family.mother, family.aunt):
        await family.happens(lock, who)
    assert set((await states(land, family.party)).values()) == {BindingState.SUSPENDED}
    await family.happens(unlock, family.mother)
    assert await states(land, family.party) == {mothers: BindingState.VERIFIED, aunts: BindingState.SUSPENDED}
    await family.happens(unlock, family.aunt)
    assert set((await states(land, family.party)).values()) == {BindingState.VERIFIED}


async def test_a_lock_of_the_one_before_is_nothing_to_the_one_who_took_over(family: Family) -> None:
    await family.guardians_are(family.aunt)
    await family.binds(family.aunt)
    for what in (lock, unlock, die):
        await family.happens(what, family.mother)
        assert (await family.stands())["state"] == "verified"
    await family.happens(lock, family.aunt)
    assert (await family.stands())["state"] == "suspended"


@pytest.mark.parametrize("grown", [False, True])
async def test_what_rests_for_another_reason_no_proof_wakes_and_the_refusal_says_so(
    land: Country, family: Family, grown: bool
) -> None:
    """Never a 200 with a state in which nothing goes on."""
    (binding,) = await states(land, family.party)
    await land.idp.db.transact(
        lambda unit: bindings.move(unit, SOCIAL_ACCOUNT, family.party.client_id, binding, Move.SUSPEND)
    )
    await family.guardians_are(family.aunt)
    if grown:
        await family.it_is_the_birthday()
    refused = await family.binds(family.child if grown else family.aunt)
    assert (refused.status_code, refused.json()["code"]) == (409, "binding_suspended")
    assert (await family.stands())["state"] == "suspended"


async def test_the_overview_counts_what_the_list_shows(land: Country, family: Family) -> None:
    await bind(land, family.party, "mother", family.mother.person_id)
    mother = (await known(land, "guardian")).person

    async def counted() -> tuple[int, int]:
        overview = await opened(mother, "/me")
        listed = await opened(mother, "/me/accounts")
        found = re.search(r"(\d+) tài khoản", overview.text)
        assert found is not None, overview.text
        return int(found[1]), listed.response.text.count('<li class="thing" id="')

    assert await counted() == (2, 2)
    await family.guardians_are()
    assert await counted() == (1, 1)


async def test_the_overview_goes_on_while_nobody_can_say_whose_guardian_she_is(
    land: Country, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bind(land, family.party, "mother", family.mother.person_id)
    mother = (await known(land, "guardian")).person

    async def out(*_: Any) -> None:
        raise RegistryUnavailable

    monkeypatch.setattr(type(land.idp.registry), "find_many", out)
    assert "1 tài khoản" in (await opened(mother, "/me")).text
