"""What no page or API offers is refused by the use case itself, whoever calls it."""

from contextlib import nullcontext
from dataclasses import replace

import orjson
import pytest

from tests.support.country import Country
from tests.support.deeds import DEED
from tests.support.events import events_of, recorded
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import known
from tests.support.tokens import CHILD, OWN, opened, person_token
from vneid_idp.audit import service as audit
from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.events import RecordedEvent
from vneid_idp.bindings.engine.rules import BindingNotFound
from vneid_idp.bindings.engine.service import Bound
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.clients import service as clients
from vneid_idp.consent.service import Shown, list_current
from vneid_idp.identity import accounts, persons, secret_hashes
from vneid_idp.identity.factors import sessions
from vneid_idp.identity.factors.chosen_secrets import SecretKind
from vneid_idp.identity.factors.passkey_store import Passkey, add_passkey
from vneid_idp.identity.factors.passkeys import PasskeyRefused, Site
from vneid_idp.identity.factors.proofs import PASSWORD, ProofOutdated, SignInProof
from vneid_idp.identity.offices.acts import DoneAlready, HolderDied, HoldsRole
from vneid_idp.identity.offices.roles import Role, RoleRequired
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.claims import Decision
from vneid_idp.protocol.errors import InsufficientScope
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases import enrol_person
from vneid_idp.use_cases.ask_for_lock import NothingToAsk, ask_for_lock
from vneid_idp.use_cases.bind_account import bind_account
from vneid_idp.use_cases.consent_for_child import NotTheirGuardian
from vneid_idp.use_cases.forget_person import forget_person
from vneid_idp.use_cases.give_consent import give_consent
from vneid_idp.use_cases.give_role import give_role
from vneid_idp.use_cases.look_up_person import Desk, LookUp, ReasonNeeded, find_at_desk
from vneid_idp.use_cases.protect_account import (
    FreshProofNeeded,
    add_own_passkey,
    change_secret,
    remove_own_passkey,
    rename_own_passkey,
)
from vneid_idp.use_cases.release_binding import release_for_client, release_with_token
from vneid_idp.use_cases.who_is_signed_in import hold_colleague

CLERK = Deed("per_clerk", "at the desk")


async def granted(land: Country, party: RelyingParty, scope: tuple[str, ...], child: str | None = None) -> str:
    """A grant of the guardian's with this scope, for one of the children or for nobody else."""
    child_id = None if child is None else land.people[child].record.person_id
    guardian = land.people["guardian"].record.person_id
    token = opened(land, await person_token(land, party.registered, guardian, scope=scope, child_id=child_id))
    assert token.grant_id is not None
    return token.grant_id


async def asked(land: Country, slug: str) -> persons.RegisterAnswer:
    answer = await persons.ask(land.idp.db, land.idp.registry, land.people[slug].record.person_id)
    assert answer is not None
    return answer


async def bind(land: Country, party: RelyingParty, grant_id: str, holder: str) -> Bound[SocialAccount]:
    answer = await asked(land, holder)
    client, blind = party.registered.client, land.idp.keys.blind
    async with land.idp.db.writing() as unit:
        return await bind_account(unit, land.idp.vault, blind, client, grant_id, answer, shipped(), account_id="1000")


@pytest.mark.parametrize("scope", [("openid",), CHILD], ids=" ".join)
async def test_a_grant_binds_the_persons_account_by_its_scope_alone(
    land: Country, party: RelyingParty, scope: tuple[str, ...]
) -> None:
    with pytest.raises(InsufficientScope):
        await bind(land, party, await granted(land, party, scope), "guardian")
    assert (await bind(land, party, await granted(land, party, OWN), "guardian")).created


@pytest.mark.parametrize("scope", [("openid",), OWN], ids=" ".join)
async def test_a_grant_binds_a_childs_account_by_its_scope_alone(
    land: Country, party: RelyingParty, scope: tuple[str, ...]
) -> None:
    with pytest.raises(InsufficientScope):
        await bind(land, party, await granted(land, party, scope, "child-9"), "child-9")
    assert (await bind(land, party, await granted(land, party, CHILD, "child-9"), "child-9")).created


async def test_nothing_is_bound_for_a_child_who_was_forgotten_meanwhile(land: Country, party: RelyingParty) -> None:
    """The register was asked before; so was whether the child may be acted for."""
    grant_id, answer = await granted(land, party, CHILD, "child-9"), await asked(land, "child-9")
    client, blind = party.registered.client, land.idp.keys.blind
    await land.idp.db.transact(
        lambda unit: forget_person(unit, land.idp.vault, land.idp.keys.blind, answer.record.person_id)
    )
    with pytest.raises(persons.Overtaken):
        async with land.idp.db.writing() as unit:
            await bind_account(unit, land.idp.vault, blind, client, grant_id, answer, shipped(), account_id="1000")


