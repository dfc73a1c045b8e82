"""Which account may be used, which level a person may hold, and what a profile tells."""

from dataclasses import replace
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.people import persona
from tests.support.watch import MORNING
from vneid_idp.identity import profile
from vneid_idp.identity.account_rules import Account, AccountStanding, account_standing, highest_level
from vneid_idp.identity.accounts import Known, account_for, in_step, is_in_step, is_news
from vneid_idp.identity.ages import birthday
from vneid_idp.identity.profile import Profile
from vneid_idp.identity.register.cards import card_expires_at
from vneid_idp.identity.register.records import Address, Card, CardKind, LockedBy, RegistryRecord, from_json
from vneid_idp.identity.vault import PersonKey
from vneid_idp.kernel.clock import DAY, Instant, local_date, midnight
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.claims import CLAIMS, ID_NUMBER_CLAIMS

IN_FORCE = shipped().at(MORNING)
GOOD = persona("plain").record
ACCOUNT = account_for(GOOD, 2, MORNING - DAY, MORNING)
TODAY = local_date(MORNING)
EXPIRED = Card(CardKind.CITIZEN, date(2016, 1, 1), TODAY)


def test_a_good_account_is_usable() -> None:
    assert account_standing(ACCOUNT, GOOD, MORNING) is AccountStanding.USABLE
    assert account_standing(ACCOUNT, None, MORNING) is AccountStanding.USABLE


@pytest.mark.parametrize(
    ("spoiled", "standing"),
    [
        ({"deceased_at": MORNING}, AccountStanding.DECEASED),
        ({"card": EXPIRED}, AccountStanding.CARD_EXPIRED),
        ({"card": None}, AccountStanding.NO_CARD),
        ({"locked_at": MORNING, "locked_by": LockedBy.AUTHORITY}, AccountStanding.LOCKED_BY_AUTHORITY),
    ],
)
def test_one_fact_of_the_registry_spoils_it(spoiled: dict[str, Any], standing: AccountStanding) -> None:
    record = replace(GOOD, **spoiled)
    assert account_standing(ACCOUNT, record, MORNING) is standing
    followed = in_step(ACCOUNT, record, MORNING)
    assert account_standing(followed, None, MORNING) is standing
    assert account_standing(followed, GOOD, MORNING) is standing


NEWER, OLDER = (replace(GOOD, revision=GOOD.revision + step) for step in (1, -1))
BEHIND = replace(ACCOUNT, deceased_at=MORNING)
"""An account that has something else than the record in its profile: written by a program of before, say."""


@pytest.mark.parametrize(
    ("account", "record", "news"),
    [
        (ACCOUNT, GOOD, False),
        (ACCOUNT, NEWER, True),
        (ACCOUNT, OLDER, False),
        (BEHIND, GOOD, True),
        (BEHIND, OLDER, False),
        (ACCOUNT, replace(GOOD, email="moi@example.vn"), True),
    ],
)
def test_what_is_news(account: Account, record: RegistryRecord, *, news: bool) -> None:
    known = Known(account, Profile(GOOD, {}), PersonKey(GOOD.person_id, b"k" * 32))
    assert is_news(known, record) is news


@pytest.mark.parametrize("by", LockedBy)
def test_a_lock_is_the_accounts_own_and_outlives_what_the_registry_says(by: LockedBy) -> None:
    locked = replace(ACCOUNT, locked_by=by, locked_at=MORNING, locked_since=MORNING)
    assert account_standing(locked, GOOD, MORNING) is AccountStanding[f"LOCKED_BY_{by.name}"]
    assert in_step(locked, GOOD, MORNING) == replace(locked, updated_at=MORNING)


@pytest.mark.parametrize(("ours", "registers"), [(True, False), (False, True), (True, True)])
def test_an_account_is_usable_when_no_lock_stands_and_only_then(ours: bool, registers: bool) -> None:
    own = replace(ACCOUNT, locked_at=MORNING, locked_by=LockedBy.HOLDER) if ours else ACCOUNT
    record = replace(GOOD, locked_at=MORNING, locked_by=LockedBy.HOLDER) if registers else GOOD
    locked = in_step(own, record, MORNING)
    assert account_standing(locked, None, MORNING) is AccountStanding.LOCKED_BY_HOLDER
    assert locked.locked_since == MORNING
    free = in_step(replace(locked, locked_at=None, locked_by=None), GOOD, MORNING)
    assert (account_standing(free, None, MORNING), free.locked_since) == (AccountStanding.USABLE, None)


