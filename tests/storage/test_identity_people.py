"""Registry, vault, accounts and look-up, on both databases."""

from dataclasses import replace

import pytest
from sqlalchemy import bindparam, select

from tests.support.people import (
    BLIND,
    POPULATION,
    SEALER,
    VAULT,
    brought_into_step,
    died,
    hashes,
    persona,
    with_personas,
)
from tests.support.watch import Watch
from vneid_idp.audit import service as audit
from vneid_idp.identity import account_rules, account_store, accounts, lookup, secret_hashes, tables
from vneid_idp.identity.account_rules import AccountStanding
from vneid_idp.identity.accounts import LevelNotAllowed, SignInNameTaken
from vneid_idp.identity.factors import chosen_secrets
from vneid_idp.identity.factors.chosen_secrets import SecretKind
from vneid_idp.identity.vault import PersonForgotten, PersonKey
from vneid_idp.kernel.clock import DAY, MINUTE
from vneid_idp.kernel.sealing import NotSealedHere, SealPurpose
from vneid_idp.policy.documents import shipped
from vneid_idp.sandbox.country import store as population_store
from vneid_idp.sandbox.country.citizens import citizens
from vneid_idp.sandbox.country.population import COLUMN, NotSynthetic, NumberTaken
from vneid_idp.sandbox.country.seed import seed_citizens
from vneid_idp.sandbox.country.tables import registry_people
from vneid_idp.storage.metadata import metadata
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database

PLAIN = persona("plain")
_USABLE = Statement(select(tables.accounts.c.person_id).where(tables.account_is_usable()))


async def test_the_registry_finds_people_by_person_and_by_number(db: Database) -> None:
    await with_personas(db)
    async with db.reading() as unit:
        assert await POPULATION.find(unit, PLAIN.record.person_id) == PLAIN.record
        assert await POPULATION.find_by_number(unit, PLAIN.record.personal_number) == PLAIN.record
        assert await POPULATION.find(unit, "per_nobody") is None
        assert await POPULATION.find_by_number(unit, "097095999999") is None


async def test_the_registry_knows_children_eldest_first_and_only_the_living(db: Database) -> None:
    await with_personas(db)
    guardian = persona("guardian").record.person_id
    async with db.writing() as unit:
        children = await POPULATION.children_of(unit, guardian)
        assert [child.person_id for child in children] == [persona(s).record.person_id for s in ("fifteen", "child-9")]
        assert await POPULATION.children_of(unit, PLAIN.record.person_id) == ()
        await died(unit, POPULATION, children[0].person_id)
        assert len(await POPULATION.children_of(unit, guardian)) == 1


async def test_real_numbers_and_taken_ones_are_refused(db: Database) -> None:
    await with_personas(db)
    for number, error in ((PLAIN.record.personal_number, NumberTaken), ("001095000001", NotSynthetic)):
        with pytest.raises(error):
            async with db.writing() as unit:
                await POPULATION.register(unit, replace(PLAIN.record, person_id="per_other", personal_number=number))
    async with db.reading() as unit:
        assert await POPULATION.find(unit, "per_other") is None


async def test_nothing_that_tells_who_somebody_is_stands_in_the_open(db: Database) -> None:
    await with_personas(db)
    people = [persona(slug).record for slug in ("plain", "complete", "foreigner")]
    async with db.reading() as unit:
        for table in metadata.sorted_tables:
            text = repr([tuple(row[c.name] for c in table.c) for row in await unit.fetch(Statement(select(table)))])
            for record in people:
                for secret in (record.full_name, record.personal_number, record.phone, record.birth_date.isoformat()):
                    assert secret is None or secret not in text, table.name


async def test_a_destroyed_key_makes_a_person_unreadable(db: Database) -> None:
    await with_personas(db)
    async with db.writing() as unit:
        await accounts.forget(unit, VAULT, PLAIN.record.person_id)
    async with db.reading() as unit:
        assert await POPULATION.find(unit, PLAIN.record.person_id) is None
        assert await POPULATION.find_by_number(unit, PLAIN.record.personal_number) is None
        assert await accounts.find_with_profile(unit, VAULT, PLAIN.record.person_id) is None
        candidate = await lookup.find_candidate(unit, VAULT, BLIND, PLAIN.username)
        assert candidate.account is None
        stored = await account_store.find_account(unit, PLAIN.record.person_id)
        assert stored is not None
        with pytest.raises(PersonForgotten):
            accounts.open_profile(VAULT, PLAIN.record.person_id, stored.sealed_key, stored.profile)


