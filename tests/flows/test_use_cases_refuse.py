"""What no page or API offers is refused by the use case itself, whoever calls it."""

import pytest

from tests.support.country import Country
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import known
from tests.support.tokens import CHILD, OWN, person_token
from vneid_idp.bindings.engine.service import Bound
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.identity import persons, sessions
from vneid_idp.identity.chosen_secrets import SecretKind
from vneid_idp.identity.passkeys import Site
from vneid_idp.identity.proofs import PASSWORD, Proof, ProofOutdated
from vneid_idp.identity.store import find_secret
from vneid_idp.kernel.clock import MINUTE
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol.errors import InsufficientScope
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.bind_account import bind_account
from vneid_idp.use_cases.protect_account import (
    FRESH,
    FreshProofNeeded,
    add_own_passkey,
    change_secret,
    remove_own_passkey,
)
from vneid_idp.use_cases.release_binding import release_with_token
from vneid_idp.web.bearer import open_access_token


async def granted(land: Country, party: RelyingParty, scope: tuple[str, ...], child: str | None = None) -> str:
    """A grant of the guardian's with this scope, for one of the children or for nobody else."""
    child_id = None if child is None else land.people[child].record.person_id
    guardian = land.people["guardian"].record.person_id
    token = open_access_token(
        land.idp, await person_token(land, party.registered, guardian, scope=scope, child_id=child_id)
    )
    assert token.grant_id is not None
    return token.grant_id


async def bind(land: Country, party: RelyingParty, grant_id: str, holder: str) -> Bound[SocialAccount]:
    told = await persons.ask(land.idp.db, land.idp.registry, land.people[holder].record.person_id)
    assert told is not None
    client, blind = party.registered.client, land.idp.keys.blind
    async with land.idp.db.writing() as unit:
        return await bind_account(unit, blind, client, grant_id, told, shipped(), account_id="1000")


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


async def test_a_grant_that_binds_nothing_releases_nothing(land: Country, party: RelyingParty) -> None:
    bound = (await bind(land, party, await granted(land, party, OWN), "guardian")).binding
    holder = await persons.ask(land.idp.db, land.idp.registry, land.people["guardian"].record.person_id)
    client = party.registered.client
    refused, allowed = await granted(land, party, ("openid",)), await granted(land, party, CHILD)
    with pytest.raises(InsufficientScope):
        async with land.idp.db.writing() as unit:
            await release_with_token(unit, SOCIAL_ACCOUNT, client, refused, bound.binding_id, holder, shipped())
    async with land.idp.db.writing() as unit:
        released = await release_with_token(unit, SOCIAL_ACCOUNT, client, allowed, bound.binding_id, holder, shipped())
    assert released.state == "released"


async def password_of(land: Country, person_id: str) -> Proof:
    """The proof of somebody who knows the password that stands."""
    async with land.idp.db.reading() as unit:
        hashed = await find_secret(unit, person_id, SecretKind.PASSWORD)
    assert hashed is not None
    return Proof(PASSWORD, hashed)


@pytest.mark.parametrize("what", ["add", "remove", "change"])
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
        elif what == "remove":
            await remove_own_passkey(unit, vault, who, "any")
        else:
            await change_secret(unit, vault, who, known_password, SecretKind.PASSWORD, "hash")

    if len(methods) == 2:
        if what != "add":
            await land.idp.db.transact(work)
        land.watch.advance(FRESH + MINUTE)
    with pytest.raises(FreshProofNeeded):
        await land.idp.db.transact(work)


async def test_a_secret_is_changed_by_who_knows_the_password_that_stands(land: Country) -> None:
    someone, vault = await known(land), land.idp.vault
    async with land.idp.db.reading() as unit:
        session = await sessions.find_session(unit, someone.person_id, someone.session_id)
    assert session is not None
    who, old = session, await password_of(land, someone.person_id)
    await land.idp.db.transact(lambda unit: change_secret(unit, vault, who, old, SecretKind.PASSWORD, "another"))
    with pytest.raises(ProofOutdated):
        await land.idp.db.transact(lambda unit: change_secret(unit, vault, who, old, SecretKind.PASSWORD, "third"))
