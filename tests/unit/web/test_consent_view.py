"""What the consent screen asks, shows and reads: nothing leaves that was not chosen."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.support.resource_servers import BUY, LIST, TAXIS, TICKETS
from tests.support.watch import MORNING
from vneid_idp.protocol.claims import Decision, Decisions, Item, items_of
from vneid_idp.protocol.client import Client, Purpose
from vneid_idp.protocol.targets import item_at
from vneid_idp.web.child_consent import for_guardian
from vneid_idp.web.consent_form import read_decisions
from vneid_idp.web.consent_view import Screen, screen, values_needed
from vneid_idp.web.forms import Form
from vneid_idp.web.receipt_text import text_shown


def say(message: str, **values: object) -> str:
    """English."""
    return message % values


def purpose(name: str, required: tuple[str, ...], optional: tuple[str, ...]) -> Purpose:
    """A purpose whose texts are its name."""
    texts = {"vi": f"{name} (vi)", "en": f"{name} (en)"}
    return Purpose(name, 1, texts, texts, texts, texts, required, optional)


SHOP = Client(
    client_id="shop",
    client_name="Shop",
    scope=("openid", "profile", "email", "phone", "age", "identity", "full_name", "offline_access"),
    purposes=(
        purpose("account", ("full_name", "name", "birthdate"), ("phone_number", "phone_number_verified", "nickname")),
        purpose("letters", (), ("email", "email_verified", "age_over_18")),
    ),
)
VALUES: dict[str, Any] = {
    "full_name": "Nguyễn Thị Minh Anh",
    "name": "Nguyễn Thị Minh Anh",
    "birthdate": "1996-05-19",
    "age_over_16": True,
    "age_over_18": True,
    "phone_number": "+84950000001",
    "phone_number_verified": True,
    "email": "minh.anh@thu.example",
    "email_verified": False,
}
OF_ALL_KINDS: dict[str, Any] = {
    "gender": "female",
    "locale": "vi-VN",
    "age_over_18": True,
    "phone_number": "+84950000001",
    "age_over_13": True,
    "picture": "http://localhost:8000/static/portrait.svg",
}
SCOPE = ("openid", "profile", "email", "phone", "age", "full_name", "offline_access")
ITEMS = items_of(SHOP, SCOPE, {})


def shown(
    asked: tuple[Item, ...] = ITEMS, decided: Decisions | None = None, values: dict[str, Any] | None = None
) -> Screen:
    """The screen of the shop."""
    return screen(SHOP, asked, ITEMS, decided or {}, VALUES if values is None else values, VALUES, "en", say)


def answered() -> Decisions:
    """The decisions of a form that gives the birth date in full and says nothing else."""
    decisions, errors = read_decisions(shown(), Form([("required-0-birthdate", "full")]))
    assert not errors
    return decisions


def test_one_line_a_topic_with_the_very_values() -> None:
    account, letters = shown().groups
    assert [(line.topic.key, line.shown) for line in account.required.lines] == [
        ("name", "Nguyễn Thị Minh Anh"),
        ("birthdate", "19/05/1996"),
    ]
    assert [(line.topic.key, line.shown) for line in account.optional.lines] == [("phone", "0950 000 001 · verified")]
    assert [line.topic.key for line in account.absent.lines] == ["nickname"]
    assert [(line.topic.key, line.shown) for line in letters.optional.lines] == [
        ("age_over_18", "18 or over"),
        ("email", "minh.anh@thu.example · not verified"),
    ]


def test_what_a_purpose_says_is_in_the_language_of_the_page() -> None:
    title, text, ground, kept = ({"vi": f"{name} vi", "en": f"{name} en"} for name in ("a", "b", "c", "d"))
    said = replace(SHOP.purposes[0], title=title, text=text, legal_ground=ground, kept_until=kept)
    shop = replace(SHOP, purposes=(said, SHOP.purposes[1]))
    for locale in ("vi", "en"):
        group = screen(shop, ITEMS, ITEMS, {}, VALUES, {}, locale, say).groups[0]
        assert (group.title, group.text) == (f"a {locale}", f"Shop gives this reason: b {locale}")
        assert [term for _, term in group.terms] == [f"c {locale}", f"d {locale}"]


def test_many_lines_stand_by_kind_few_as_they_are() -> None:
    shop = replace(SHOP, purposes=(purpose("all", ("full_name", "email"), (*OF_ALL_KINDS, "nickname")),))
    items = items_of(shop, (*SCOPE, "address"), {})
    page = screen(shop, items, items, {}, {**VALUES, **OF_ALL_KINDS}, {}, "en", say)
    required, optional = page.groups[0].required, page.groups[0].optional
    assert not required.is_long
    assert [title for title, _ in required.runs] == [None]
    assert optional.is_long
    assert [(title, [line.label for line in lines]) for title, lines in optional.runs] == [
        ("Identity", ["Gender"]),
        ("Age thresholds", ["Whether at least 13 years old", "Whether at least 18 years old"]),
        ("Contact", ["Phone number"]),
        ("Profile", ["Picture", "Language and time zone"]),
    ]
    receipt = text_shown(page).splitlines()
    assert receipt[receipt.index("Age thresholds") + 1 :][:3] == [
        "– Whether at least 13 years old",
        "– Whether at least 18 years old",
        "Contact",
    ]


def test_every_item_is_decided_once() -> None:
    assert set(answered()) == {item.name for item in ITEMS}


def test_silence_gives_nothing_but_what_is_required() -> None:
    given = {name for name, decision in answered().items() if decision.given}
    assert given == {"full_name", "name", "birthdate", "offline_access"}


def test_a_ticked_line_gives_all_its_claims_and_no_other() -> None:
    before = answered()
    ticked, errors = read_decisions(shown(), Form([("required-0-birthdate", "full"), ("optional-0-phone", "full")]))
    assert not errors
    changed = {name for name in ticked if ticked[name] != before[name]}
    assert changed == {"phone_number", "phone_number_verified"}
    assert all(ticked[name].given for name in changed)


def test_a_smaller_proof_takes_the_place_of_the_claim() -> None:
    decisions, errors = read_decisions(shown(), Form([("required-0-birthdate", "smaller")]))
    assert not errors
    assert decisions["birthdate"] == Decision("account", 1, given=False, instead="age_over_16")


def test_a_required_choice_is_not_made_for_the_person() -> None:
    for said in ([], [("required-0-birthdate", "nothing")], [("required-0-birthdate", "")]):
        _, errors = read_decisions(shown(), Form(said))
        assert set(errors) == {"required-0-birthdate"}


def test_what_the_account_does_not_hold_is_not_given() -> None:
    decisions, errors = read_decisions(
        shown(), Form([("required-0-birthdate", "full"), ("optional-0-nickname", "full")])
    )
    assert not errors
    assert not decisions["nickname"].given


def test_a_required_claim_that_is_unknown_stops_nobody() -> None:
    without = {name: value for name, value in VALUES.items() if name not in ("birthdate", "age_over_16")}
    page = shown(values=without)
    assert [line.smaller for line in page.groups[0].required.lines] == [None, None]
    _, errors = read_decisions(page, Form([]))
    assert not errors


def test_a_child_is_offered_the_true_smaller_proof() -> None:
    line = shown(values={**VALUES, "age_over_16": False}).groups[0].required.lines[1]
    assert line.smaller is not None
    assert line.smaller.shown == "Only tell that I am not yet 16"


def test_where_the_law_demands_the_value_no_smaller_proof_is_offered_and_the_page_says_why() -> None:
    account = replace(SHOP.purposes[0], required_in_full=("full_name", "birthdate"))
    shop = replace(SHOP, purposes=(account, SHOP.purposes[1]))
    items = items_of(shop, SCOPE, {})
    page = screen(shop, items, items, {}, VALUES, {}, "en", say)
    required = page.groups[0].required
    assert [line.smaller for line in required.lines] == [None, None]
    # A service writes its purposes itself in the sandbox, and everywhere states its own ground: its word, said as such.
    why = "Shop says that the law demands the values themselves (account (en)): full name; date of birth."
    assert (required.hint or "").startswith(why)
    assert why in text_shown(page)
    assert page.groups[0].terms_title == "Legal ground and how long it is kept, by the word of Shop"
    decisions, errors = read_decisions(page, Form([("required-0-birthdate", "smaller")]))
    assert not errors
    assert decisions["birthdate"] == Decision("account", 1, given=True), "who agrees to the page gives what it says"
    assert shown().groups[0].required.hint is None


def test_only_what_is_new_is_asked_and_the_rest_is_shown_as_shared() -> None:
    decided = answered()
    decided["birthdate"] = Decision("account", 1, given=False, instead="age_over_16")
    new = tuple(item for item in ITEMS if item.name.startswith("email"))
    page = shown(new, decided)
    assert [line.topic.key for line in page.lines] == ["email"]
    assert [(line.key, line.shown) for line in page.shared_before] == [
        ("name", "Nguyễn Thị Minh Anh"),
        ("age_over_16", "16 or over"),
    ]
    decisions, _ = read_decisions(page, Form([("optional-1-email", "full"), ("required-0-birthdate", "full")]))
    assert set(decisions) == {"email", "email_verified"}


def test_the_receipt_says_what_the_page_said_and_holds_no_value() -> None:
    text = text_shown(shown())
    for words in (
        "Shop",
        "account (en)",
        "letters (en)",
        "– Full name\n– Date of birth",
        "Nickname",
        "while you are away",
    ):
        assert words in text
    for value in ("Minh Anh", "1996", "950", "minh.anh"):
        assert value not in text


def test_values_of_smaller_proofs_are_fetched_too() -> None:
    wanted = values_needed(ITEMS, MORNING)
    assert wanted["age_over_16"] == MORNING
    assert "offline_access" not in wanted


keys = [line.key for line in shown().lines]


@given(st.dictionaries(st.sampled_from(keys), st.sampled_from(["full", "smaller", "nothing", "", "on"])))
def test_no_form_gives_what_it_does_not_name(said: dict[str, str]) -> None:
    page = shown()
    decisions, _ = read_decisions(page, Form(list(said.items())))
    for line in page.lines:
        optional = not line.items[0].required
        for item in line.items:
            decision = decisions[item.name]
            if optional or line.smaller:
                assert decision.given == (said.get(line.key) == "full")
            assert (decision.instead is not None) == (said.get(line.key) == "smaller" and line.smaller is not None)


def test_versions_travel_with_the_decisions() -> None:
    newer = replace(SHOP, purposes=(replace(SHOP.purposes[0], version=7), SHOP.purposes[1]))
    items = items_of(newer, SCOPE, {})
    decisions, _ = read_decisions(
        screen(newer, items, items, {}, VALUES, {}, "en", say), Form([("required-0-birthdate", "full")])
    )
    assert decisions["full_name"].version == 7
    assert decisions["email"].version == 1


def test_what_is_said_of_the_subject_is_true() -> None:
    assert "made for it alone" in shown(ITEMS).pseudonym
    public = replace(SHOP, subject_type="public")
    page = screen(public, ITEMS, ITEMS, {}, VALUES, {}, "en", say)
    assert "some other services know" in page.pseudonym
    at_one_host = replace(SHOP, redirect_uris=("https://shared.example/a",))
    page = screen(at_one_host, ITEMS, ITEMS, {}, VALUES, {}, "en", say)
    assert "Services at shared.example know you by one" in page.pseudonym
    asks = for_guardian(page, {}, at_one_host, "Gia Hân", asked=True, say=say)
    assert "Services at shared.example know the child by one" in asks.pseudonym


def test_what_a_service_may_do_elsewhere_stands_with_the_place_on_page_and_receipt() -> None:
    names = tuple(item_at(server.server_id, scope) for server, scope in ((TICKETS, BUY), (TICKETS, LIST), (TAXIS, BUY)))
    items = items_of(SHOP, ("openid",), {}, elsewhere=names)
    servers = {each.server_id: each for each in (TICKETS, TAXIS)}
    page = screen(SHOP, items, items, {}, VALUES, {}, "en", say, servers=servers)
    assert page.heading == "May Shop act for you elsewhere?"
    titles = ["At Vé Việt: Buy tickets", "At Vé Việt: See departures", "At Taxi: Buy tickets"]
    assert [each.title for each in page.permissions] == titles
    assert ["identifier" in each.text for each in page.permissions] == [True, False, True], "said once of each server"
    assert all("tickets.example" in each.text and "within 5 minutes" in each.text for each in page.permissions[:2])
    decisions, _ = read_decisions(page, Form([]))
    assert all(decisions[name].given for name in names)
    receipt = text_shown(page, decisions)
    assert all(f"☑ {title}: The service may do this at" in receipt for title in titles)
    with_data = screen(SHOP, (*ITEMS, *items), (*ITEMS, *items), {}, VALUES, {}, "en", say, servers=servers)
    assert (with_data.asks or "").endswith("access to Vé Việt; access to Taxi. You choose the rest.")
