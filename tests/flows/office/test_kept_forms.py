"""What colleagues type is kept when they change the language or have something to correct, and no page asks to be sent
again.
"""

import html
import re

import pytest

from tests.support.country import Country
from tests.support.office import at_desk, colleague, file_of
from tests.support.pages import fields, opened, post
from tests.support.relying_party import Page, Person, RelyingParty
from vneid_idp.identity.offices.roles import Role

WHY = {"reason": "Giấy đề nghị 12"}
ROWS = "".join(f'[[threshold]]\nname = "account_limit"\nnumber = {n}\nin_force_from = 2030-01-01\n' for n in range(99))
AT_DESK = {
    "account": WHY, "code": WHY, "lock": WHY, "requests": WHY, "level": WHY,
    "death": WHY | {"died": "29/11/2026", "number": "097196000001"},
    "card": WHY | {"issued": "20/11/2026"},
    "phone": WHY | {"phone": "0950 000 999"},
    "guardian": WHY | {"number": "097165000001"},
}  # fmt: skip
AT_CONSOLE = {
    "clients/+": WHY | {"client_name": "Sổ Đỏ", "redirect_uris": "https://a.example/1\nhttps://b.example/2"},
    "clients/+/metadata": WHY | {"metadata": '{"client_name": "x"'},
    "clients/{client}/registration": WHY | {"client_name": "Sổ Đỏ"},
    "clients/{client}/metadata": WHY | {"metadata": "[]"},
    "clients/{client}/purposes/+": WHY | {"id": "so", "title-vi": "Sổ", "text-vi": "Một câu dài"},
    "clients/{client}": WHY,
    "clients/{client}/domains": WHY | {"domain": "a.example"},
    "families": WHY | {"family": "so-do", "name": "Sổ Đỏ"},
    "policy/new": WHY | {"document": ROWS},
}  # fmt: skip
NEVER = {("death", "number")}
"""What is typed again, so that it is meant."""


async def in_english(who: Person, page: Page, form: dict[str, str]) -> Page:
    """The page after its form's button for the other language was pressed."""
    found = re.search(r'formaction="(/language\?lang=en[^"]*)"', page.response.text)
    assert found, page.path
    return await post(who, page, html.unescape(found[1]), **(page.hidden | form))


def check(page: Page, place: str, form: dict[str, str]) -> None:
    """Everything that was typed stands there, but what is typed again."""
    shown = {name: html.unescape(value).strip() for name, value in fields(page).items()}
    wanted = {name: "" if (place, name) in NEVER else value.strip() for name, value in form.items()}
    assert wanted == {name: shown[name] for name in wanted}, place


async def test_the_other_language_keeps_what_a_colleague_typed(land: Country, party: RelyingParty) -> None:
    who = await colleague(land, "plain", Role.CLERK, Role.OFFICER, Role.OPERATOR)
    files = {slug: (await file_of(land, who, slug)).path for slug in ("complete", "no-account", "child-9")}
    of = {"account": "no-account", "guardian": "child-9"}
    pages = {place: (f"{files[of.get(place, 'complete')]}/{place}", form) for place, form in AT_DESK.items()}
    pages |= {p: (f"/console/{p}".replace("{client}", party.client_id), form) for p, form in AT_CONSOLE.items()}
    pages["search"] = ("/office", {"number": "097196000001"})
    for place, (path, form) in pages.items():
        page = await in_english(who, await opened(who, f"{path}?lang=vi"), form)
        assert (page.path, 'lang="en"' in page.response.text[:60]) == (path, True)
        check(page, place, form)
        # Enter in a field sends the form by no button of its own.
        to = "/office/search" if place == "search" else path
        sent = await who.browser.post(to, data=page.hidden | form | {"level": "1", "reason": "", "enter": "1"})
        assert sent.status_code == 303, place


async def test_what_is_to_correct_is_said_once_at_an_address_that_can_be_opened_again(land: Country) -> None:
    clerk = await colleague(land, "plain", Role.CLERK)
    wrong = await post(clerk, await opened(clerk, "/office"), "/office/search", number="123", reason="family")
    assert (wrong.path, wrong.response.status_code, wrong.response.request.method) == ("/office", 422, "GET")
    assert 'id="number-error"' in wrong.response.text
    again = await opened(clerk, "/office")
    assert ('id="number-error"' in again.response.text, fields(again)["number"]) == (False, "123")
    assert (await opened(clerk, "/office/search?lang=en")).path == "/office"
    file = await file_of(land, clerk, "complete")
    assert fields(await opened(clerk, "/office"))["number"] == "", "who was found is not the next one"
    wrong = await at_desk(clerk, file, "death", died="31/11/2026", number="1")
    assert (wrong.response.status_code, wrong.response.request.method) == (422, "GET")
    check(wrong, "death", WHY | {"died": "31/11/2026", "number": ""})


@pytest.mark.parametrize(
    ("slug", "deed", "form", "words"),
    [
        ("complete", "card", {"issued": "20/11/2026"}, "20/11/2026"),
        ("child-9", "guardian", {"number": "{grandmother}"}, "{grandmother}"),
        ("complete", "phone", {"phone": "0950 000 999"}, "0950 000 999"),
    ],
)
async def test_the_page_that_asks_next_is_opened_again_and_in_the_other_language(
    land: Country, slug: str, deed: str, form: dict[str, str], words: str
) -> None:
    clerk = await colleague(land, "plain", Role.CLERK)
    number = land.people["grandmother"].record.personal_number
    page = await at_desk(
        clerk, await file_of(land, clerk, slug), deed, **{k: v.format(grandmother=number) for k, v in form.items()}
    )
    assert (page.response.status_code, page.response.request.method) == (200, "GET")
    for again in (page.path, f"{page.path}?lang=en"):
        shown = await opened(clerk, again)
        assert words.format(grandmother=number).replace(" ", "") in shown.text.replace(" ", ""), again
        assert shown.hidden["report"] == page.hidden["report"], "the same report"
    before = await opened(clerk, page.path.rpartition("/")[0])
    assert fields(before)["reason"] == WHY["reason"], "Back leads to the form as it was filled in"