async def test_sealed_text_opens_only_for_its_person_and_column(db: Database) -> None:
    async with db.writing() as unit:
        ours, theirs = await VAULT.ensure_key(unit, "per_a"), await VAULT.ensure_key(unit, "per_b")
        sealed = ours.seal_json("a.column", {"x": 1})
        again = await VAULT.find_key(unit, "per_a")
        assert again is not None
        assert again.open_json("a.column", sealed) == {"x": 1}
        for key, column, text in (
            (theirs, "a.column", sealed),
            (ours, "b.column", sealed),
            (ours, "a.column", sealed[:-2] + "AA"),
            (ours, "a.column", ""),
        ):
            with pytest.raises(NotSealedHere):
                key.open(column, text)
        assert await VAULT.find_key(unit, "per_c") is None
        with pytest.raises(NotSealedHere):  # even under one key, a value is one person's
            PersonKey("per_b", bytes(32)).open("a.column", PersonKey("per_a", bytes(32)).seal("a.column", b"x"))
        row = await unit.fetch_one(Statement(select(tables.person_keys)))
        assert row is not None
        assert SEALER.open(SealPurpose.PERSON_KEY, row["sealed_key"])
        assert await VAULT.destroy(unit, "per_a")
        assert not await VAULT.destroy(unit, "per_a")


async def test_an_account_is_found_by_number_and_phone_however_typed(db: Database) -> None:
    await with_personas(db)
    assert PLAIN.record.phone is not None
    national, keys = "0" + PLAIN.record.phone[3:], []
    async with db.reading() as unit:
        for typed in (PLAIN.username, f" {PLAIN.username[:3]} {PLAIN.username[3:]} ", PLAIN.record.phone, national):
            candidate = await lookup.find_candidate(unit, VAULT, BLIND, typed)
            assert candidate.person_id == PLAIN.record.person_id
            assert candidate.phone == PLAIN.record.phone
            assert (candidate.password_hash, candidate.passcode_hash) == (hashes().password, hashes().passcode)
            keys.append(candidate.attempts_key)
    # However a name is typed, it is the same; the number and the phone are two, of which neither tells the other.
    assert keys[0] == keys[1] != keys[2] == keys[3]


@pytest.mark.parametrize("typed", ["", "097095999999", "0950999999", "minhanh", "x" * 5000, "097079000003"])
async def test_nobody_is_a_candidate_too_for_the_same_one_statement(db: Database, typed: str) -> None:
    await with_personas(db)
    async with db.reading() as unit:
        before = db.statements
        nobody = await lookup.find_candidate(unit, VAULT, BLIND, typed)
        assert (nobody.person_id, nobody.phone, nobody.password_hash, nobody.passcode_hash) == (None,) * 4
        assert nobody.attempts_key
        middle = db.statements
        await lookup.find_candidate(unit, VAULT, BLIND, PLAIN.username)
        assert (middle - before, db.statements - middle) == (1, 1)


async def test_a_closed_account_is_nobody(db: Database) -> None:
    await with_personas(db)
    async with db.reading() as unit:
        assert (await lookup.find_candidate(unit, VAULT, BLIND, persona("closed").username)).account is None
    async with db.writing() as unit:
        # Closed is enough, whatever names still lead to it.
        assert await account_store.close_account(unit, persona("complete").record.person_id, unit.now)
        assert (await lookup.find_candidate(unit, VAULT, BLIND, persona("complete").username)).account is None
        assert await accounts.close(unit, PLAIN.record.person_id)
        assert not await accounts.close(unit, PLAIN.record.person_id)
        assert not await account_store.raise_level(unit, PLAIN.record.person_id, 3, unit.now), "closed is closed"
    async with db.reading() as unit:
        assert (await lookup.find_candidate(unit, VAULT, BLIND, PLAIN.username)).account is None


