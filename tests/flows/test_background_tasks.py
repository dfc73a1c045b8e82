"""What runs beside the requests does its work: each task of a worker, once round."""

import pytest
from sqlalchemy import Table, func, select

from tests.support.authority import change
from tests.support.country import SECRET, Country
from tests.support.deeds import DEED
from tests.support.events import informed, kinds
from tests.support.reports import report
from vneid_idp.audit import service as audit
from vneid_idp.bindings.engine import store as bindings
from vneid_idp.bindings.engine.tables import binding_requests
from vneid_idp.clients import key_readers
from vneid_idp.clients import service as clients
from vneid_idp.clients.tables import client_addresses, used_assertions
from vneid_idp.delivery import service as deliveries
from vneid_idp.delivery.channels import Channel
from vneid_idp.delivery.outcomes import Refused
from vneid_idp.delivery.tables import deliveries as queue
from vneid_idp.grants import acts
from vneid_idp.grants.service import Grant
from vneid_idp.grants.tables import spent_acts
from vneid_idp.identity import accounts
from vneid_idp.identity.factors import otp
from vneid_idp.identity.factors.tables import one_time_codes
from vneid_idp.identity.offices import lock_requests
from vneid_idp.identity.register.records import RegistryUnavailable
from vneid_idp.identity.register.reports import Death
from vneid_idp.interaction import service as interactions
from vneid_idp.interaction.tables import interactions as waiting_requests
from vneid_idp.kernel.clock import DAY, MINUTE, SECOND
from vneid_idp.kernel.secrets import from_base64url
from vneid_idp.keys import service as keys
from vneid_idp.keys.rules import KeyKind, KeyState
from vneid_idp.protocol.authorisation import Authorisation, Origin
from vneid_idp.protocol.authorization import AuthorizationRequest
from vneid_idp.protocol.grant_types.refresh_token import GrantRotation
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.sandbox.outbox import latest_messages
from vneid_idp.sandbox.tables import sandbox_messages
from vneid_idp.storage.statement import Statement
from vneid_idp.use_cases.report_to_registry import Reporting
from vneid_idp.workers.tasks import tasks

REQUEST = AuthorizationRequest("cli_a", "https://a.example/", "query", None, ("openid",))
GRANTED = Authorisation("cli_a", "per_a", (), Origin.BROWSER)
SWEPT: tuple[Table, ...] = (
    waiting_requests,
    used_assertions,
    binding_requests,
    spent_acts,
    one_time_codes,
    queue,
    client_addresses,
)


async def turn(land: Country, name: str) -> None:
    """What a worker does when the beat of the task comes."""
    task = next(each for each in tasks(land.idp, from_base64url(SECRET), 30 * DAY) if each.name == name)
    await task.work()


async def counted(land: Country, *tables: Table) -> dict[str, int]:
    found = {}
    async with land.idp.db.reading() as unit:
        for table in tables:
            row = await unit.fetch_one(Statement(select(func.count().label("rows")).select_from(table)))
            assert row is not None
            found[table.name] = row["rows"]
    return found


async def one_of_each(land: Country, name: str) -> None:
    """Something in every table from which a worker sweeps what is over."""
    idp = land.idp
    async with idp.db.writing() as unit:
        await interactions.open_interaction(unit, idp.keys.sealer, REQUEST, name, unit.now)
        await clients.use_up(unit, "cli_a", clients.assertion_once(name, unit.now + MINUTE))
        await bindings.use_key(unit, "cli_a", name, "request", "bnd_1")
        await acts.use(unit, idp.keys.blind, Grant(name, GRANTED, GrantRotation(1, unit.now), {}), {"type": "number"})
        await otp.send(unit, idp.keys.blind, idp.keys.sealer, person_id=None, phone=None, context=name, language="vi")
        made = await deliveries.enqueue_about(unit, Channel.LOGOUT_TOKEN, "cli_a", {"session_id": name})
        (taken,) = await deliveries.take_these(unit, [made])
        await deliveries.settle(unit, taken, Refused("status_400"), 0.5)
    idp.key_readers.proven("cli_a", f"203.0.113.{len(name)}")
    await idp.key_readers.write_down(idp.db)


async def test_what_is_over_is_swept_and_nothing_else(land: Country) -> None:
    await one_of_each(land, "old")
    land.watch.advance(31 * DAY)
    await one_of_each(land, "newer")
    assert await counted(land, *SWEPT) == {table.name: 2 for table in SWEPT}
    for _ in range(2):
        for name in ("sweep", "sweep waiting requests"):
            await turn(land, name)
        assert await counted(land, *SWEPT) == {table.name: 1 for table in SWEPT}


