"""Invented people: who is seeded where, and a citizen whose data is destroyed."""

import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import select

from tests.support.commands import run, with_database
from tests.support.deeds import WHY
from tests.support.registry import PROVIDER_KEY, REGISTRY_KEY
from vneid_idp.audit import service as audit
from vneid_idp.identity.tables import person_keys
from vneid_idp.sandbox.country.citizens import citizens
from vneid_idp.sandbox.country.tables import registry_numbers
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database


@pytest.mark.usefixtures("sandbox")
def test_citizens_are_seeded_once() -> None:
    assert "30 citizens written, 0 were there already" in run("citizens", "seed", "--count", "30").stdout
    assert "0 citizens written, 30 were there already" in run("citizens", "seed", "--count", "30").stdout
    assert "30 citizens written" in run("citizens", "seed", "--count", "30", "--seed", "2").stdout


@pytest.mark.usefixtures("sandbox")
def test_nobody_is_forgotten_under_a_number_of_nobody() -> None:
    run("citizens", "seed", "--count", "1")
    for typed, sentence in (("12\n", "12 digits"), ("", "12 digits"), ("097099999999\n", "knows nobody")):
        assert sentence in run("citizens", "forget", *WHY, "--yes", typed=typed, code=1).stderr


@pytest.mark.usefixtures("sandbox")
def test_a_citizen_is_forgotten_by_who_means_it(database_url: str) -> None:
    run("citizens", "seed", "--count", "30")
    first, second = [each.record for each in citizens(30, 1) if each.level == 2][:2]

    async def keys_left(database: Database) -> set[str]:
        async with database.reading() as unit:
            return {row["person_id"] for row in await unit.fetch(Statement(select(person_keys.c.person_id)))}

    for answer in ("", "n\n"):
        run("citizens", "forget", *WHY, typed=f"{first.personal_number}\n{answer}", code=1)
    assert {first.person_id, second.person_id} <= with_database(database_url, keys_left)
    said = run("citizens", "forget", *WHY, typed=f"{first.personal_number}\ny\n")
    assert f"{first.person_id} is forgotten" in said.stdout
    assert first.personal_number not in said.output

    async def recorded(database: Database) -> list[tuple[str, Any]]:
        async with database.reading() as unit:
            found = await audit.history_of(unit, first.person_id)
        return [(event.kind, dict(event.data)) for event in found if event.kind.startswith(("account.c", "person.e"))]

    why = {"by": "ops-1", "reason": "A test needs it"}
    # Of one instant, and so in any order.
    assert sorted(with_database(database_url, recorded)) == [("account.closed", why), ("person.erased", why)]

    async def numbers_left(database: Database) -> set[str]:
        async with database.reading() as unit:
            return {row["person_id"] for row in await unit.fetch(Statement(select(registry_numbers.c.person_id)))}

    # The digest of a number names its person to whoever has the key and tries numbers.
    assert first.person_id not in with_database(database_url, numbers_left)
    again = run("citizens", "forget", *WHY, "--yes", typed=f"{first.personal_number}\n", code=1)
    assert "knows nobody" in again.stderr
    run("citizens", "forget", *WHY, "--yes", typed=f"{second.personal_number}\n")
    assert {first.person_id, second.person_id}.isdisjoint(with_database(database_url, keys_left))


def test_production_takes_invented_people_into_its_synthetic_register_without_accounts(
    production: pytest.MonkeyPatch,
) -> None:
    assert "--no-accounts" in run("citizens", "seed", "--count", "1", code=1).stderr
    said = run("citizens", "seed", "--count", "1", "--no-accounts").stdout
    [number] = re.findall(r"\b097\d{9}\b", said)
    assert run("office", "open-account", "--level", "1", *WHY, typed=f"{number}\n").stdout.strip()


def test_no_invented_people_where_the_register_is_a_server(production: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.pem", tmp_path / "theirs.pem"
    ours.write_bytes(PROVIDER_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    theirs.write_bytes(REGISTRY_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    production.delenv("VNEID_IDP_ALLOW_SYNTHETIC_REGISTRY")
    production.setenv("VNEID_IDP_REGISTRY", "http")
    production.setenv("VNEID_IDP_REGISTRY_URL", "https://register.example")
    production.setenv("VNEID_IDP_REGISTRY_KEY", str(ours))
    production.setenv("VNEID_IDP_REGISTRY_ANSWER_KEY", str(theirs))
    assert "asks another" in run("citizens", "seed", "--count", "1", "--no-accounts", code=1).stderr
