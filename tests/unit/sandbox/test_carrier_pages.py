"""The demo carrier's pages: two languages, no script, nothing from elsewhere; and what it sells."""

import ast
import json
import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import httpx
import pytest

import vneid_idp.sandbox.carrier as carrier
from vneid_idp.instructions.rules import Ground, InstructionKind, Outcome, Refusal
from vneid_idp.kernel.mobile_numbers import SYNTHETIC_PREFIX, is_mobile_number
from vneid_idp.policy.intervals import Step, Trigger
from vneid_idp.registered_numbers.rules import RegisteredState
from vneid_idp.registered_numbers.uploads import NumberOutcome
from vneid_idp.registers.classes import RowClass
from vneid_idp.sandbox.carrier import register_words as words
from vneid_idp.sandbox.carrier.config import read_config
from vneid_idp.sandbox.carrier.office_ladder import lanes_of
from vneid_idp.sandbox.carrier.outcomes import OUTCOMES, outcome_of
from vneid_idp.sandbox.carrier.shelf import ON_SHOW, is_ours, on_show
from vneid_idp.sandbox.carrier.words import catalogue, law_text, money_text, phone_text
from vneid_idp.sandbox.country.invented_register import JUNK
from vneid_idp.sandbox.demo_carrier import new_credentials

FOLDER = Path(carrier.__file__).parent
NUMBER = on_show(())[0]
WORDS = (
    words.CLASSES, words.NEXT_STEPS, words.OUTCOMES, words.STEPS, words.STATES, words.KINDS, words.SHORT_KINDS,
    words.TRIGGERS, words.REFUSALS, words.ANSWERS, words.STAGES, words.PROBLEMS,
)  # fmt: skip
PAGES = (
    "/",
    f"/numbers/{NUMBER.removeprefix('+84')}",
    "/mine",
    "/privacy",
    "/terms",
    "/office",
    "/office/registers",
    "/point",
    "/nowhere",
)


