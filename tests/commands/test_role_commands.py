"""`roles give | end | list`, on both databases: who, why, until when, and what is refused."""

from functools import partial
from typing import Any

import pytest

from tests.support.commands import run, with_database
from tests.support.deeds import WHY
from vneid_idp.audit import service as audit
from vneid_idp.audit.events import Event, EventKind
from vneid_idp.identity.factors import passkey_store
from vneid_idp.identity.factors.passkey_store import Passkey
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.sandbox.country.citizens import citizens
from vneid_idp.storage.unit import Database


@pytest.fixture
def someone(sandbox: None) -> RegistryRecord:
    """A citizen with a usable account of level 2."""
    run("citizens", "seed", "--count", "30")
    return next(each.record for each in citizens(30, 1) if each.level == 2 and not each.record.locked_by)


def recorded(url: str, person_id: str) -> list[tuple[str, dict[str, Any]]]:
    async def read(database: Database) -> list[tuple[str, dict[str, Any]]]:
        async with database.reading() as unit:
            return [(event.kind, dict(event.data)) for event in await audit.history_of(unit, person_id)]

    found: list[tuple[str, dict[str, Any]]] = with_database(url, read)
    return found


def test_a_role_is_given_listed_and_ended_with_who_and_why(someone: RegistryRecord, database_url: str) -> None:
    typed = f"{someone.personal_number}\n"
    said = run("roles", "give", "clerk", "--office", "HN-01", "--until", "2099-12-31", *WHY, typed=typed)
    assert someone.personal_number not in said.output
    role_id = said.stdout.split(": ")[1].strip()
    listed = run("roles", "list").stdout
    last_day_ends = "2099-12-31T17:00:00Z"
    assert all(text in listed for text in (role_id, someone.person_id, "HN-01", last_day_ends, "ops-1"))
    assert "already" in run("roles", "give", "clerk", "--office", "HN-01", *WHY, typed=typed, code=1).stderr
    run("roles", "end", role_id, *WHY)
    assert "it has ended" in run("roles", "end", role_id, *WHY, code=1).stderr
    why = {"scope": "HN-01", "by": "ops-1", "reason": "A test needs it"}
    found = [each for each in recorded(database_url, someone.person_id) if each[0] != "person.looked_up"]
    assert found[:2] == [
        ("role.ended", {"role": "clerk", **why}),
        ("role.given", {"role": "clerk", **why}),
    ]


def test_passkeys_that_others_added_are_named_to_whoever_gives_a_role(
    someone: RegistryRecord, database_url: str
) -> None:
    async def add(db: Database, name: str, data: dict[str, str]) -> None:
        async with db.writing() as unit:
            key = Passkey(someone.person_id, f"id-{name}", b"", 0, (), False, name, unit.now, None)
            await passkey_store.add_passkey(unit, key)
            await audit.record(
                unit, Event(EventKind.PASSKEY_ADDED, someone.person_id, subject_id=key.credential_id, data=data)
            )

    clerks = {"by": "per_clerk", "reason": "no phone", "through": "office"}
    for name, data in (("own", {}), ("clerks", clerks), ("lost", clerks)):
        with_database(database_url, partial(add, name=name, data=data))
    typed = f"{someone.personal_number}\n"
    run("office", "remove-passkey", "id-lost", *WHY, typed=typed)
    said = run("roles", "give", "clerk", *WHY, typed=typed)
    (named,) = [row for row in said.stderr.splitlines() if row.startswith("  ")]
    assert all(text in named for text in ("id-clerks", "by per_clerk"))
    assert len(said.stdout.splitlines()) == 1
    run("office", "remove-passkey", "id-clerks", *WHY, typed=typed)
    assert "passkey" not in run("roles", "give", "officer", *WHY, typed=typed).stderr


@pytest.mark.parametrize(
    ("by", "reason"),
    [("", "hired"), ("boss", ""), ("Nguyễn Văn An", "hired"), ("boss", "097199000026"), ("boss", "call 0951 234 567")],
)
def test_without_who_and_why_no_role_is_given_or_ended(
    someone: RegistryRecord, database_url: str, by: str, reason: str
) -> None:
    before = recorded(database_url, someone.person_id)
    for command in (("give", "clerk"), ("end", "rol_any")):
        refused = run("roles", *command, "--by", by, "--reason", reason, typed=f"{someone.personal_number}\n", code=1)
        assert "Say who you are and why" in refused.stderr
    assert recorded(database_url, someone.person_id) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("clerk", "--until", "2020-01-01"), "is over"),
        (("operator", "--office", "HN-01"), "an operator is one everywhere"),
        (("clerk", "--office", "Hà Nội"), "An office is named by"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    someone: RegistryRecord, database_url: str, arguments: tuple[str, ...], sentence: str
) -> None:
    before = recorded(database_url, someone.person_id)
    refused = run("roles", "give", *arguments, *WHY, typed=f"{someone.personal_number}\n", code=1)
    assert sentence in refused.stderr
    after = recorded(database_url, someone.person_id)
    assert after[: len(before)] == before
    assert [kind for kind, _ in after[len(before) :]] == ["person.looked_up"]


def test_a_role_holds_until_the_day_is_over_in_viet_nam(someone: RegistryRecord) -> None:
    typed = f"{someone.personal_number}\n"
    assert "YYYY-MM-DD" in run("roles", "give", "clerk", "--until", "31/12/2099", *WHY, typed=typed, code=2).stderr
    run("roles", "give", "clerk", "--until", "2099-12-31", *WHY, typed=typed)
    assert "2099-12-31T17:00:00Z" in run("roles", "list").stdout


@pytest.mark.usefixtures("someone")
def test_who_could_not_use_it_gets_no_role_and_reads_why() -> None:
    child = next(each.record for each in citizens(30, 1) if each.level < 2)
    refused = run("roles", "give", "clerk", *WHY, typed=f"{child.personal_number}\n", code=1)
    assert "account of level 2" in refused.stderr