@pytest.mark.parametrize("meanwhile", ["no_guardian", "told"])
async def test_nothing_is_agreed_about_a_child_whose_guardian_somebody_is_no_more(
    land: Country, party: RelyingParty, meanwhile: str
) -> None:
    who, child = await known(land, "guardian"), await asked(land, "child-9")
    refusal: type[DomainError] = NotTheirGuardian
    if meanwhile == "told":
        refusal = persons.Overtaken
        async with land.idp.db.writing() as unit:
            await persons.tell(unit, child.record.person_id)
    else:
        child = replace(child, record=replace(child.record, guardian_ids=()))
    of, rules = (who.person_id, who.session_id, party.client_id), shipped().at(land.watch.now())
    decided = {"bind:social.child": Decision("account", 1, given=True)}
    with pytest.raises(refusal):
        async with land.idp.db.writing() as unit:
            await give_consent(unit, land.idp.vault, *of, decided, Shown("text", "vi"), child, years=40, rules=rules)
    async with land.idp.db.reading() as unit:
        assert await list_current(unit, who.person_id) == []


async def test_a_grant_that_binds_nothing_releases_nothing(land: Country, party: RelyingParty) -> None:
    bound = (await bind(land, party, await granted(land, party, OWN), "guardian")).binding
    holder = await asked(land, "guardian")
    client = party.registered.client
    refused, allowed = await granted(land, party, ("openid",)), await granted(land, party, CHILD)
    with pytest.raises(InsufficientScope):
        async with land.idp.db.writing() as unit:
            await release_with_token(unit, SOCIAL_ACCOUNT, client, refused, bound.binding_id, holder, shipped())
    async with land.idp.db.writing() as unit:
        released = await release_with_token(unit, SOCIAL_ACCOUNT, client, allowed, bound.binding_id, holder, shipped())
    assert released.state == "released"


async def test_a_grant_releases_nothing_at_another_client(land: Country, party: RelyingParty) -> None:
    bound = (await bind(land, party, await granted(land, party, OWN), "guardian")).binding
    other = RelyingParty(land, await land.register())
    grant_id, holder = await granted(land, other, OWN), await asked(land, "guardian")
    with pytest.raises(BindingNotFound):
        async with land.idp.db.writing() as unit:
            await release_with_token(
                unit, SOCIAL_ACCOUNT, other.registered.client, grant_id, bound.binding_id, holder, shipped()
            )


async def test_a_client_that_is_disabled_meanwhile_releases_nothing(land: Country, party: RelyingParty) -> None:
    bound = (await bind(land, party, await granted(land, party, OWN), "guardian")).binding
    client, idp = party.registered.client, land.idp

    async def work(unit: Unit) -> SocialAccount:
        return await release_for_client(unit, SOCIAL_ACCOUNT, client, bound.binding_id)

    await idp.db.transact(lambda unit: clients.disable(unit, party.client_id, DEED))
    with pytest.raises(clients.UnknownClient):
        await idp.db.transact(work)
    assert "binding.released" not in dict(await events_of(land, "guardian"))
    await idp.db.transact(lambda unit: clients.enable(unit, party.client_id, DEED))
    assert (await idp.db.transact(work)).state == "released"
    assert dict(await events_of(land, "guardian"))["binding.released"] == {"kind": "social_account", "by": "client"}


async def password_of(land: Country, person_id: str) -> SignInProof:
    """The proof of somebody who knows the password that stands."""
    async with land.idp.db.reading() as unit:
        hashed = await secret_hashes.find(unit, land.idp.vault, person_id, SecretKind.PASSWORD)
    assert hashed is not None
    return SignInProof(PASSWORD, hashed)