@pytest.fixture
async def visitor(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the carrier, whose provider never answers."""
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(new_credentials()))
    config = read_config({"CARRIER_ISSUER": "http://provider.test", "CARRIER_KEYS": str(keys)})

    def silent(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there")

    app = carrier.create_app(config, httpx.MockTransport(silent))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://carrier.test") as http:
        yield http


def texts() -> set[str]:
    """Every English text that pages and code pass to the catalogue."""
    found = {"Sample identity"}
    for path in (FOLDER / "templates").glob("*.html"):
        found |= set(re.findall(r"_\('((?:[^'\\]|\\.)*)'", path.read_text("utf-8")))
    for path in FOLDER.glob("*.py"):
        found |= set(re.findall(r'translate\(language, "([^"]*)"', path.read_text("utf-8")))
    for outcome in OUTCOMES.values():
        found |= {outcome.title, outcome.text, outcome.meaning}
    return found | {text for each in WORDS for text in each.values()}


def test_every_text_is_translated_and_none_is_left_over() -> None:
    assert texts() == set(catalogue())
    for english, vietnamese in catalogue().items():
        assert sorted(re.findall(r"%\(\w+\)s", english)) == sorted(re.findall(r"%\(\w+\)s", vietnamese)), english


def test_what_the_provider_says_of_instructions_is_known() -> None:
    assert words.KINDS.keys() == {*words.SHORT_KINDS, "restore", "decide"} == set(InstructionKind)
    assert words.TRIGGERS.keys() == {*Trigger, *Ground}
    assert words.REFUSALS.keys() == set(Refusal)
    assert words.ANSWERS.keys() == set(Outcome)
    assert words.CLASSES.keys() == words.NEXT_STEPS.keys() == set(RowClass)
    assert words.OUTCOMES.keys() == set(NumberOutcome)
    assert words.STATES.keys() == set(RegisteredState)
    assert words.STEPS.keys() == set(Step)
    assert words.JUNK == JUNK


def test_every_outcome_leads_somewhere_and_an_unknown_code_has_a_page() -> None:
    template = (FOLDER / "templates" / "outcome.html").read_text("utf-8")
    for outcome in OUTCOMES.values():
        assert all(f"'{action}'" in template for action in outcome.actions)
    assert outcome_of("server_error") is OUTCOMES["unreachable"]
    assert outcome_of("a code of next year") is OUTCOMES["unknown"]


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_pages_in_both_languages(visitor: httpx.AsyncClient, language: str) -> None:
    strip = "an invented carrier" if language == "en" else "nhà mạng hư cấu"
    for path in PAGES:
        page = (await visitor.get(path, params={"lang": language})).text
        assert f'<html lang="{language}"' in page
        assert strip in page, path
        assert "<script" not in page
        assert " style=" not in page
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', page), path


async def test_a_form_that_is_not_ours_does_nothing(visitor: httpx.AsyncClient) -> None:
    for path in (
        PAGES[1],
        "/signin",
        "/signout",
        "/preferences",
        "/mine/release",
        "/orders/x",
        "/office/registers",
        "/office/ladder",
        "/office/instructions",
        "/point",
    ):
        assert (await visitor.post(path, data={"contract": "prepaid"})).status_code == 400, path


async def test_a_silent_provider_is_a_page(visitor: httpx.AsyncClient) -> None:
    page = (await visitor.get(PAGES[1], params={"lang": "en"})).text
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    answer = await visitor.post(PAGES[1], data={"csrf": found[1], "contract": "prepaid"}, follow_redirects=True)
    assert "The identity app does not answer" in answer.text


async def test_an_answer_that_nobody_asked_for_and_another_providers_log_in_lead_nowhere(
    visitor: httpx.AsyncClient,
) -> None:
    answer = await visitor.get("/callback", params={"code": "c", "state": "s", "lang": "en"}, follow_redirects=True)
    assert "That took too long" in answer.text
    assert (await visitor.get("/login", params={"iss": "http://evil.test"})).headers["location"] == "/mine"


def test_the_numbers_are_nobodys() -> None:
    shown = on_show(())
    assert len(set(shown)) == ON_SHOW
    assert all(is_mobile_number(number) and number.startswith(SYNTHETIC_PREFIX) and is_ours(number) for number in shown)
    assert not set(on_show(shown)) & set(shown)
    assert not any(map(is_ours, ("+84951234567", "+8495811223", "+84958112233x", "+84958１１2233", "")))
    assert phone_text("+84958112233") == "0958 112 233"
    assert money_text(90_000) == "90.000 ₫"


def test_the_time_line_puts_days_where_they_are() -> None:
    def due(day: str, kind: str, numbers: int) -> dict[str, object]:
        return {"day": day, "kind": kind, "trigger": "disowned", "numbers": numbers}

    coming = [due("2026-12-11", "notify", 4), due("2026-12-11", "notify", 5), due("2026-12-21", "end", 36)]
    lanes = dict(lanes_of(coming, date(2026, 12, 1)))
    assert list(lanes) == ["notify", "end"]
    assert [(mark.at, mark.radius, mark.count) for mark in lanes["notify"]] == [(50.0, 8, 9)]
    assert [(mark.at, mark.radius) for mark in lanes["end"]] == [(97.0, 12)]
    assert lanes_of([], date(2026, 12, 1)) == []


def test_laws_are_cited_as_the_reader_knows_them() -> None:
    reference = "Circular 08/2026/TT-BKHCN, Article 8"
    assert law_text("en", reference) == reference
    assert law_text("vi", reference) == "Điều 8 Thông tư 08/2026/TT-BKHCN"
    assert law_text("vi", "Decree 163/2024/NĐ-CP, Article 18(2): why") == "Khoản 2 Điều 18 Nghị định 163/2024/NĐ-CP"
    unconfirmed = law_text("vi", "Circular 08/2026/TT-BKHCN, Article 10.4 (text unconfirmed)")
    assert unconfirmed == "Khoản 4 Điều 10 Thông tư 08/2026/TT-BKHCN (chưa đối chiếu nguyên văn)"
    assert law_text("vi", "Act 1") == "Act 1"


def test_it_is_a_stranger_to_the_project() -> None:
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            assert not isinstance(node, ast.Import) or not any(each.name.startswith("vneid") for each in node.names)
            if isinstance(node, ast.ImportFrom):
                assert node.level <= 1, path
                assert not (node.module or "").startswith("vneid_idp"), path


def test_what_is_not_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="CARRIER_ISSUER is not set"):
        read_config({"CARRIER_KEYS": str(tmp_path)})
