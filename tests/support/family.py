"""A child, whose account at a network a guardian bound, and what befalls those who supervise it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx

from tests.support.authority import change, die, lock, unlock
from tests.support.bindings import ACCOUNTS, assert_account_as_published
from tests.support.country import Country
from tests.support.relying_party import RelyingParty
from tests.support.tokens import CHILD, OWN, own_token, person_token
from vneid_idp.identity.register.records import LockedBy, RegistryRecord
from vneid_idp.kernel.clock import MINUTE, VIETNAM
from vneid_idp.storage.unit import Unit
from vneid_idp.use_cases.forget_person import forget_person
from vneid_idp.workers.follower import Follower

Happens = Callable[[Country, Unit, str], Awaitable[object]]
ACCOUNT = "1000"


async def forget(land: Country, unit: Unit, person_id: str) -> None:
    """The person's data are destroyed."""
    await forget_person(unit, land.idp.vault, land.idp.keys.blind, person_id)


CANNOT_ACT: dict[str, Happens] = {"locked": lock, "died": die, "forgotten": forget}


class Family:
    """A child of fifteen whose account at a network the mother bound, and an aunt."""

    def __init__(self, land: Country, party: RelyingParty) -> None:
        self.land, self.party = land, party
        self.mother, self.aunt, self.child = (land.people[slug].record for slug in ("guardian", "complete", "fifteen"))
        idp = land.idp
        self._follower = Follower(idp.db, idp.vault, idp.keys.blind, idp.registry, idp.policy)

    async def guardians_are(self, *guardians: RegistryRecord, followed: bool = True) -> None:
        """The register names these, and the provider has heard of it or not yet."""
        self.land.watch.advance(MINUTE)
        await change(self.land, self.child.person_id, guardian_ids=tuple(each.person_id for each in guardians))
        if followed:
            await self._follower.round()

    async def child_is_locked(self, whose: str, *, stands: bool) -> None:
        """A lock of the child's identity that is made here, or the register's, begins or ends."""
        if whose == "here":
            await self.happens(lock if stands else unlock, self.child)
            return
        self.land.watch.advance(MINUTE)
        by, at = (LockedBy.AUTHORITY, self.land.watch.now()) if stands else (None, None)
        await change(self.land, self.child.person_id, locked_by=by, locked_at=at)
        await self._follower.round()

    async def follows(self) -> None:
        """What the register changed is followed."""
        await self._follower.round()

    async def happens(self, what: Happens, person: RegistryRecord) -> None:
        """Something is done to a person."""
        self.land.watch.advance(MINUTE)
        await self.land.idp.db.transact(lambda unit: what(self.land, unit, person.person_id))

    async def it_is_the_birthday(self) -> None:
        """The child is sixteen; nobody tells, since no record changed."""
        born = self.child.birth_date
        self.land.watch.set(datetime(born.year + 16, born.month, born.day, tzinfo=VIETNAM))

    async def binds(
        self, who: RegistryRecord, *, link: bool = True, account: str = ACCOUNT, by_message: bool = False
    ) -> httpx.Response:
        """Somebody binds an account of the child's: a guardian, or the child; with `link` confirmed at the page."""
        child_id = None if who is self.child else self.child.person_id
        scope = OWN if child_id is None else CHILD
        token = await person_token(
            self.land,
            self.party.registered,
            who.person_id,
            child_id=child_id,
            scope=scope,
            link=link,
            by_message=by_message,
        )
        async with self.land.browser() as network:
            headers = {"Authorization": f"Bearer {token}"}
            answer = await network.post(ACCOUNTS, headers=headers, json={"account_id": account})
        assert_account_as_published("POST", "", answer)
        return answer

    async def read(self, path: str) -> dict[str, Any]:
        """What the network reads with its own token."""
        token = own_token(self.land, self.party.registered)
        async with self.land.browser() as network:
            headers = {"Authorization": f"Bearer {token}"}
            body: dict[str, Any] = (await network.get(f"{ACCOUNTS}/{path}", headers=headers)).json()
        return body

    async def listed(self) -> list[dict[str, Any]]:
        """The bindings in the network's list."""
        token = own_token(self.land, self.party.registered)
        async with self.land.browser() as network:
            answer = await network.get(ACCOUNTS, headers={"Authorization": f"Bearer {token}"})
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def stands(self) -> dict[str, Any]:
        """What the network is told of the account."""
        token = own_token(self.land, self.party.registered)
        async with self.land.browser() as network:
            headers = {"Authorization": f"Bearer {token}"}
            answer = await network.post(f"{ACCOUNTS}/status", headers=headers, json={"account_id": ACCOUNT})
        body: dict[str, Any] = answer.json()
        assert body["binding"]["state"] == body["account_state"]
        binding: dict[str, Any] = body["binding"]
        return binding
