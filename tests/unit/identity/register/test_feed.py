"""Which facts a newer record of somebody tells."""

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from tests.support.people import persona
from tests.support.watch import MORNING
from vneid_idp.identity.personal_id import Sex
from vneid_idp.identity.register.feed import Fact, changed_facts
from vneid_idp.identity.register.records import Address, Card, CardKind, LockedBy, PersonKind, RegistryRecord

BEFORE = persona("complete").record
NEW: dict[str, tuple[Any, Fact]] = {
    "deceased_at": (MORNING, Fact.DEATH),
    "personal_number": ("097196000009", Fact.NUMBER),
    "full_name": ("Lê Thị Mới", Fact.NAME),
    "family_name": ("Lê", Fact.NAME),
    "middle_name": (None, Fact.NAME),
    "given_name": ("Mới", Fact.NAME),
    "birth_date": (date(1996, 5, 20), Fact.BIRTH),
    "sex": (Sex.MALE, Fact.BIRTH),
    "kind": (PersonKind.FOREIGNER, Fact.NATIONALITY),
    "nationality": ("LA", Fact.NATIONALITY),
    "ethnicity": ("Ê Đê", Fact.NATIONALITY),
    "address": (Address("", "Xã Hoa Ban", "66"), Fact.ADDRESS),
    "phone": ("+84950000999", Fact.CONTACT),
    "email": ("moi@example.vn", Fact.CONTACT),
    "card": (Card(CardKind.CITIZEN, date(2026, 1, 1), None), Fact.CARD),
    "locked_by": (LockedBy.HOLDER, Fact.LOCK),
    "locked_at": (MORNING, Fact.LOCK),
    "guardian_ids": (("per_guardian",), Fact.GUARDIANS),
}


@pytest.mark.parametrize("field", NEW)
def test_each_thing_that_is_new_belongs_to_a_fact(field: str) -> None:
    value, fact = NEW[field]
    assert changed_facts(BEFORE, replace(BEFORE, **{field: value}, revision=9)) == (fact,)


def test_everything_that_a_record_says_is_a_fact() -> None:
    assert {field.name for field in fields(RegistryRecord)} - NEW.keys() == {"person_id", "revision"}
    everything = replace(BEFORE, **{field: value for field, (value, _) in NEW.items()})
    assert set(changed_facts(BEFORE, everything)) == set(Fact)
    assert changed_facts(BEFORE, replace(BEFORE, revision=9)) == ()
