"""`vneid-idp policy …`, on both databases: from a lawyer's file to rows in force."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.support.commands import run, with_database
from tests.support.policy_texts import requirement, threshold
from vneid_idp.bindings.social_accounts.rules import BindingProof
from vneid_idp.bindings.social_accounts.service import bind_social_account
from vneid_idp.identity.ages import age
from vneid_idp.identity.register.guardianship import needs_guardian
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import SystemClock, local_date
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.keys import service as keys
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.tables import policy_requirements
from vneid_idp.sandbox.country.population import Population
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.sandbox.country.tables import registry_people
from vneid_idp.settings_sources import read_settings
from vneid_idp.storage.database import open_database
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

TODAY = local_date(SystemClock().now())
SOON, LAST_WEEK = (TODAY + timedelta(days=30)).isoformat(), (TODAY - timedelta(days=7)).isoformat()
WHO = ("--by", "ops.lan", "--reason", "Decree 1 of next year")
PEOPLE = 12


@pytest.fixture
def stricter(tmp_path: Path) -> str:
    """A file that asks for level 2 to post, in a month."""
    path = tmp_path / "stricter.toml"
    path.write_text(requirement(SOON, 2), encoding="utf-8")
    return str(path)


def shown(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("policy", *arguments, "--json").stdout)
    return found


def level_to_post(*arguments: str) -> int:
    (row,) = [row for row in shown("show", *arguments)["requirements"] if row["action"] == "post"]
    level: int = row["minimum_level"]
    return level


async def bind_grown_up(url: str) -> list[str]:
    """An account at a network for each citizen who proves it alone, at level 1; the people."""
    db = open_database(url, SystemClock())
    try:
        ring = await db.transact(lambda unit: keys.ready(unit, read_settings().settings.root_secret))
        return await _bind(db, SyntheticRegistry(db, Population(Vault(ring.sealer), ring.blind)))
    finally:
        await db.close()


async def _bind(db: Database, registry: SyntheticRegistry) -> list[str]:
    async with db.reading() as unit:
        everybody = [row["person_id"] for row in await unit.fetch(Statement(select(registry_people.c.person_id)))]
        rules = shipped().at(unit.now)
    records = await registry.find_many(everybody)
    ages = {each: age(record.birth_date, SystemClock().now()) for each, record in records.items() if record}
    found = [person_id for person_id, years in ages.items() if not needs_guardian(years, rules)]
    async with db.writing() as unit:
        for person_id in found:
            await bind_social_account(
                unit,
                BlindIndex(b"k" * 32),
                client_id="net",
                account_id=person_id,
                proof=BindingProof(person_id, ages[person_id], 1),
                rules=rules,
            )
    return found


@pytest.mark.usefixtures("production")
def test_from_a_file_to_rows_in_force(stricter: str) -> None:
    assert level_to_post() == 1
    assert "Version 2 is a draft" in run("policy", "load", stricter, *WHO).stdout
    assert level_to_post("--on", SOON) == 1
    assert shown("show", "--version", "2")["requirements"][0]["minimum_level"] == 2
    assert "Version 2 is published" in run("policy", "publish", "2", *WHO).stdout
    assert (level_to_post(), level_to_post("--on", SOON)) == (1, 2)
    table = run("policy", "show", "--on", SOON).stdout
    for text in ("Decree 1/2027", "guardian_until_age", "Decree 1 of next year", "ops.lan", "at once, 5 times, daily"):
        assert text in table
    versions = shown("show")["versions"]
    assert (versions[1]["loaded_by"], versions[1]["reason"]) == ("ops.lan", "Decree 1 of next year")
    assert [(each["version"], each["published_by"]) for each in versions] == [(1, "vneid-idp"), (2, "ops.lan")]


@pytest.mark.usefixtures("production")
def test_refusals_are_a_sentence(stricter: str, tmp_path: Path) -> None:
    run("policy", "load", stricter, *WHO)
    run("policy", "publish", "2", *WHO)
    assert "published already" in run("policy", "publish", "2", *WHO, code=1).stderr
    assert "no version" in run("policy", "publish", "9", *WHO, code=1).stderr
    assert "no version" in run("policy", "simulate", "9", code=1).stderr
    assert "Missing option" in run("policy", "publish", "2", code=2).stderr
    assert "Missing option" in run("policy", "load", stricter, code=2).stderr
    assert "No such file" in run("policy", "load", str(tmp_path / "none.toml"), *WHO, code=1).stderr
    late = tmp_path / "late.toml"
    late.write_bytes(b"\xff")
    assert "not UTF-8" in run("policy", "load", str(late), *WHO, code=1).stderr
    late.write_text(threshold(LAST_WEEK), encoding="utf-8")
    assert shown("load", str(late), *WHO) == {"version": 3, "gaps": []}
    assert "Say why" in run("policy", "publish", "3", *WHO, code=1).stderr
    run("policy", "publish", "3", *WHO, "--backdated", "It was in force before we heard of it")
    late.write_text(threshold(SOON, 999), encoding="utf-8")
    assert "a number from 0 to 130" in run("policy", "load", str(late), *WHO, code=1).stderr


@pytest.mark.usefixtures("production")
def test_a_draft_after_which_nothing_is_asked_any_more_is_told_so(stricter: str, database_url: str) -> None:
    async def let_rows_end(db: Database) -> None:
        async with db.writing() as unit:
            await unit.execute(Statement(update(policy_requirements).values(in_force_until=SOON)))

    run("policy", "show")
    with_database(database_url, let_rows_end)
    said = run("policy", "load", stricter, *WHO).stdout
    assert f"from {SOON} on nothing is asked for share (social_account)" in said
    assert "asked for post" not in said
    gaps = shown("load", stricter, *WHO)["gaps"]
    assert {"kind": "social_account", "action": "share", "since": SOON} in gaps


@pytest.mark.usefixtures("sandbox")
def test_simulating_counts_and_names_nobody(stricter: str, database_url: str) -> None:
    run("citizens", "seed", "--count", str(PEOPLE), "--no-accounts")
    people = asyncio.run(bind_grown_up(database_url))
    bound = len(people)
    assert 0 < bound < PEOPLE
    run("policy", "load", stricter, *WHO)
    for what in ("2", stricter):
        output = run("policy", "simulate", what).stdout
        assert f"would lock {bound}, would free 0" in output
        assert "level_too_low" in output
        assert not [person_id for person_id in people if person_id in output]
    effect = {"kind": "social_account", "action": "post", "locked": {"level_too_low": bound}, "freed": {}}
    found = shown("simulate", "2")
    counts = {"looked_at": bound, "locked": bound, "freed": 0, "lapsed": 0, "released": 0}
    assert found == {"on": SOON, **counts, "effects": [effect]}
    assert "a day from" in run("policy", "simulate", "2", "--on", "0001-01-01", code=1).stderr
    today = shown("simulate", "2", "--on", TODAY.isoformat())
    assert (today["looked_at"], today["locked"], today["effects"]) == (bound, 0, [])