@pytest.mark.parametrize("what", ["add", "rename", "remove", "change"])
@pytest.mark.parametrize("methods", [("pwd",), ("pwd", "sms")], ids="+".join)
async def test_how_somebody_signs_in_is_changed_with_two_proofs_of_this_moment(
    land: Country, what: str, methods: tuple[str, ...]
) -> None:
    someone, vault = await known(land, "complete", *methods), land.idp.vault
    async with land.idp.db.reading() as unit:
        session = await sessions.find_session(unit, someone.person_id, someone.session_id)
    assert session is not None
    who, known_password = session, await password_of(land, someone.person_id)

    async def work(unit: Unit) -> None:
        if what == "add":
            sealer, site = land.idp.keys.sealer, Site("localhost", "us", "http://localhost")
            await add_own_passkey(unit, vault, sealer, site, who, sealed="x", answer="{}", name="key")
        elif what == "rename":
            await rename_own_passkey(unit, vault, who, "any", "mine")
        elif what == "remove":
            await remove_own_passkey(unit, vault, who, "any")
        else:
            await change_secret(unit, vault, who, known_password, SecretKind.PASSWORD, "hash", end_access=False)

    if len(methods) == 2:
        land.watch.advance(15 * MINUTE)
        with pytest.raises(PasskeyRefused) if what == "add" else nullcontext():
            await land.idp.db.transact(work)
        land.watch.advance(1)
    with pytest.raises(FreshProofNeeded):
        await land.idp.db.transact(work)


async def test_a_secret_is_changed_by_who_knows_the_password_that_stands(land: Country) -> None:
    someone, vault = await known(land), land.idp.vault
    async with land.idp.db.reading() as unit:
        session = await sessions.find_session(unit, someone.person_id, someone.session_id)
    assert session is not None
    who, old = session, await password_of(land, someone.person_id)
    await land.idp.db.transact(
        lambda unit: change_secret(unit, vault, who, old, SecretKind.PASSWORD, "another", end_access=False)
    )
    with pytest.raises(ProofOutdated):
        await land.idp.db.transact(
            lambda unit: change_secret(unit, vault, who, old, SecretKind.PASSWORD, "third", end_access=False)
        )


@pytest.mark.parametrize("has_passkey", [False, True])
async def test_who_could_give_a_second_proof_changes_no_secret_with_one(land: Country, has_passkey: bool) -> None:
    someone, vault = await known(land, "no-phone", "pwd"), land.idp.vault
    async with land.idp.db.writing() as unit:
        session = await sessions.find_session(unit, someone.person_id, someone.session_id)
        if has_passkey:
            assert await add_passkey(unit, Passkey(someone.person_id, "a2V5", b"", 0, (), False, "K", unit.now, None))
    assert session is not None
    who, old = session, await password_of(land, someone.person_id)
    with pytest.raises(FreshProofNeeded) if has_passkey else nullcontext():
        await land.idp.db.transact(
            lambda unit: change_secret(unit, vault, who, old, SecretKind.PASSCODE, "another", end_access=False)
        )
    set_now = [data for kind, data in await events_of(land, "no-phone") if kind == "secret.set"]
    assert set_now == ([] if has_passkey else [{"kind": "passcode"}])


async def enrol(land: Country, slug: str, level: int | None, *, compared: bool) -> None:
    """Open an account of `level` for a persona, or raise the one there is."""
    answer, vault, blind = await asked(land, slug), land.idp.vault, land.idp.keys.blind

    async def work(unit: Unit) -> None:
        if level is None:
            await enrol_person.raise_level(unit, vault, blind, answer, compared=compared, policy=shipped(), deed=CLERK)
        else:
            await enrol_person.open_account(
                unit, vault, blind, answer, level, compared=compared, policy=shipped(), deed=CLERK
            )

    await land.idp.db.transact(work)


async def last_event(land: Country, slug: str) -> RecordedEvent | None:
    async with land.idp.db.reading() as unit:
        return next(iter(await audit.history_of(unit, land.people[slug].record.person_id)), None)


@pytest.mark.parametrize(("slug", "level"), [("no-account", 2), ("level-1", None)])
async def test_level_2_takes_a_look_at_card_and_face_which_stands_in_the_event(
    land: Country, slug: str, level: int | None
) -> None:
    with pytest.raises(enrol_person.NotCompared):
        await enrol(land, slug, level, compared=False)
    assert await last_event(land, slug) is None
    await enrol(land, slug, level, compared=True)
    async with land.idp.db.reading() as unit:
        events = await audit.history_of(unit, land.people[slug].record.person_id)
    levelled = [event.data for event in events if event.kind in ("account.opened", "account.level_raised")]
    assert levelled == [{"level": 2, "compared": True, **CLERK.data}]


async def test_level_1_takes_no_look_and_the_event_says_of_none(land: Country) -> None:
    await enrol(land, "no-account", 1, compared=False)
    assert dict(await events_of(land, "no-account"))["account.opened"] == {"level": 1, **CLERK.data}


@pytest.mark.parametrize(
    ("slug", "refusal"),
    [("no-account", accounts.NoAccount), ("complete", DoneAlready), ("deceased", HolderDied)],
)
async def test_a_level_is_raised_for_who_has_an_account_and_not_that_level(
    land: Country, slug: str, refusal: type[Exception]
) -> None:
    before = await last_event(land, slug)
    with pytest.raises(refusal):
        await enrol(land, slug, None, compared=True)
    assert await last_event(land, slug) == before


