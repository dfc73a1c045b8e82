"""Files of the policy: the one in the package is sound, and everything wrong with another is said at once."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

import vneid_idp.policy
from vneid_idp.bindings.kinds import actions_of
from vneid_idp.policy.documents import PolicyRefused, read_policy, shipped
from vneid_idp.policy.intervals import Holiday, Interval, Step, TimeUnit, Trigger
from vneid_idp.policy.rules import Requirement, Threshold, ThresholdRow, gaps, thresholds_missing

FILES = [Path(vneid_idp.policy.__file__).parent / f"{name}.toml" for name in ("default", "ladder", "holidays")]
SHIPPED = "\n".join(file.read_text(encoding="utf-8") for file in FILES)
ROW = """
[[requirement]]
kind = "social_account"
action = "post"
minimum_level = 2
own_proof = true
legal_reference = "Decree 1/2027/NĐ-CP, Article 1"
in_force_from = 2027-01-01
in_force_until = 2028-01-01
"""
NUMBER = """
[[threshold]]
name = "guardian_until_age"
number = 18
legal_reference = "Law 1/2027, Article 2"
in_force_from = 2027-07-01
"""
INTERVAL = """
[[interval]]
trigger = "disowned"
step = "notice"
amount = 3
unit = "working_days"
times = 2
legal_reference = "Decree 2/2027, Article 3"
in_force_from = 2027-03-01
"""
HOLIDAY = """
[[holiday]]
day = 2028-01-26
name = "Lunar New Year (Tết)"
legal_reference = "Notice 1"
"""


def test_the_shipped_policy_is_whole() -> None:
    policy = shipped()
    spoken_of = {(row.kind, row.action) for row in policy.requirements}
    assert spoken_of == {(kind, action) for kind, actions in actions_of().items() for action in actions}
    assert thresholds_missing(policy) == ()
    assert gaps(policy) == ()
    read_again = read_policy(SHIPPED, actions_of())
    assert (read_again.requirements, read_again.thresholds) == (policy.requirements, policy.thresholds)
    assert (read_again.intervals, read_again.holidays) == (policy.intervals, policy.holidays)
    in_force = policy.on(date(2026, 11, 21))
    assert {name: in_force[name] for name in Threshold} == {
        Threshold.GUARDIAN_UNTIL_AGE: 16,
        Threshold.OWN_PROOF_LEVEL: 1,
        Threshold.GUARDIAN_LEVEL: 2,
        Threshold.GUARDIAN_FROM_AGE: 18,
        Threshold.LEVEL_2_FROM_AGE: 6,
        Threshold.CONSENT_ALONE_FROM_AGE: 16,
        Threshold.CHILD_ASKED_FROM_AGE: 7,
        Threshold.GUARDIAN_ANSWER_DAYS: 7,
        Threshold.OFFERED_AGAIN_DAYS: 180,
        Threshold.ACCOUNT_LIMIT: 3,
        Threshold.LEVEL_2_DAYS: 3,
        Threshold.LEVEL_2_DAYS_WITHOUT_CARD: 7,
        Threshold.NUMBERS_WITHOUT_CONTRACT: 3,
        Threshold.NUMBER_ALONE_FROM_AGE: 15,
        Threshold.NUMBER_OF_CHILD_FROM_AGE: 6,
        Threshold.DISPUTE_DECISION_DAYS: 10,
    }


def test_rows_are_read() -> None:
    policy = read_policy(
        ROW + NUMBER + INTERVAL + HOLIDAY + HOLIDAY.replace("26", "22") + "day_off = false", actions_of()
    )
    decree, law = "Decree 1/2027/NĐ-CP, Article 1", "Law 1/2027, Article 2"
    assert policy.requirements == (
        Requirement("social_account", "post", 2, True, decree, date(2027, 1, 1), date(2028, 1, 1)),
    )
    assert policy.thresholds == (ThresholdRow(Threshold.GUARDIAN_UNTIL_AGE, 18, law, date(2027, 7, 1)),)
    reference, since = "Decree 2/2027, Article 3", date(2027, 3, 1)
    assert policy.intervals == (Interval(Trigger.DISOWNED, Step.NOTICE, 3, TimeUnit.WORKING_DAYS, 2, reference, since),)
    tet = "Lunar New Year (Tết)"
    assert policy.holidays == (
        Holiday(date(2028, 1, 26), tet, True, "Notice 1"),
        Holiday(date(2028, 1, 22), tet, False, "Notice 1"),
    )
    assert policy.size == 5


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"social_account"', '"phone"', "no such kind and action"),
        ('"post"', '"dance"', "no such kind and action"),
        ("minimum_level = 2", "minimum_level = 3", "minimum_level is 0, 1 or 2"),
        ("minimum_level = 2", "minimum_level = true", "minimum_level is 0, 1 or 2"),
        ("own_proof = true", "own_proof = 1", "own_proof is true or false"),
        ("own_proof = true\n", "", "own_proof is missing"),
        ("own_proof", "own_prof", "own_prof: no member"),
        ('"Decree 1/2027/NĐ-CP, Article 1"', '" "', "legal_reference names"),
        ("2027-01-01", '"2027-01-01"', "in_force_from is a day"),
        ("2027-01-01", "2027-01-01T00:00:00", "in_force_from is a day"),
        ("2028-01-01", "2027-01-01", "later than in_force_from"),
        ('"guardian_until_age"', '"drinking_age"', "no such threshold"),
        ("number = 18", "number = 180", "a number from 0 to 130"),
        ("number = 18", "number = 1.5", "number is a whole number"),
        ("number = 18", "number = true", "number is a whole number"),
        ("number = 18", "number = 1" + "0" * 5_000, "Not TOML"),
        ("number = 18", "number = " + "[" * 5_000, "Not TOML"),
        ('"social_account"', '["social_account"]', "kind is a text"),
        ('"social_account"', "{a = 1}", "kind is a text"),
        ('"guardian_until_age"', '["x"]', "name is a text"),
        ('"guardian_until_age"', "{}", "name is a text"),
        ("in_force_from = 2027-07-01", "in_force_from = 0001-01-01", "in_force_from is a day"),
        ("in_force_until = 2028-01-01", "in_force_until = 9999-12-31", "in_force_until is a day"),
        ("Article 1", "Article 1" * 50, "legal_reference names"),
        ("Article 1", "Article 1" * 30_000, "characters at most"),
        ("[[threshold]]", "[[thresholds]]", "thresholds: no member of a policy"),
        ("[[threshold]]", "[threshold]", "a list of tables"),
        ("[[requirement]]", "[[requirement", "Not TOML"),
        (ROW + NUMBER + INTERVAL + HOLIDAY, "", "no row"),
        ('"disowned"', '"stolen"', "stolen: there is no such trigger"),
        ('"notice"', '"call"', "call: there is no such step"),
        ('"working_days"', '"weeks"', "weeks: there is no such unit"),
        ("amount = 3", "amount = 0", "amount is a number of working_days from 1 to 1000"),
        ("amount = 3", "amount = 3.0", "amount is a whole number"),
        ("times = 2", "times = 31", "times is a number from 1 to 30"),
        ('"notice"', '"one_way"', "1 for all but a notice"),
        (INTERVAL, INTERVAL * 2, "disowned notice, 2027-03-01: two rows begin on one day"),
        (INTERVAL, INTERVAL + "in_force_until = 2027-03-01", "later than in_force_from"),
        (HOLIDAY, HOLIDAY * 2, "2028-01-26: two holidays on one day"),
        (HOLIDAY, HOLIDAY + "in_force_from = 2028-01-01", "in_force_from: no member of a holiday"),
        (HOLIDAY, HOLIDAY + "day_off = 0", "day_off is true or false"),
        ("2028-01-26", '"Tết"', "day is a day"),
        (NUMBER, NUMBER * 2, "two rows begin on one day"),
        (ROW, ROW * 2, "two rows begin on one day"),
        (NUMBER, NUMBER + "in_force_until = 2027-07-01", "later than in_force_from"),
        ("minimum_level = 2", "minimum_level = -1", "minimum_level is 0, 1 or 2"),
        ("Law 1/2027, Article 2", "a" * 301, "legal_reference names"),
        ("in_force_from = 2027-07-01", "in_force_from = 1999-12-31", "in_force_from is a day"),
        ("in_force_from = 2027-07-01", "in_force_from = 2200-01-01", "in_force_from is a day"),
    ],
)
def test_one_thing_spoiled_is_refused(old: str, new: str, problem: str) -> None:
    text = ROW + NUMBER + INTERVAL + HOLIDAY
    assert old in text
    with pytest.raises(PolicyRefused) as refusal:
        read_policy(text.replace(old, new), actions_of())
    assert problem in (refusal.value.detail or "")


@pytest.mark.parametrize(("unit", "least", "most"), [("hours", 0, 720), ("days", 1, 3_650), ("working_days", 1, 1_000)])
def test_an_amount_is_one_that_can_be_meant(unit: str, least: int, most: int) -> None:
    def read(amount: int) -> int:
        text = INTERVAL.replace("working_days", unit).replace("amount = 3", f"amount = {amount}")
        return read_policy(text, actions_of()).intervals[0].amount

    assert [read(amount) for amount in (least, most)] == [least, most]
    for amount in (least - 1, most + 1):
        with pytest.raises(PolicyRefused, match=f"a number of {unit} from {least} to {most}"):
            read(amount)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("guardian_until_age", 0, 130),
        ("guardian_from_age", 0, 130),
        ("level_2_from_age", 0, 130),
        ("own_proof_level", 1, 2),
        ("guardian_level", 1, 2),
        ("consent_alone_from_age", 0, 130),
        ("child_asked_from_age", 0, 130),
        ("guardian_answer_days", 1, 90),
        ("offered_again_days", 1, 3_650),
        ("account_limit", 1, 1_000),
        ("numbers_without_contract", 1, 1_000),
    ],
)
def test_a_number_is_one_that_can_be_meant(name: str, least: int, most: int) -> None:
    def read(number: int) -> int:
        text = NUMBER.replace("guardian_until_age", name).replace("= 18", f"= {number}", 1)
        return read_policy(text, actions_of()).thresholds[0].number

    assert [read(number) for number in (least, most)] == [least, most]
    for number in (least - 1, most + 1):
        with pytest.raises(PolicyRefused, match=f"a number from {least} to {most}"):
            read(number)


def test_what_is_just_possible_is_taken() -> None:
    text = ROW.replace("Decree 1/2027/NĐ-CP, Article 1", "a" * 300).replace("2027-01-01", "2000-01-01")
    text = text.replace("2028-01-01", "2199-12-31").replace("minimum_level = 2", "minimum_level = 0")
    (row,) = read_policy(text, actions_of()).requirements
    assert (len(row.legal_reference), row.minimum_level) == (300, 0)
    assert (row.in_force_from, row.in_force_until) == (date(2000, 1, 1), date(2199, 12, 31))
    padding = "#" * (200_000 - len(text) - 1) + "\n"
    assert read_policy(padding + text, actions_of()).requirements == (row,)
    with pytest.raises(PolicyRefused, match="characters at most"):
        read_policy("#" + padding + text, actions_of())


def test_everything_that_is_wrong_is_said_at_once() -> None:
    text = (ROW + NUMBER).replace("= 2\n", "= 7\n").replace("number = 18", "number = -1")
    with pytest.raises(PolicyRefused) as refusal:
        read_policy(text, actions_of())
    assert [line.split(":")[0] for line in (refusal.value.detail or "").splitlines()] == [
        "requirement 1",
        "threshold 1",
    ]


def test_the_file_names_an_instrument_for_every_row() -> None:
    rows = tomllib.loads(SHIPPED)
    for row in (*rows["requirement"], *rows["threshold"], *rows["interval"], *rows["holiday"]):
        ours = row.get("name") in (
            "account_limit", "guardian_answer_days", "offered_again_days", "dispute_decision_days",
        )  # fmt: skip
        assert re.search("Decree|Code|Law|Circular|Resolution", row["legal_reference"]) or ours