def test_a_registry_that_says_who_locked_and_not_when_is_believed() -> None:
    record = replace(GOOD, locked_by=LockedBy.AUTHORITY)
    locked = in_step(ACCOUNT, record, MORNING)
    assert account_standing(locked, None, MORNING) is AccountStanding.LOCKED_BY_AUTHORITY
    assert is_in_step(locked, record)
    assert account_standing(ACCOUNT, record, MORNING) is AccountStanding.LOCKED_BY_AUTHORITY


def test_a_closed_account_stays_closed() -> None:
    assert account_standing(replace(ACCOUNT, closed_at=MORNING), GOOD, MORNING) is AccountStanding.CLOSED


@given(st.integers(-400 * DAY, 400 * DAY))
def test_a_card_spoils_it_from_its_instant_on(offset: int) -> None:
    record = replace(GOOD, card=Card(CardKind.CITIZEN, date(2020, 1, 1), TODAY))
    expires_at = card_expires_at(record.card)
    assert expires_at is not None
    usable = account_standing(in_step(ACCOUNT, record, MORNING), None, expires_at + offset) is AccountStanding.USABLE
    assert usable is (offset < 0)


def test_an_authoritys_lock_is_told_before_a_holders() -> None:
    held = replace(ACCOUNT, locked_at=MORNING, locked_by=LockedBy.AUTHORITY)
    assert account_standing(held, None, MORNING) is AccountStanding.LOCKED_BY_AUTHORITY
    own = replace(ACCOUNT, locked_at=MORNING, locked_by=LockedBy.HOLDER)
    both = in_step(own, replace(GOOD, locked_at=MORNING, locked_by=LockedBy.AUTHORITY), MORNING)
    assert account_standing(both, None, MORNING) is AccountStanding.LOCKED_BY_AUTHORITY


def test_a_lock_stands_since_it_began_whatever_else_the_registry_tells() -> None:
    record = replace(GOOD, locked_by=LockedBy.AUTHORITY)
    locked = in_step(ACCOUNT, record, MORNING)
    later = in_step(locked, replace(record, full_name="Lê Thị Mới"), MORNING + DAY)
    assert (later.registry_locked_at, later.locked_since) == (MORNING, MORNING)
    assert (later.updated_at, locked.updated_at) == (MORNING + DAY, MORNING)


@pytest.mark.parametrize(
    ("years", "days", "level"), [(0, 10, 1), (5, 364, 1), (6, 0, 2), (13, 0, 2), (14, 0, 2), (90, 0, 2)]
)
def test_levels_by_age(years: int, days: int, level: int) -> None:
    born = birthday(TODAY, -years)
    born = date.fromordinal(born.toordinal() - days)
    record = replace(GOOD, birth_date=born, card=Card(CardKind.CITIZEN, TODAY, None))
    assert highest_level(record, IN_FORCE, MORNING) == level


def test_levels_need_a_card_and_life() -> None:
    assert highest_level(GOOD, IN_FORCE, MORNING) == 2
    assert highest_level(persona("foreigner").record, IN_FORCE, MORNING) == 2
    assert highest_level(replace(GOOD, card=None), IN_FORCE, MORNING) == 0
    assert highest_level(replace(GOOD, card=EXPIRED), IN_FORCE, MORNING) == 0
    assert highest_level(replace(GOOD, deceased_at=MORNING), IN_FORCE, MORNING) == 0


def test_a_record_survives_being_stored() -> None:
    for slug in (
        "complete",
        "fifteen",
        "foreigner",
        "locked-by-holder",
        "deceased",
        "one-word-name",
        "merged-province",
    ):
        record = persona(slug).record
        assert from_json(orjson.loads(orjson.dumps(record))) == record


COMPLETE = persona("complete")


def claims_of(record: RegistryRecord, own: dict[str, Any] | None = None, now: int = MORNING) -> dict[str, Any]:
    account = account_for(record, 2, now - DAY, now)
    return profile.claims(dict.fromkeys(CLAIMS, now), Profile(record, own or {}), account, "https://id.example")


def test_one_persona_has_every_claim_there_is() -> None:
    assert set(claims_of(COMPLETE.record, COMPLETE.own)) == set(CLAIMS)


def day_of(instant: Instant) -> int:
    """The second at which its day begins."""
    return midnight(local_date(instant)) // 1000


def test_two_people_verified_on_one_day_are_told_alike() -> None:
    """By the second, services could match the pseudonyms that they know."""
    told = [
        profile.claims(
            dict.fromkeys(("identity_verified_since", "updated_at"), MORNING),
            Profile(COMPLETE.record, {}),
            account_for(COMPLETE.record, 2, at, at),
            "https://id.example",
        )
        for at in (MORNING, MORNING + 1_000)
    ]
    assert told[0] == told[1]


