"""The receipt is what was shown: every sentence of the screen stands on the page and in the receipt, and no value."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.country import Country
from tests.support.pages import opened
from tests.support.relying_party import Page, Person, RelyingParty
from tests.support.shortcuts import known
from vneid_idp.consent import service as consents
from vneid_idp.interaction import consent_screen
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.protocol.claims import PERMISSIONS, Item
from vneid_idp.protocol.levels import LEVEL_1
from vneid_idp.web.child_consent import for_child
from vneid_idp.web.claim_words import Topic, topic_of
from vneid_idp.web.consent_lines import Block, Line, SmallerProof
from vneid_idp.web.consent_view import Screen, ShownChild
from vneid_idp.web.i18n import catalogue
from vneid_idp.web.link_view import Fact
from vneid_idp.web.permitted_view import Permitted
from vneid_idp.web.service_word import OwnPage

NOT_SAID: dict[type, set[str]] = {
    Line: {"key"},
    SmallerProof: {"claim", "instead_of"},
    OwnPage: {"uri"},
    # In the place of a value, which no receipt holds.
    Fact: {"in_receipt"},
    ShownChild: {"in_receipt"},
}
VALUES: dict[type, set[str]] = {
    Line: {"shown"},
    SmallerProof: {"shown", "value"},
    ShownChild: {"name"},
    Fact: {"shown"},
    Permitted: {"shown"},
    OwnPage: set(),
}
"""What differs from person to person: on the page, and in no receipt."""


def texts(shown: object, left_out: dict[type, set[str]]) -> Iterator[str]:
    """Every text in a value of the screen, however deep, without the fields that are `left_out`."""
    if isinstance(shown, str):
        yield shown
    elif isinstance(shown, tuple):
        for each in shown:
            yield from texts(each, left_out)
    elif isinstance(shown, Block) and not shown.lines:
        return  # no line, no title over it
    elif is_dataclass(shown) and not isinstance(shown, Item | Topic):
        for field in fields(shown):
            if field.name not in left_out.get(type(shown), set()):
                yield from texts(getattr(shown, field.name), left_out)


def sentences(shown: Screen) -> set[str]:
    """What the screen says, without titles over nothing."""
    unused = {"permissions_title"} if not shown.permissions else set()
    unused |= {"before_title", "before_text"} if not shown.shared_before else set()
    kinds: list[type] = [Line, SmallerProof, ShownChild, Fact, Permitted, OwnPage]
    left_out = {kind: VALUES[kind] | NOT_SAID.get(kind, set()) for kind in kinds}
    return set(texts(shown, {**left_out, Screen: unused}))


def say(message: str, **values: object) -> str:
    return catalogue("vi").gettext(message) % values


@pytest.fixture
def screens(monkeypatch: pytest.MonkeyPatch) -> list[Screen]:
    """The screens that were shown."""
    made: list[Screen] = []
    real = for_child  # the last that has a word in it

    def recorded(*args: Any, **kwargs: Any) -> Screen:
        made.append(real(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr(consent_screen, "for_child", recorded)
    return made


@pytest.mark.parametrize("locale", ["vi", "en"])
async def test_every_text_of_the_screen_is_on_the_page_and_in_the_receipt(
    land: Country, screens: list[Screen], locale: str
) -> None:
    policies = {"policy_uri#vi": "https://rp.example/vi/privacy", "policy_uri": "https://rp.example/privacy"}
    party = RelyingParty(land, await land.register(tos_uri="https://other.example/terms", **policies))
    person = Person(land, land.people["complete"])
    everything = "openid identity age full_name email phone profile offline_access binding:social_account"
    for scope in ("openid", "openid email", everything, "openid email binding:social_account"):
        level = LEVEL_1 if scope == "openid email" else None
        request = party.request(scope=scope, ui_locales=locale, account_label="@minh.anh", acr_values=level)
        page = await person.start(request)
        if isinstance(page, Page) and page.path.startswith("/signin"):
            page = await person.sign_in(page)
        assert isinstance(page, Page)
        assert page.path.startswith("/consent/"), page.text
        whole = " ".join(page.text.split()).lower()
        shown = screens[-1]
        assert isinstance(await person.submit(page, answer="agree", **{"optional-0-email": "full"}), str)
        async with land.idp.db.reading() as unit:
            receipt = (await consents.list_receipts(unit, person.persona.record.person_id, party.client_id))[0]
        policy = "https://rp.example/vi/privacy" if locale == "vi" else "https://rp.example/privacy"
        assert [each.uri for each in shown.own_pages] == [policy, "https://other.example/terms"]
        for each in shown.own_pages:
            assert f'href="{each.uri}" target="_blank" rel="noopener noreferrer"' in page.response.text
            assert str(urlsplit(each.uri).hostname) in each.text
            assert each.uri in receipt.shown
        for text in sentences(shown):
            assert text.lower() in whole, f"the page does not say {text!r}"
            on_button = text in (shown.agree, shown.refuse)
            assert on_button or text in receipt.shown, f"the receipt does not say {text!r}"
        assert {shown.agree, shown.refuse}.isdisjoint(receipt.shown.splitlines()), "nobody reads a button in a receipt"
        values = {line.shown for line in shown.lines} | {line.smaller.shown for line in shown.lines if line.smaller}
        values |= {fact.shown for fact in shown.link.facts} if shown.link else set()
        values |= {permission.shown for permission in shown.permissions}
        assert not [value for value in values if value and value in receipt.shown]
        land.watch.advance(MINUTE)
    assert shown.shared_before
    assert shown.link
    assert any(each.permissions for each in screens)
    assert any(line.smaller for each in screens for line in each.lines)


async def test_the_receipt_says_that_it_is_about_a_child(
    land: Country, party: RelyingParty, screens: list[Screen]
) -> None:
    person = (await known(land, "guardian")).person
    page = await person.start(party.request(scope="openid binding:child_account"))
    assert isinstance(page, Page)
    value = page.response.text.split('name="child" value="')[1].split('"')[0]
    consent = await person.submit(page, child=value)
    assert isinstance(consent, Page)
    link = screens[-1].link
    assert link is not None
    (name,) = {land.people[slug].record.full_name for slug in ("child-9", "fifteen")} & {f.shown for f in link.facts}
    assert name in consent.text
    assert isinstance(await person.submit(consent, answer="agree"), str)
    async with land.idp.db.reading() as unit:
        (receipt,) = await consents.list_receipts(unit, person.persona.record.person_id, party.client_id)
    assert set(link.follows) <= set(receipt.shown.splitlines())
    assert name not in receipt.shown
    assert not {f"– {fact.title}" for fact in link.facts} & set(receipt.shown.splitlines()), "no row without its end"


@pytest.mark.parametrize(
    ("sent", "boxes"),
    [
        ({}, {"Share it in full": "☐", "A smaller proof": "☐", "Do not share it": "☑", "Email": "☐"}),
        ({"optional-0-email": "full"}, {"Email": "☑", "Do not share it": "☑"}),
        (
            {"optional-0-birthdate": "smaller"},
            {"Share it in full": "☐", "A smaller proof": "☑", "Do not share it": "☐"},
        ),
        ({"optional-0-birthdate": "full"}, {"Share it in full": "☑", "A smaller proof": "☐", "Do not share it": "☐"}),
    ],
    ids=["nothing", "email", "smaller-proof", "in-full"],
)
async def test_the_receipt_proves_what_was_ticked_and_what_was_not(
    land: Country, party: RelyingParty, sent: dict[str, str], boxes: dict[str, str]
) -> None:
    person = Person(land, land.people["complete"])
    asked = party.request(scope="openid identity profile email binding:social_account", ui_locales="en")
    page = await person.sign_in(await person.start(asked))
    assert isinstance(page, Page)
    at_a_glance = (
        "Needed: level of the electronic identity account; what the linked account tells. You choose the rest."
    )
    assert f'<strong class="asks">{at_a_glance}</strong>' in page.response.text
    assert isinstance(await person.submit(page, answer="agree", **sent), str)
    async with land.idp.db.reading() as unit:
        (receipt,) = await consents.list_receipts(unit, person.persona.record.person_id, party.client_id)
    lines = receipt.shown.splitlines()
    assert at_a_glance in lines
    assert [line for line in lines if line.startswith("☑ Level of the")], "what is required is no choice"
    assert "Legal ground and how long it is kept, by the word of Mạng thử" in lines
    found = {text: line[0] for text in boxes for line in lines if line[2:].startswith(text)}
    assert found == boxes
    shown = " ".join((await opened(person, "/me/services")).text.split())
    for line in lines:
        assert line in shown
    # And the very answers, with the version of the purpose, in words and not in names of claims.
    recorded = shown.split("Nội dung được ghi nhận cho mục đích “Xác thực tài khoản”, theo cách viết lần thứ 1")[1]
    for name, decision in receipt.decisions.items():
        topic = topic_of(decision.instead or name)
        assert (topic.name(say) if topic else say(PERMISSIONS[name].title)) in recorded
        assert "_" not in name or name not in recorded