async def test_an_account_is_opened_once_and_within_the_law(db: Database, watch: Watch) -> None:
    record = PLAIN.record
    async with db.writing() as unit:
        await POPULATION.register(unit, record)
        opened = await accounts.open_account(unit, VAULT, BLIND, record, 1, {"nickname": "A"}, policy=shipped())
        with pytest.raises(accounts.AccountExists):
            await accounts.open_account(unit, VAULT, BLIND, record, 2, policy=shipped())
        assert opened.level == 1
        child = replace(persona("child-5").record, guardian_ids=())
        with pytest.raises(LevelNotAllowed):
            await accounts.open_account(unit, VAULT, BLIND, child, 2, policy=shipped())
        with pytest.raises(LevelNotAllowed):
            await accounts.open_account(unit, VAULT, BLIND, record, 0, policy=shipped())
        watch.advance(MINUTE)
    async with db.writing() as unit:
        assert await accounts.raise_level(unit, record, policy=shipped())
        assert not await accounts.raise_level(unit, record, policy=shipped())
        with pytest.raises(LevelNotAllowed):
            await accounts.raise_level(unit, replace(record, card=None), policy=shipped())
        raised = await accounts.get(unit, record.person_id)
        assert (raised.level_verified_at, raised.updated_at) == (watch.now(), watch.now())
        assert raised.opened_at == watch.now() - MINUTE
        found = await accounts.find_with_profile(unit, VAULT, record.person_id)
        assert found is not None
        assert (found[0].level, found[1].record, found[1].own) == (2, record, {"nickname": "A"})
        assert await accounts.find(unit, "per_nobody") is None
    other = replace(persona("complete").record, phone=record.phone)
    with pytest.raises(SignInNameTaken):
        async with db.writing() as unit:
            await accounts.open_account(unit, VAULT, BLIND, other, 2, policy=shipped())


async def test_an_account_follows_the_registry(db: Database, watch: Watch) -> None:
    await with_personas(db)
    person_id = PLAIN.record.person_id
    watch.advance(MINUTE)
    async with db.writing() as unit:
        before = await accounts.find(unit, person_id)
        assert await brought_into_step(unit, VAULT, BLIND, PLAIN.record) == before
        record = replace(PLAIN.record, deceased_at=unit.now)
        deceased = await brought_into_step(unit, VAULT, BLIND, record)
        assert deceased is not None
        assert account_rules.account_standing(deceased, record, unit.now) is AccountStanding.DECEASED
        usable = await brought_into_step(unit, VAULT, BLIND, PLAIN.record)
        assert usable is not None
        assert account_rules.account_standing(usable, PLAIN.record, unit.now) is AccountStanding.USABLE
        assert await brought_into_step(unit, VAULT, BLIND, persona("no-account").record) is None
        # What the holder added is no matter of the registry's.
        complete = persona("complete")
        await brought_into_step(unit, VAULT, BLIND, replace(complete.record, email="moi@example.vn"))
        found = await accounts.find_with_profile(unit, VAULT, complete.record.person_id)
        assert found is not None
        assert (found[1].record.email, found[1].own) == ("moi@example.vn", complete.own)
        assert found[0].updated_at == watch.now()


async def test_a_new_phone_is_the_new_sign_in_name_and_the_old_one_is_nobodys(db: Database) -> None:
    await with_personas(db)
    async with db.writing() as unit:
        moved = replace(PLAIN.record, phone="+84950000999")
        await POPULATION.register(unit, moved)
        await brought_into_step(unit, VAULT, BLIND, moved)
        assert PLAIN.record.phone is not None
        assert (await lookup.find_candidate(unit, VAULT, BLIND, PLAIN.record.phone)).person_id is None
        for name in ("0950000999", PLAIN.username):
            assert (await lookup.find_candidate(unit, VAULT, BLIND, name)).person_id == moved.person_id


async def test_the_condition_in_sql_is_the_rule(db: Database, watch: Watch) -> None:
    await with_personas(db)
    for _ in range(3):
        async with db.reading() as unit:
            usable = {row["person_id"] for row in await unit.fetch(_USABLE, now=unit.now)}
            everyone = {row["person_id"] for row in await unit.fetch(Statement(select(tables.accounts.c.person_id)))}
            for person_id in everyone:
                account = await accounts.find(unit, person_id)
                assert account is not None
                standing = account_rules.account_standing(account, None, unit.now)
                assert (standing is AccountStanding.USABLE) is (person_id in usable)
            assert 0 < len(usable) < len(everyone)
        watch.advance(700 * DAY)


async def test_secrets_are_set(db: Database) -> None:
    await with_personas(db)
    passkey = persona("passkey")
    async with db.writing() as unit:
        assert (await lookup.find_candidate(unit, VAULT, BLIND, passkey.username)).passcode_hash is None
        await chosen_secrets.set_hash(unit, VAULT, passkey.record.person_id, SecretKind.PASSCODE, "h1", code_at=0)
        for old, new in (("h1", "h2"), ("h1", "h3")):
            await chosen_secrets.renew_hash(unit, VAULT, passkey.record.person_id, SecretKind.PASSCODE, old, new)
        assert (await lookup.find_candidate(unit, VAULT, BLIND, passkey.username)).passcode_hash == "h2"