def test_every_claim_that_holds_an_id_number_is_kept_from_most_profiles() -> None:
    """By its value: whatever a claim or a scope to come is called, `protocol/profiled.py` has to know it."""
    number = COMPLETE.record.personal_number
    found = {name for name, value in claims_of(COMPLETE.record, COMPLETE.own).items() if number in str(value)}
    assert found == ID_NUMBER_CLAIMS


def test_claims_have_the_shapes_of_the_specification() -> None:
    claims = claims_of(COMPLETE.record, COMPLETE.own)
    assert claims["birthdate"] == "1996-05-19"
    assert claims["gender"] == "female"
    assert claims["picture"] == "https://id.example/static/portrait.svg"
    assert claims["updated_at"] == day_of(MORNING)
    assert claims["email_verified"] is True
    assert claims["phone_number"] == "+84950000001"
    assert claims["address"] == {
        "formatted": "Số 12 đường Hoa Sữa, Phường Cây Đa, Hà Nội",
        "street_address": "Số 12 đường Hoa Sữa",
        "locality": "Phường Cây Đa",
        "region": "Hà Nội",
        "postal_code": "09700",
        "country": "VN",
    }
    assert (claims["identity_level"], claims["identity_verified_since"]) == (2, day_of(MORNING - DAY))
    assert (claims["age_band"], claims["age_over_18"], claims["id_number"]) == ("18_plus", True, "097196000001")
    assert claims["name"] == claims["full_name"] == "Nguyễn Thị Minh Anh"


def test_each_claim_tells_its_own() -> None:
    record, own = COMPLETE.record, COMPLETE.own
    claims = claims_of(record, own)
    assert (claims["family_name"], claims["middle_name"], claims["given_name"]) == ("Nguyễn", "Thị Minh", "Anh")
    assert claims["email"] == record.email
    added = ("nickname", "preferred_username", "profile", "website", "zoneinfo", "locale")
    assert {name: claims[name] for name in added} == {name: own[name] for name in added}
    assert claims_of(record, own | {"picture": "https://me.example/a.png"})["picture"] == "https://me.example/a.png"
    assert claims_of(record, {})["email_verified"] is False
    known = replace(
        account_for(record, 1, MORNING - DAY, MORNING - DAY), updated_at=MORNING, opened_at=MORNING - 2 * DAY
    )
    told = profile.claims(dict.fromkeys(CLAIMS, MORNING), Profile(record, {}), known, "https://id.example")
    assert (told["updated_at"], told["identity_verified_since"]) == (day_of(MORNING), day_of(MORNING - DAY))
    assert told["identity_level"] == 1


def test_what_is_not_known_is_left_out() -> None:
    claims = claims_of(replace(persona("one-word-name").record, phone=None))
    for name in ("family_name", "middle_name", "phone_number", "phone_number_verified", "email", "address", "nickname"):
        assert name not in claims
    assert claims["given_name"] == claims["name"] == "K'Brôh"


def test_only_what_is_asked_for_is_told() -> None:
    asked = ("age_over_21", "age_over_16", "email", "unknown", "age_over_", "age_over_1e2")
    assert profile.claims(dict.fromkeys(asked, MORNING), Profile(GOOD), ACCOUNT, "https://id.example") == {
        "age_over_21": True,
        "age_over_16": True,
    }


@given(st.integers(1, 999))
def test_any_threshold_can_be_asked(years: int) -> None:
    record = persona("sixteen-today").record
    name = f"age_over_{years}"
    assert profile.claims({name: MORNING}, Profile(record), ACCOUNT, "x") == {name: years <= 16}


def test_an_age_is_told_as_of_the_answer_that_stands_with_it() -> None:
    record = persona("sixteen-today").record
    told = profile.claims({"age_over_16": MORNING - DAY, "age_band": MORNING}, Profile(record), ACCOUNT, "x")
    assert told == {"age_over_16": False, "age_band": "16_17"}


def test_a_merged_province_is_told_by_its_name_of_today() -> None:
    claims = claims_of(persona("merged-province").record)
    assert claims["address"]["region"] == "Thành phố Hồ Chí Minh"
    assert "Bình Dương" not in claims["address"]["formatted"]


def test_an_empty_part_of_an_address_is_left_out() -> None:
    claims = claims_of(replace(GOOD, address=Address("", "Xã Hoa Ban", "01")))
    assert claims["address"] == {
        "formatted": "Xã Hoa Ban, Hà Nội",
        "locality": "Xã Hoa Ban",
        "region": "Hà Nội",
        "country": "VN",
    }