async def test_messages_that_nobody_needs_are_let_go_of(land: Country) -> None:
    async with land.idp.db.writing() as unit:
        sent = await otp.send(
            unit,
            land.idp.keys.blind,
            land.idp.keys.sealer,
            person_id="per_a",
            phone="+84950000001",
            context="c",
            language="vi",
        )
    land.watch.advance(2 * SECOND)
    await turn(land, "send deliveries")
    await land.idp.dispatcher.finish()
    async with land.idp.db.reading() as unit:
        assert len(await latest_messages(unit, land.idp.keys.sealer)) == 1
    land.watch.set(sent.expires_at + 1)
    await turn(land, "sweep what senders keep")
    assert await counted(land, sandbox_messages, queue) == {"sandbox_messages": 0, "deliveries": 0}


async def test_what_may_not_be_sent_any_more_is_given_up(land: Country) -> None:
    async with land.idp.db.writing() as unit:
        until = unit.now + MINUTE
        await deliveries.enqueue(unit, land.idp.keys.sealer, Channel.SMS, "per_a", {}, not_after=until)
    land.watch.set(until)
    await turn(land, "give up lost deliveries")
    async with land.idp.db.reading() as unit:
        assert [row.last_outcome for row in await deliveries.list_deliveries(unit, dead=True)] == ["expired"]


async def test_the_register_is_followed(land: Country) -> None:
    someone = land.people["plain"].record.person_id
    await change(land, someone, deceased_at=land.watch.now())
    await turn(land, "follow the registry")
    async with land.idp.db.reading() as unit:
        account = await accounts.find(unit, someone)
    assert account is not None
    assert account.deceased_at == land.watch.now()


async def test_a_report_that_was_cut_short_is_brought_to_its_end(
    land: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    someone = land.people["plain"].record.person_id

    async def out(*_: object) -> None:
        raise RegistryUnavailable

    to = Reporting(land.idp.db, land.idp.vault, land.idp.keys.blind, land.idp.registry)

    with monkeypatch.context() as patch:
        patch.setattr(SyntheticRegistry, "report", out)
        with pytest.raises(RegistryUnavailable):
            await report(to, "rep_a", someone, Death(land.watch.now()))
    assert await informed(land, someone) == []
    land.watch.advance(MINUTE)
    await turn(land, "finish reports to the registry")
    assert await informed(land, someone) == [{"what": "death", **DEED.data}]


async def test_events_are_sealed(land: Country) -> None:
    await one_of_each(land, "some")
    await turn(land, "seal events")
    async with land.idp.db.reading() as unit:
        assert await audit.count_unsealed(unit) == 0
        found = await audit.verify(unit)
    assert (found.unsealed, found.broken) == (0, None)
    assert found.events > 0


async def test_who_fetched_the_keys_is_written_down(land: Country) -> None:
    land.idp.key_readers.proven("cli_a", "203.0.113.7")
    land.idp.key_readers.fetched("203.0.113.7", 5)
    await turn(land, "note who fetched keys")
    async with land.idp.db.reading() as unit:
        assert set(await key_readers.fetches(unit)) == {"cli_a"}


async def test_a_lock_request_that_waited_too_long_ends(land: Country) -> None:
    someone = land.people["plain"].record.person_id
    await land.idp.db.transact(lambda unit: lock_requests.ask(unit, someone, lock=True, deed=DEED))
    for passed, ended in ((lock_requests.LIFETIME - 1, 0), (1, 1), (1, 1)):
        land.watch.advance(passed)
        await turn(land, "end old lock requests")
        assert (await kinds(land, someone))["lock.expired"] == ended


async def test_keys_have_their_successors_and_this_process_learns_of_them(land: Country) -> None:
    async def announced() -> set[KeyKind]:
        async with land.idp.db.reading() as unit:
            return {key.kind for key in await keys.list_keys(unit) if key.state is KeyState.ANNOUNCED}

    async def published() -> int:
        async with land.browser() as browser:
            return len((await browser.get("/jwks.json")).json()["keys"])

    before = await published()
    await turn(land, "tend keys")
    assert await announced() == set()
    land.watch.advance(90 * DAY - MINUTE)
    await turn(land, "tend keys")
    new = await announced()
    assert KeyKind.ES256 in new
    assert await published() == before
    await turn(land, "reload keys")
    assert await published() > before
