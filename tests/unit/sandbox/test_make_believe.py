"""Names, citizens and personas: varied, reproducible, consistent with themselves, and nobody real."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.watch import MORNING
from vneid_idp.identity import account_rules, personal_id
from vneid_idp.identity.ages import age, birthday, is_over
from vneid_idp.identity.personal_id import Sex
from vneid_idp.identity.provinces import CURRENT, current_code
from vneid_idp.identity.register import cards
from vneid_idp.identity.register.records import PersonKind
from vneid_idp.kernel.clock import DAY, local_date
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.rules import Threshold
from vneid_idp.sandbox.country import names
from vneid_idp.sandbox.country.citizens import Citizen, citizens
from vneid_idp.sandbox.country.dice import Dice, Weighted
from vneid_idp.sandbox.country.persona_list import SKETCHES, personas
from vneid_idp.sandbox.country.personas import persona_id

MANY = list(citizens(20_000, 1))


def test_dice_are_the_same_everywhere() -> None:
    dice = Dice(1, "household", 2)
    assert [dice.below(1000) for _ in range(6)] == [547, 504, 646, 217, 119, 604]


def test_weights_weigh() -> None:
    weighted, dice = Weighted({"often": 9, "never": 0, "seldom": 1}), Dice(1)
    drawn = Counter(weighted.pick(dice) for _ in range(5_000))
    assert 4_300 < drawn["often"] < 4_700
    assert drawn["never"] == 0


@given(st.integers(0, 2**32), st.integers(0, 400), st.integers(0, 400))
@settings(max_examples=25)
def test_the_first_people_of_a_seed_are_always_the_same(seed: int, one: int, other: int) -> None:
    few, many = sorted((one, other))
    assert list(citizens(few, seed)) == list(islice(citizens(many, seed), few))


def test_another_seed_makes_other_people() -> None:
    ours, theirs = list(citizens(300, 1)), list(citizens(300, 2))
    assert not {c.record.person_id for c in ours} & {c.record.person_id for c in theirs}
    assert [c.record.full_name for c in ours] != [c.record.full_name for c in theirs]


def test_nobody_generated_can_be_real_and_no_number_comes_twice() -> None:
    numbers = [personal_id.read_personal_id(citizen.record.personal_number) for citizen in MANY]
    assert all(number.synthetic for number in numbers)
    assert len({number.text for number in numbers}) == len(MANY)
    assert len({citizen.record.person_id for citizen in MANY}) == len(MANY)
    called = [citizen.record.phone for citizen in MANY if citizen.record.phone]
    assert all(phone.startswith("+8495") for phone in called)
    assert len(set(called)) == len(called)
    assert all(c.record.email.endswith("@thu.example") and c.record.email.isascii() for c in MANY if c.record.email)


def test_records_agree_with_themselves() -> None:
    by_id = {citizen.record.person_id: citizen.record for citizen in MANY}
    for citizen in MANY:
        record = citizen.record
        number = personal_id.read_personal_id(record.personal_number)
        assert (number.birth_year, number.sex) == (record.birth_date.year, record.sex)
        if record.address and record.address.former_province:
            assert current_code(record.address.former_province) == record.address.province
        assert record.address is None or record.address.province in CURRENT
        for guardian_id in record.guardian_ids:
            assert birthday(by_id[guardian_id].birth_date, 15) < record.birth_date
        if citizen.level == 2:
            assert is_over(record.birth_date, shipped().at(MORNING)[Threshold.LEVEL_2_FROM_AGE], MORNING)
        if citizen.level:
            assert record.card is not None


def test_there_is_everyone() -> None:
    def some(predicate: Callable[[Citizen], object]) -> int:
        return sum(1 for citizen in MANY if predicate(citizen))

    def words(citizen: Citizen) -> int:
        return len(citizen.record.full_name.split())

    for wanted in (
        lambda c: c.record.kind is PersonKind.FOREIGNER,
        lambda c: c.record.guardian_ids,
        lambda c: c.record.phone is None and not c.record.guardian_ids,
        lambda c: c.record.locked_by,
        lambda c: c.record.deceased_at,
        lambda c: c.level == 0,
        lambda c: c.level == 1,
        lambda c: c.level == 2,
        lambda c: cards.card_status(c.record.card, MORNING) is cards.CardStatus.EXPIRED,
        lambda c: words(c) == 1,
        lambda c: words(c) == 2,
        lambda c: words(c) == 4,
        lambda c: words(c) == 5,
        lambda c: "Đ" in c.record.full_name,
        lambda c: c.record.full_name.startswith("H'"),
        lambda c: c.record.family_name is None,
    ):
        assert some(wanted) > 0
    assert {citizen.record.ethnicity for citizen in MANY} > {
        "Kinh",
        "Êđê",
        "Hmông",
        "Khmer",
        "Chăm",
        "Tày",
        "Cơ Ho",
        None,
    }
    nguyen = some(lambda c: c.record.family_name == "Nguyễn") / len(MANY)
    assert 0.2 < nguyen < 0.4


@given(st.integers(0, 2**32), st.sampled_from(Sex), st.sampled_from(["Kinh", "Êđê", "Hmông", "Dao", "Khmer", "Raglai"]))
def test_names_are_composed_and_whole(seed: int, sex: Sex, people: str) -> None:
    name = names.citizen_name(Dice(seed), people, sex)
    assert name.full == unicodedata.normalize("NFC", name.full)
    assert name.full == " ".join(name.full.split())
    assert sorted(name.full.split()) == sorted(
        " ".join(part for part in (name.family, name.middle, name.given) if part).split()
    )


def test_a_clan_comes_last() -> None:
    assert names.build(family="Niê", given="Y Moan", clan_last=True).full == "Y Moan Niê"


def test_there_are_at_least_24_personas_each_with_an_own_name_and_number() -> None:
    everyone = personas(MORNING)
    assert len(everyone) >= 24
    for distinct in (
        {p.slug for p in everyone},
        {p.username for p in everyone},
        {p.record.full_name for p in everyone},
    ):
        assert len(distinct) == len(everyone)
    assert all(set(p.description) == {"vi", "en"} and all(p.description.values()) for p in everyone)
    assert all(text.endswith(".") for p in everyone for text in p.description.values())
    assert {guardian for sketch in SKETCHES for guardian in sketch.guardians} <= {p.slug for p in everyone}


@given(st.integers(MORNING - 2_000 * DAY, MORNING + 4_000 * DAY))
@settings(max_examples=60)
def test_personas_are_what_they_say_on_any_day(now: int) -> None:
    people = {persona.slug: persona for persona in personas(now)}

    def years(slug: str, at: int = now) -> int:
        return age(people[slug].record.birth_date, at)

    assert (years("fifteen"), years("sixteen-tomorrow"), years("child-9"), years("child-5")) == (15, 15, 9, 5)
    assert years("sixteen-tomorrow", now + DAY) == 16
    assert (years("sixteen-today"), years("eighteen-today")) == (16, 18)
    today = local_date(now)
    if (today.month, today.day) != (2, 29):
        assert (years("sixteen-today", now - DAY), years("eighteen-today", now - DAY)) == (15, 17)
    assert years("centenarian") == 101
    for slug, persona in people.items():
        record = persona.record
        number = personal_id.read_personal_id(record.personal_number)
        assert (number.birth_year, number.sex) == (record.birth_date.year, record.sex)
        assert personal_id.read_personal_id(record.personal_number).serial < 1000
        if slug not in ("deceased", "card-expired", "foreigner-card-expired", "no-account", "leap-day"):
            assert 0 < persona.level <= account_rules.highest_level(record, shipped().at(now), now), slug


def test_a_persona_keeps_its_identifier() -> None:
    assert persona_id("complete") == "per_gul9dthsqc0lv2qs451qpcn1ic"


@pytest.mark.parametrize("count", [0, 1, 7])
def test_exactly_as_many_as_asked_for(count: int) -> None:
    assert len(list(citizens(count, 3))) == count