async def test_what_is_stored_of_a_secret_is_sealed_and_what_stood_in_clear_is_read(db: Database) -> None:
    await with_personas(db)
    other = persona("complete").record.person_id
    async with db.writing() as unit:
        rows = await unit.fetch(Statement(select(tables.factor_secrets)))
        assert rows
        assert not [row for row in rows if "$" in row["hash"]], "a copy of the database is nothing to guess against"
        mine = next(row["hash"] for row in rows if row["person_id"] == PLAIN.record.person_id)
        await account_store.put_secret(unit, other, "password", mine, unit.now)
        with pytest.raises(NotSealedHere):
            await secret_hashes.find(unit, VAULT, other, "password")
        await account_store.put_secret(unit, PLAIN.record.person_id, "password", hashes().password, unit.now)
        bare = await lookup.find_candidate(unit, VAULT, BLIND, PLAIN.username)
        assert (bare.password_hash, bare.has_bare_hash) == (hashes().password, True)
        await chosen_secrets.renew_hash(
            unit, VAULT, PLAIN.record.person_id, SecretKind.PASSWORD, hashes().password, hashes().password
        )
        sealed = await lookup.find_candidate(unit, VAULT, BLIND, PLAIN.username)
        assert (sealed.password_hash, sealed.has_bare_hash) == (hashes().password, False)


async def test_whoever_signs_in_is_held_against_the_own_secrets(db: Database) -> None:
    await with_personas(db)
    people = [persona(slug) for slug in ("plain", "complete", "guardian")]
    async with db.writing() as unit:
        for someone in people:
            for kind in SecretKind:
                await chosen_secrets.set_hash(
                    unit, VAULT, someone.record.person_id, kind, f"{kind.value} of {someone.slug}", code_at=0
                )
    async with db.reading() as unit:
        for someone in people:
            found = await lookup.find_candidate(unit, VAULT, BLIND, someone.username)
            assert found.password_hash == f"password of {someone.slug}"
            assert found.passcode_hash == f"passcode of {someone.slug}"
        history = await audit.history_of(unit, PLAIN.record.person_id)
    assert sorted((event.kind, dict(event.data)["kind"]) for event in history) == [
        ("secret.set", "passcode"),
        ("secret.set", "password"),
    ]


async def test_citizens_are_written_once_whatever_is_there(db: Database) -> None:
    heard: list[int] = []
    first = await seed_citizens(db, VAULT, BLIND, 60, 9, hashes=hashes(), progress=heard.append)
    assert (first.written, first.skipped, heard) == (60, 0, [60])
    more = await seed_citizens(db, VAULT, BLIND, 90, 9, hashes=hashes())
    assert (more.written, more.skipped) == (30, 60)
    people = list(citizens(90, 9))
    async with db.reading() as unit:
        for citizen in people:
            record = citizen.record
            assert await POPULATION.find_by_number(unit, record.personal_number) == record
            account = await accounts.find_with_profile(unit, VAULT, record.person_id)
            assert (account[0].level if account else 0) == citizen.level
        child = next(
            citizen.record for citizen in people if citizen.record.guardian_ids and not citizen.record.deceased_at
        )
        assert child in await POPULATION.children_of(unit, child.guardian_ids[0])


async def test_citizens_without_accounts(db: Database) -> None:
    assert (await seed_citizens(db, VAULT, BLIND, 10, 4)).written == 10
    async with db.reading() as unit:
        assert not await unit.fetch(Statement(select(tables.accounts.c.person_id)))


async def test_a_row_moved_to_another_person_does_not_open(db: Database) -> None:
    await with_personas(db)
    other = persona("complete").record.person_id
    statement = Statement(
        registry_people.update()
        .where(registry_people.c.person_id == bindparam("of_person"))
        .values(sealed=bindparam("sealed"))
    )
    async with db.writing() as unit:
        row = await population_store.find_person(unit, PLAIN.record.person_id)
        assert row is not None
        await unit.execute(statement, of_person=other, sealed=row.sealed)
        with pytest.raises(NotSealedHere):
            await POPULATION.find(unit, other)
    assert COLUMN == "registry_people.sealed"


async def test_what_the_registry_said_earlier_undoes_nothing_that_it_said_later(db: Database) -> None:
    await with_personas(db)
    async with db.writing() as unit:
        late = await died(unit, POPULATION, PLAIN.record.person_id)
        await brought_into_step(unit, VAULT, BLIND, late)
        account = await brought_into_step(unit, VAULT, BLIND, PLAIN.record)
    assert account is not None
    assert account.deceased_at == late.deceased_at
    assert account_rules.account_standing(account, PLAIN.record, unit.now) is AccountStanding.DECEASED
