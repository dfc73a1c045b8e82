"""What operators do with clients, on both databases: each change an event with who and why, and none of them lost."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from tests.support.deeds import DEED
from tests.support.watch import Watch
from vneid_idp.audit.deeds import BadDeed, Deed
from vneid_idp.audit.tables import events
from vneid_idp.clients import by_operator, domains, families, service
from vneid_idp.clients.domains import ClientDomain, DomainUnreachable, ForeignDomain, UnknownDomain
from vneid_idp.clients.families import BadFamily, FamilyExists, UnknownFamily
from vneid_idp.clients.keys import Unreachable
from vneid_idp.clients.service import BadOverlap, ClientChanged, NoSecret, Registered, UnknownClient
from vneid_idp.clients.store import ClientCounts
from vneid_idp.kernel.clock import DAY, HOUR, SECOND
from vneid_idp.protocol import registration
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.client_auth import is_secret_right
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.protocol.members import Registrar
from vneid_idp.storage.database import open_database
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database, Unit

TEXT = {"vi": "a", "en": "b"}
PURPOSE = {
    "id": "account", "version": 1, "title": TEXT, "text": TEXT, "legal_ground": TEXT, "kept_until": TEXT,
    "required": ["age_band"], "optional": ["email"],
}  # fmt: skip
MEMBERS: dict[str, Any] = {
    "redirect_uris": ["https://login.rp.example/cb"],
    "client_name": "Báo Mới",
    "scope": "openid email age",
    "purposes": [PURPOSE],
}
WHO = {"by": "ops-1", "reason": "A test needs it"}
_EVENTS = Statement(select(events).order_by(events.c.event_id))


async def register(db: Database, **changes: Any) -> Registered:
    members = registration.read_registration({**MEMBERS, **changes}, Registrar(by_operator=True, sandbox=False))
    async with db.writing() as unit:
        return await service.register(unit, members, deed=DEED)


async def last_event(db: Database) -> tuple[str, dict[str, Any]]:
    async with db.reading() as unit:
        row = (await unit.fetch(_EVENTS))[-1]
    return row["kind"], orjson.loads(row["data"])


async def of_whom(db: Database) -> tuple[str | None, str | None]:
    async with db.reading() as unit:
        *_, row = await unit.fetch(_EVENTS)
    return row["client_id"], row["subject_id"]


async def count_events(db: Database) -> int:
    async with db.reading() as unit:
        return len(await unit.fetch(_EVENTS))


async def now_of(db: Database, client: Client) -> Client:
    async with db.reading() as unit:
        return await service.get_client(unit, client.client_id)


@pytest.mark.parametrize(
    ("by", "reason"),
    [("", "reason"), ("ops 1", "reason"), ("a@b.example", "reason"), ("ops", ""), ("ops", " x "), ("ops", "a\nbcd"),
     ("ops", "x" * 501), ("ops", "097196000001 asked"), ("ops", "call 0951 234 567"), ("097196000001", "reason")],
)  # fmt: skip
def test_who_and_why_are_said_and_nobodys_number(by: str, reason: str) -> None:
    with pytest.raises(BadDeed):
        Deed(by, reason)
    assert Deed("per_123456789abcdefghijklmnopq"[:30], "A colleague").data["by"].startswith("per_")
    assert Deed("ops-1", "Yêu cầu của bên vận hành, phiếu 20261124").data["by"] == "ops-1"


Change = Callable[[Unit, Client], Any]
CHANGES: dict[str, Change] = {
    "client.changed": lambda unit, client: by_operator.update(
        unit, client, {**MEMBERS, "client_name": "Báo Cũ"}, DEED, sandbox=False
    ),
    "client.disabled": lambda unit, client: service.disable(unit, client.client_id, DEED),
    "client.secret_rotated": lambda unit, client: service.rotate_secret(unit, client, DEED),
    "client.domain_asked": lambda unit, client: domains.ask(unit, client, "rp.example", DEED),
    "family.named": lambda unit, client: families.name(unit, "house", "The House", DEED),
    "family.disabled": lambda unit, client: families.disable(unit, "house", DEED),
}


@pytest.mark.parametrize("kind", CHANGES)
async def test_every_change_says_who_and_why(db: Database, kind: str) -> None:
    made = await register(db, family="house")
    assert await last_event(db) == ("client.registered", WHO)
    async with db.writing() as unit:
        await CHANGES[kind](unit, made.client)
    found, data = await last_event(db)
    assert found == kind
    assert data.items() >= WHO.items()
    assert await of_whom(db) == ((None, "house") if kind.startswith("family.") else (made.client.client_id, None))


async def test_disabling_and_enabling_are_events_once(db: Database) -> None:
    made = await register(db, family="house")
    before = await count_events(db)
    for act, whom in ((service.disable, made.client.client_id), (service.enable, made.client.client_id),
                      (families.disable, "house"), (families.enable, "house")):  # fmt: skip
        for _ in range(2):
            async with db.writing() as unit:
                await act(unit, whom, DEED)
        before += 1
        assert await count_events(db) == before
        assert (await last_event(db))[1] == WHO
        assert whom in await of_whom(db)
    assert (await now_of(db, made.client)).disabled_at is None


@pytest.mark.parametrize("disable", [service.disable, families.disable])
async def test_whoever_disables_waits_for_what_is_written_in_the_clients_name(
    db: Database, database_url: str, watch: Watch, disable: Callable[[Unit, str, Deed], Awaitable[None]]
) -> None:
    client_id = (await register(db, family="house")).client.client_id
    other = open_database(database_url, watch)
    order: list[str] = []

    async def take_out_of_service() -> None:
        async with other.writing() as unit:
            await disable(unit, client_id if disable is service.disable else "house", DEED)
            order.append("disabled")

    try:
        async with db.writing() as unit:
            assert await service.hold_client(unit, client_id)
            disabling = asyncio.create_task(take_out_of_service())
            await asyncio.wait([disabling], timeout=0.5)
            order.append("written")
        await disabling
    finally:
        await other.close()
    assert order == ["written", "disabled"]
    async with db.writing() as unit:
        assert not await service.hold_client(unit, client_id)


async def test_a_family_is_created_once_before_its_first_client(db: Database) -> None:
    def create(name: str) -> Any:
        return db.transact(lambda unit: families.create(unit, "house", name, DEED))

    outcomes = await asyncio.gather(*(create(f"House {number}") for number in range(4)), return_exceptions=True)
    assert sum(isinstance(outcome, FamilyExists) for outcome in outcomes) == 3
    assert await last_event(db) == ("family.created", WHO)
    assert await count_events(db) == 1
    made = await register(db, family="house")
    async with db.reading() as unit:
        family = await families.get(unit, "house")
        assert await families.members(unit, "house") == (made.client.client_id,)
    assert family.name.startswith("House "), "the first client does not take its name away"
    for family_id in ("", "a b", "-x", "x" * 65):
        with pytest.raises(BadFamily):
            await db.transact(lambda unit, text=family_id: families.create(unit, text, "X", DEED))  # type: ignore[misc]


async def test_the_members_of_a_family_are_known_and_go_with_it(db: Database) -> None:
    one, other = await register(db, family="house"), await register(db)
    async with db.writing() as unit:
        await families.disable(unit, "house", DEED)
        assert await families.members(unit, "house") == (one.client.client_id,)
        assert await service.count_clients(unit) == ClientCounts(enabled=1, disabled=1)
        await service.enable(unit, one.client.client_id, DEED)
    assert (await now_of(db, one.client)).disabled_at is not None, "enabling one does not enable the family"
    assert (await now_of(db, other.client)).disabled_at is None
    with pytest.raises(UnknownFamily):
        async with db.writing() as unit:
            await families.name(unit, "nobody", "X", DEED)


async def test_of_two_changes_at_once_the_second_is_refused(db: Database) -> None:
    seen = (await register(db)).client
    async with db.writing() as unit:
        await by_operator.update(unit, seen, {**MEMBERS, "client_name": "First"}, DEED, sandbox=False)
    for late in (
        lambda unit: by_operator.update(unit, seen, {**MEMBERS, "client_name": "Second"}, DEED, sandbox=False),
        lambda unit: service.rotate_secret(unit, seen, DEED),
    ):
        with pytest.raises(ClientChanged):
            async with db.writing() as unit:
                await late(unit)
    assert (await now_of(db, seen)).client_name == "First"
    ghost = Client("cli_nobody", "X", secret_digest="x")
    with pytest.raises(UnknownClient):
        async with db.writing() as unit:
            await service.rotate_secret(unit, ghost, DEED)


async def test_an_update_that_changes_nothing_is_no_event(db: Database) -> None:
    made = await register(db)
    before = await count_events(db)
    async with db.writing() as unit:
        same, _ = await by_operator.update(unit, made.client, MEMBERS, DEED, sandbox=False)
        await by_operator.set_purposes(unit, made.client, [PURPOSE | {"version": 7}], DEED, sandbox=False)
    assert same == made.client == await now_of(db, made.client)
    assert await count_events(db) == before


# Secrets


async def test_the_old_secret_is_good_until_the_overlap_ends_and_not_a_moment_longer(
    db: Database, watch: Watch
) -> None:
    made = await register(db)
    start = watch.now()
    async with db.writing() as unit:
        secret = await service.rotate_secret(unit, made.client, DEED, overlap=HOUR)
    client = await now_of(db, made.client)
    old = str(made.secret)
    assert client.previous_secret_until == start + HOUR
    for at, old_is_good in ((start, True), (start + HOUR - 1, True), (start + HOUR, False), (start + DAY, False)):
        assert is_secret_right(client, old, at) is old_is_good
        assert is_secret_right(client, secret, at)
        assert not is_secret_right(client, "no client has this secret", at)
    assert (await last_event(db))[1] == {**WHO, "old_until": start + HOUR}


async def test_a_second_rotation_ends_the_oldest_secret_and_none_of_an_hour_ends_the_old_one(db: Database) -> None:
    made = await register(db)
    now = made.client.issued_at
    async with db.writing() as unit:
        second = await service.rotate_secret(unit, made.client, DEED)
    async with db.writing() as unit:
        third = await service.rotate_secret(unit, await service.get_client(unit, made.client.client_id), DEED)
    client = await now_of(db, made.client)
    assert client.previous_secret_until == now + DAY, "a day unless told"
    assert [is_secret_right(client, str(one), now) for one in (made.secret, second, third)] == [False, True, True]
    async with db.writing() as unit:
        last = await service.rotate_secret(unit, client, DEED, overlap=0)
    client = await now_of(db, client)
    assert [is_secret_right(client, one, now) for one in (third, last)] == [False, True]


@pytest.mark.parametrize("overlap", [-1, 30 * DAY + SECOND])
async def test_an_overlap_has_bounds(db: Database, overlap: int) -> None:
    made = await register(db)
    with pytest.raises(BadOverlap):
        async with db.writing() as unit:
            await service.rotate_secret(unit, made.client, DEED, overlap=overlap)


async def test_who_has_no_secret_has_none_to_rotate_and_who_loses_it_loses_both(db: Database) -> None:
    made = await register(db)
    async with db.writing() as unit:
        await service.rotate_secret(unit, made.client, DEED)
        client = await service.get_client(unit, made.client.client_id)
        members = {**MEMBERS, "token_endpoint_auth_method": "none"}
        public, _ = await by_operator.update(unit, client, members, DEED, sandbox=False)
        assert (public.secret_digest, public.previous_secret_digest) == (None, None)
        with pytest.raises(NoSecret):
            await service.rotate_secret(unit, public, DEED)


# Purposes


async def set_purposes(
    db: Database, client: Client, *purposes: dict[str, Any], material: tuple[str, ...] = ()
) -> Client:
    async with db.writing() as unit:
        seen = await service.get_client(unit, client.client_id)
        return await by_operator.set_purposes(unit, seen, list(purposes), DEED, sandbox=False, material=material)


async def test_a_purpose_that_changed_has_its_next_version_and_asks_for_what_is_new(db: Database) -> None:
    client = (await register(db)).client
    wider = PURPOSE | {"optional": ["email", "age_over_18"]}
    client = await set_purposes(db, client, wider)
    assert (await last_event(db))[1] == {**WHO, "purposes": {"account": [1, 2]}}
    found = client.purposes[0]
    assert [found.version, found.since("age_band"), found.since("email"), found.since("age_over_18")] == [2, 1, 1, 2]
    client = await set_purposes(db, client, wider | {"text": TEXT | {"en": "said better"}})
    found = client.purposes[0]
    assert [found.version, found.since("email"), found.since("age_over_18")] == [3, 1, 2]
    client = await set_purposes(db, client, PURPOSE | {"optional": ["age_over_18"]})
    client = await set_purposes(db, client, wider)
    assert client.purposes[0].since("email") == 5, "one that came back is new"
    client = await set_purposes(db, client, wider, material=("account",))
    found = client.purposes[0]
    assert [found.version, found.since("age_band"), found.since("email")] == [6, 6, 6]
    client = await set_purposes(db, client, wider | {"kept_until": TEXT | {"en": "longer"}})
    assert [client.purposes[0].version, client.purposes[0].since("email")] == [7, 6]


async def test_only_a_purpose_that_is_there_can_have_changed_its_meaning(db: Database) -> None:
    client = (await register(db)).client
    with pytest.raises(InvalidClientMetadata, match="none of the id other"):
        await set_purposes(db, client, PURPOSE, material=("other",))


# Domains


@dataclass
class FakeWitness:
    """A DNS and a web that tests fill."""

    records: dict[str, tuple[str, ...]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)

    async def texts(self, name: str) -> tuple[str, ...]:
        if "dns" in self.silent:
            raise Unreachable("is silent")
        return self.records.get(name, ())

    async def content(self, url: str) -> str:
        if "https" in self.silent:
            raise Unreachable("is silent")
        return self.files.get(url, "")


async def ask(db: Database, client: Client, domain: str = "rp.example") -> ClientDomain:
    async with db.writing() as unit:
        return await domains.ask(unit, client, domain, DEED)


async def look(db: Database, witness: FakeWitness, domain: ClientDomain) -> ClientDomain:
    return await domains.check(db, witness, domain.client_id, domain.domain, DEED, act=db.transact)


async def test_a_domain_is_shown_by_a_record_or_a_file_and_can_be_lost(db: Database, watch: Watch) -> None:
    client = (await register(db)).client
    asked = await ask(db, client)
    assert await ask(db, client) == asked, "asked twice, the token stays"
    witness = FakeWitness()
    assert not (await look(db, witness, asked)).is_verified
    assert (await last_event(db))[0] == "client.domain_asked", "nothing was lost"
    witness.records["_vneid-idp.rp.example"] = ("v=spf1 -all", asked.proof)
    shown = await look(db, witness, asked)
    assert (shown.is_verified, shown.verified_at, shown.verified_by) == (True, watch.now(), "dns")
    assert await last_event(db) == ("client.domain_verified", {**WHO, "domain": "rp.example", "shown_by": "dns"})
    watch.advance(DAY)
    witness.records.clear()
    lost = await look(db, witness, shown)
    assert (lost.is_verified, lost.lost_at) == (False, watch.now())
    assert await last_event(db) == ("client.domain_lost", {**WHO, "domain": "rp.example"})
    events_so_far = await count_events(db)
    watch.advance(DAY)
    assert await look(db, witness, lost) == lost, "it was lost when it was first missed"
    assert await count_events(db) == events_so_far
    witness.files["https://rp.example/.well-known/vneid-idp-verification.txt"] = f"other\n{asked.proof}\n"
    again = await look(db, witness, lost)
    assert (again.is_verified, again.verified_by, again.lost_at) == (True, "https", None)
    async with db.reading() as unit:
        assert await domains.list_domains(unit, client.client_id) == (again,)


@pytest.mark.parametrize("silent", ["dns", "https"])
async def test_a_server_that_is_down_takes_nothing_away(db: Database, silent: str) -> None:
    asked = await ask(db, (await register(db)).client)
    witness = FakeWitness(silent={"dns", "https"})
    assert not (await look(db, witness, asked)).is_verified
    witness = FakeWitness({asked.record_name: (asked.proof,)}, {})
    if silent == "https":
        witness = FakeWitness({}, {asked.file_url: asked.proof})
    shown = await look(db, witness, asked)
    with pytest.raises(DomainUnreachable):
        await look(db, FakeWitness(silent={silent}), shown)
    other = FakeWitness(silent={"dns", "https"} - {silent})
    assert not (await look(db, other, shown)).is_verified, "the way that proved it answers, and shows nothing"


@pytest.mark.parametrize("proof", ["", "vneid-idp-verification=", "x{}", "{}x", "VNEID-IDP-VERIFICATION={}"])
async def test_something_like_the_proof_is_none(db: Database, proof: str) -> None:
    asked = await ask(db, (await register(db)).client)
    spoiled = proof.format(asked.proof)
    witness = FakeWitness({asked.record_name: (spoiled,)}, {asked.file_url: spoiled})
    assert not (await look(db, witness, asked)).is_verified


@pytest.mark.parametrize(
    "domain",
    ["other.example", "example", "p.example", "login.rp.example.", "LOGIN.rp.example", "rp.example/x", "10.0.0.1", "",
     "https://rp.example", "a.login.rp.example", "-rp.example"],
)  # fmt: skip
async def test_only_a_domain_that_the_registration_leads_to(db: Database, domain: str) -> None:
    client = (await register(db)).client
    with pytest.raises(ForeignDomain):
        await ask(db, client, domain)
    await ask(db, client, "login.rp.example")
    with pytest.raises(UnknownDomain):
        async with db.reading() as unit:
            await domains.get_domain(unit, client.client_id, "rp.example")