@pytest.mark.parametrize("what", ["code", "add passkey", "remove passkey", "ask for a lock"])
@pytest.mark.parametrize(
    ("slug", "refusal"),
    [("no-account", accounts.NoAccount), ("closed", accounts.NoAccount), ("deceased", HolderDied)],
)
async def test_nothing_is_done_for_the_dead_nor_for_who_has_no_account(
    land: Country, what: str, slug: str, refusal: type[Exception]
) -> None:
    person_id = land.people[slug].record.person_id

    async def work(unit: Unit) -> None:
        if what == "code":
            await enrol_person.new_activation_code(unit, land.idp.keys.blind, person_id, CLERK)
        elif what == "add passkey":
            sealer, site = land.idp.keys.sealer, Site("localhost", "us", "http://localhost")
            await enrol_person.add_passkey(
                unit, sealer, site, person_id=person_id, context="x", sealed="x", answer="{}", name="key", deed=CLERK
            )
        elif what == "remove passkey":
            await enrol_person.remove_passkey(unit, person_id, "any", CLERK)
        else:
            await ask_for_lock(unit, person_id, lock=True, deed=CLERK)

    before = await last_event(land, slug)
    with pytest.raises(refusal):
        await land.idp.db.transact(work)
    assert await last_event(land, slug) == before


async def test_a_colleague_is_held_to_the_office_in_whose_name_it_is_done(land: Country) -> None:
    someone, idp = await known(land), land.idp
    await idp.db.transact(lambda unit: give_role(unit, someone.person_id, Role.CLERK, "HN-01", DEED))

    async def held(role: Role, office: str | None) -> None:
        who, session = someone.person_id, someone.session_id
        await idp.db.transact(lambda unit: hold_colleague(unit, who, session, role, office=office))

    for office in ("HN-01", None):
        await held(Role.CLERK, office)
    for role, office in ((Role.CLERK, "HN-02"), (Role.OFFICER, "HN-01"), (Role.OFFICER, None)):
        with pytest.raises(RoleRequired):
            await held(role, office)


async def test_a_colleague_is_relieved_of_a_lost_passkey_and_given_no_other(land: Country) -> None:
    someone, idp = land.people["complete"].record.person_id, land.idp
    async with idp.db.writing() as unit:
        assert await add_passkey(unit, Passkey(someone, "a2V5", b"", 0, (), False, "K", unit.now, None))
        await give_role(unit, someone, Role.CLERK, "HN-01", DEED)
    with pytest.raises(HoldsRole):
        await idp.db.transact(lambda unit: enrol_person.check_may_have_passkey(unit, someone))
    assert await idp.db.transact(lambda unit: enrol_person.remove_passkey(unit, someone, "a2V5", CLERK))
    assert (await events_of(land, "complete"))[0] == ("passkey.removed", CLERK.data)


async def test_a_lock_is_asked_for_where_it_would_change_something(land: Country) -> None:
    person_id = land.people["complete"].record.person_id
    with pytest.raises(NothingToAsk):
        await land.idp.db.transact(lambda unit: ask_for_lock(unit, person_id, lock=False, deed=CLERK))
    await land.idp.db.transact(lambda unit: ask_for_lock(unit, person_id, lock=True, deed=CLERK))


@pytest.mark.parametrize(("desk", "reason"), [(Desk.OFFICE, ""), (Desk.OFFICE, "incident"), (Desk.OPERATOR, "family")])
async def test_nobody_is_looked_up_without_a_reason_of_the_desk(land: Country, desk: Desk, reason: str) -> None:
    record, idp = land.people["complete"].record, land.idp
    looking = LookUp(desk, "per_clerk", "HN-01", reason)
    with pytest.raises(ReasonNeeded):
        await find_at_desk(idp.db.transact, idp.registry, record.personal_number, looking)
    async with land.idp.db.reading() as unit:
        assert "person.looked_up" not in {event.kind for event in await audit.history_of(unit, record.person_id)}


async def test_that_somebody_was_looked_for_is_on_record_though_nobody_has_the_number(land: Country) -> None:
    idp = land.idp
    looking = LookUp(Desk.OFFICE, "per_clerk", "HN-01", "family")
    assert await find_at_desk(idp.db.transact, idp.registry, "097096999999", looking) is None
    (data,) = await recorded(land, "person.looked_up")
    assert orjson.loads(data) == {"by": "per_clerk", "office": "HN-01", "reason": "family", "desk": "office"}
