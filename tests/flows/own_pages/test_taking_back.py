"""What a person takes back is asked once, ends at once, and may be agreed to again for a minute: freshly, with a page
and a receipt, and never against what holds by then."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from tests.support.bindings import bind, states
from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.events import events_of
from tests.support.pages import opened, post, taken_back
from tests.support.relying_party import Page, RelyingParty
from tests.support.shortcuts import Known, known
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.clients import service as clients
from vneid_idp.consent import service as consents
from vneid_idp.consent.service import Consent, Shown
from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.protocol.claims import CHILD_ACCOUNT, SOCIAL_ACCOUNT, Decision

VERIFIED, RELEASED = BindingState.VERIFIED, BindingState.RELEASED
AGREE, LINK = "/me/services/again", "/me/accounts/again"


@dataclass
class Scene:
    """Somebody at level 2 with a consent and an account linked under it."""

    land: Country
    party: RelyingParty
    someone: Known
    consent_id: str
    binding_id: str

    async def current(self) -> list[Consent]:
        """The consents that stand."""
        async with self.land.idp.db.reading() as unit:
            return await consents.list_current(unit, self.someone.person_id)

    async def receipts(self) -> int:
        """How many there are."""
        async with self.land.idp.db.reading() as unit:
            return len(await consents.list_receipts(unit, self.someone.person_id, self.party.client_id))

    async def states(self) -> list[BindingState]:
        """Those of all accounts, the first first."""
        return [state for _, state in sorted((await states(self.land, self.party)).items())]

    async def withdraw(self) -> Page:
        """Withdraw, and land where it is offered to agree again."""
        return await taken_back(self.someone.person, "/me/services/withdraw", consent=self.consent_id)

    async def release(self) -> Page:
        """Release, and land where it is offered to link again."""
        return await taken_back(self.someone.person, "/me/accounts/release", binding=self.binding_id)

    async def press(self, page: Page, action: str) -> Page:
        """Undo, by the button of the page."""
        return await post(self.someone.person, page, action, **offer(page, action))


def offer(page: Page, action: str) -> dict[str, str]:
    """What the form says that offers it."""
    form = re.search(rf'<form action="{action}" method="post">(.*?)</form>', page.response.text, re.DOTALL)
    assert form, page.text
    return dict(re.findall(r'name="(consent|binding|seen)" value="([^"]+)"', form[1]))


@pytest.fixture
async def scene(land: Country, party: RelyingParty) -> Scene:
    someone = await known(land, "complete", "pwd", "sms")
    decided = {
        "full_name": Decision("account", 1, given=True),
        "gender": Decision("account", 1, given=False),
        SOCIAL_ACCOUNT: Decision("account", 1, given=True),
    }
    async with land.idp.db.writing() as unit:
        shown = Shown("text", "vi")
        given = await consents.give(unit, someone.person_id, party.client_id, decided, shown, alone_from=16)
    binding = await bind(land, party, "42", someone.person_id, consent_id=given.consent_id)
    return Scene(land, party, someone, given.consent_id, binding)


async def test_both_are_asked_once_and_say_what_follows(scene: Scene) -> None:
    who = scene.someone.person
    asks = await opened(who, f"/me/services/withdraw?consent={scene.consent_id}")
    assert "họ, chữ đệm và tên" in asks.text
    assert scene.binding_id in asks.text, "it says which account is released"
    assert "20 ngày" in asks.text
    assert "Dịch vụ biết việc này khi hỏi lại lần tới" in asks.text, "it registered no address for log-outs"
    asks = await opened(who, f"/me/accounts/release?binding={scene.binding_id}")
    assert scene.binding_id in asks.text
    assert await scene.states() == [VERIFIED], "asking does nothing"
    assert len(await scene.current()) == 1


@pytest.mark.parametrize("service", ["hears", "hears, but is out of service", "registered no address"])
async def test_only_a_service_that_hears_of_a_withdrawal_is_said_to_be_told(land: Country, service: str) -> None:
    back = None if service == "registered no address" else "https://rp.example/back"
    party, someone = RelyingParty(land, await land.register(backchannel_logout_uri=back)), await known(land)
    consent_id = await someone.agree(party, "full_name")
    if "out of service" in service:
        await land.idp.db.transact(lambda unit: clients.disable(unit, party.client_id, DEED))
    asks = await opened(someone.person, f"/me/services/withdraw?consent={consent_id}")
    assert ("Dịch vụ được thông báo" in asks.text) == (service == "hears")
    assert ("khi hỏi lại lần tới" in asks.text) == (service != "hears")


async def test_who_agrees_again_within_the_minute_gives_a_fresh_consent_and_links_each_account_by_itself(
    scene: Scene,
) -> None:
    page = await scene.withdraw()
    assert (await scene.current(), await scene.states()) == ([], [RELEASED]), "nothing waits for the minute"
    before = await scene.receipts()
    page = await scene.press(page, AGREE)
    (fresh,) = await scene.current()
    assert fresh.consent_id != scene.consent_id
    assert {name: decision.given for name, decision in fresh.decisions.items()} == {
        "full_name": True, "gender": False, SOCIAL_ACCOUNT: True,
    }  # fmt: skip
    assert await scene.receipts() == before + 1
    assert await scene.states() == [RELEASED], "an account is linked by nothing but its own confirmation"

    page = await scene.press(page, LINK)
    assert await scene.states() == [RELEASED, VERIFIED]
    assert await scene.receipts() == before + 2
    kinds = [kind for kind, _ in await events_of(scene.land, "complete")]
    assert kinds.count("link.confirmed") == 1
    assert "Hoàn tác" not in page.text
    # It stands under the consent that stands, and ends with it.
    page = await taken_back(scene.someone.person, "/me/services/withdraw", consent=fresh.consent_id)
    assert await scene.states() == [RELEASED, RELEASED]
    page = await scene.press(page, AGREE)
    assert page.response.text.count(f'action="{LINK}"') == 1, "one account was released, twice"


async def test_the_receipt_is_what_the_page_said(scene: Scene) -> None:
    page = await scene.release()
    await scene.press(page, LINK)
    async with scene.land.idp.db.reading() as unit:
        receipt = (await consents.list_receipts(unit, scene.someone.person_id, scene.party.client_id))[0]
    assert " ".join(receipt.shown.split()) in " ".join(page.text.split())
    assert "tài khoản bạn vừa hủy liên kết" in receipt.shown
    assert "Hoàn tác" not in receipt.shown, "that is the word of a button, which the receipt never had"
    assert scene.someone.person.persona.record.full_name not in receipt.shown


async def test_a_tap_too_late_does_nothing(scene: Scene) -> None:
    page = await scene.release()
    scene.land.watch.advance(MINUTE + SECOND)
    refused = await scene.press(page, LINK)
    assert refused.response.status_code == 409
    assert "Hoàn tác" not in (await opened(scene.someone.person, "/me/accounts")).text
    page = await scene.withdraw()
    scene.land.watch.advance(MINUTE + SECOND)
    refused = await scene.press(page, AGREE)
    assert refused.response.status_code == 409
    assert (await scene.current(), await scene.states()) == ([], [RELEASED])


async def taken_by_another(scene: Scene) -> None:
    await bind(scene.land, scene.party, "42", scene.land.people["plain"].record.person_id)


async def out_of_service(scene: Scene) -> None:
    await scene.land.idp.db.transact(lambda unit: clients.disable(unit, scene.party.client_id, DEED))


async def withdrawn(scene: Scene) -> None:
    await scene.withdraw()


async def other_text(scene: Scene) -> None:
    """The page was read in another language than the one that the form comes back in."""
    await opened(scene.someone.person, "/me/accounts?lang=en")


Meanwhile = Callable[[Scene], Awaitable[None]]


@pytest.mark.parametrize("meanwhile", [taken_by_another, out_of_service, withdrawn, other_text])
async def test_nothing_is_linked_again_against_what_changed_meanwhile(scene: Scene, meanwhile: Meanwhile) -> None:
    page = await scene.release()
    fields = offer(page, LINK)
    await meanwhile(scene)
    before = await scene.receipts()
    refused = await post(scene.someone.person, page, LINK, **fields)
    assert refused.response.status_code == 409
    mine = [b for b in await states(scene.land, scene.party) if b == scene.binding_id]
    assert (await states(scene.land, scene.party))[mine[0]] == RELEASED
    assert await scene.receipts() == before
    assert "link.confirmed" not in [kind for kind, _ in await events_of(scene.land, "complete")]


async def test_two_tabs_undo_once(scene: Scene) -> None:
    page = await scene.release()
    fields = offer(page, LINK)
    for _ in range(2):
        done = await post(scene.someone.person, page, LINK, **fields)
        assert (done.response.status_code, done.path) == (200, "/me/accounts"), "both tabs are told what holds"
    assert await scene.states() == [RELEASED, VERIFIED]
    assert [kind for kind, _ in await events_of(scene.land, "complete")].count("link.confirmed") == 1


async def test_who_agrees_again_twice_is_told_twice_that_it_holds(scene: Scene) -> None:
    page = await scene.withdraw()
    before, fields = await scene.receipts(), offer(page, AGREE)
    for _ in range(2):
        done = await post(scene.someone.person, page, AGREE, **fields)
        assert (done.response.status_code, done.path) == (200, "/me/accounts")
    assert await scene.receipts() == before + 1


async def test_two_tabs_at_one_moment_leave_one_receipt(scene: Scene) -> None:
    before = await scene.receipts()
    for rounds in range(1, 4):
        page = await scene.release()
        fields = offer(page, LINK)
        done = await asyncio.gather(*(post(scene.someone.person, page, LINK, **fields) for _ in range(4)))
        assert {each.response.status_code for each in done} == {200}
        assert await scene.receipts() == before + rounds, "a receipt proves a link that was made"
        (scene.binding_id,) = [
            name for name, state in (await states(scene.land, scene.party)).items() if state == VERIFIED
        ]
    assert [kind for kind, _ in await events_of(scene.land, "complete")].count("link.confirmed") == rounds


async def test_what_the_network_released_is_the_networks_to_ask_for(scene: Scene) -> None:
    from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT as KIND
    from vneid_idp.use_cases.release_binding import release_for_client

    client = scene.party.registered.client
    await scene.land.idp.db.transact(lambda unit: release_for_client(unit, KIND, client, scene.binding_id))
    assert "Hoàn tác" not in (await opened(scene.someone.person, "/me/accounts")).text


async def test_who_signed_in_with_one_proof_links_nothing_again_and_is_promised_nothing_else(
    land: Country, scene: Scene
) -> None:
    weak = await known(land, "complete", "pwd")
    asks = await opened(weak.person, f"/me/services/withdraw?consent={scene.consent_id}")
    assert "đồng ý lại như cũ" in asks.text
    assert "vẫn ở trạng thái đã hủy liên kết" in asks.text
    asks = await opened(weak.person, f"/me/accounts/release?binding={scene.binding_id}")
    assert "lần chạm" not in asks.text
    page = await taken_back(weak.person, "/me/accounts/release", binding=scene.binding_id)
    assert "Hoàn tác" not in page.text
    page = await taken_back(weak.person, "/me/services/withdraw", consent=scene.consent_id)
    assert "Hoàn tác: đồng ý lại" in page.text
    assert "lần chạm riêng" not in page.text


async def test_a_guardian_agrees_again_about_a_child_and_its_account_is_the_networks_to_ask_for(
    land: Country, party: RelyingParty
) -> None:
    mother, child = await known(land, "guardian", "pwd", "sms"), land.people["child-9"].record
    decided = {CHILD_ACCOUNT: Decision("account", 1, given=True)}
    async with land.idp.db.writing() as unit:
        shown = Shown("text", "vi")
        given = await consents.give(
            unit, mother.person_id, party.client_id, decided, shown, child.person_id, alone_from=16
        )
    await bind(land, party, "c", child.person_id, mother.person_id, given.consent_id)
    asks = await opened(mother.person, f"/me/services/withdraw?consent={given.consent_id}")
    assert "vẫn ở trạng thái đã hủy liên kết" in asks.text
    page = await taken_back(mother.person, "/me/services/withdraw", consent=given.consent_id)
    assert f"cho {child.full_name}" in page.text
    assert "lần chạm riêng" not in page.text
    page = await post(mother.person, page, AGREE, **offer(page, AGREE))
    async with land.idp.db.reading() as unit:
        (fresh,) = await consents.list_current(unit, mother.person_id)
    assert fresh.child_id == child.person_id
    assert list((await states(land, party)).values()) == [RELEASED]
    assert "Hoàn tác" not in (await opened(mother.person, "/me/accounts")).text


@pytest.mark.parametrize("by", ["the child", "a parent"])
async def test_what_a_parent_linked_goes_on_when_the_childs_own_consent_ends_and_the_pages_say_so(
    land: Country, party: RelyingParty, by: str
) -> None:
    child, mother = await known(land, "fifteen"), await known(land, "guardian", "pwd", "sms")
    told, text = Decision("account", 1, given=True), Shown("text", "vi")
    by_both = consents.ByGuardian(mother.person_id, text)
    linking = {CHILD_ACCOUNT: told, "binding_level": told}
    async with land.idp.db.writing() as unit:
        of = mother.person_id, party.client_id
        hers = await consents.give(unit, *of, linking, text, child.person_id, alone_from=16)
        own = await consents.give(unit, child.person_id, party.client_id, {"full_name": told}, text, guardian=by_both)
    await bind(land, party, "c", child.person_id, mother.person_id, hers.consent_id)
    of_child = {"consent": own.consent_id}
    who, way = (child, "/me/services/withdraw") if by == "the child" else (mother, "/me/children/withdraw")
    fields = of_child if by == "the child" else {**of_child, "child": child.person_id}
    asks = await opened(who.person, f"{way}?" + "&".join(f"{name}={value}" for name, value in fields.items()))
    assert "vẫn được liên kết" in asks.text
    done = await taken_back(who.person, way, **fields)
    assert "theo sự đồng ý này, dịch vụ không thể lấy" in done.text
    assert list((await states(land, party)).values()) == [VERIFIED], "and it is so"


async def test_what_a_child_and_a_parent_agreed_to_is_not_undone_by_one(land: Country, party: RelyingParty) -> None:
    child = await known(land, "fifteen")
    by = consents.ByGuardian(land.people["guardian"].record.person_id, Shown("text", "vi"))
    async with land.idp.db.writing() as unit:
        decided = {"full_name": Decision("account", 1, given=True)}
        given = await consents.give(unit, child.person_id, party.client_id, decided, Shown("text", "vi"), guardian=by)
    page = await taken_back(child.person, "/me/services/withdraw", consent=given.consent_id)
    assert "Hoàn tác" not in page.text
