"""The registry of a server over HTTP: the ports of `identity`, asked by way of `registry/v1`."""

from collections.abc import Collection, Mapping
from typing import TypeVar
from urllib.parse import urlencode

from pydantic import BaseModel, ValidationError

from vneid_idp.identity.register.feed import RegistryChange
from vneid_idp.identity.register.records import (
    Holder,
    RegistryHealth,
    RegistryRecord,
    RegistryUnavailable,
    RegistryUnintelligible,
)
from vneid_idp.identity.register.reports import Report, ReportRefused
from vneid_idp.log import Log
from vneid_idp.registry_client.report_wire import ReportBody
from vneid_idp.registry_client.wire import (
    PREFIX,
    Changes,
    Holders,
    HoldersQuestion,
    ManyQuestion,
    NumberQuestion,
    People,
    Person,
)
from vneid_idp.signed_http.transport import Asked, BelievedAnswer, Transport

M = TypeVar("M", bound=BaseModel)

_log = Log(__name__)


class BadAnswer(RegistryUnavailable):
    """The registry answered what cannot be believed or understood."""


REGISTRY = Asked("registry", RegistryUnavailable, BadAnswer)


class _Unintelligible(BadAnswer, RegistryUnintelligible):
    """See both."""


class HttpRegistry:
    """See `PopulationRegistry`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def name(self) -> str:
        """See `RegistryFeed.name`."""
        return self._transport.url

    @property
    def health(self) -> RegistryHealth:
        """See `Registry.health`."""
        if self._transport.is_out:
            return RegistryHealth.UNREACHABLE
        return RegistryHealth.DEGRADED if self._transport.has_failed else RegistryHealth.OK

    async def find(self, person_id: str) -> RegistryRecord | None:
        """See `Registry.find`."""
        answered = await self._transport.ask("GET", f"{PREFIX}/people/{person_id}")
        record = _one(answered)
        if record is not None and record.person_id != person_id:
            raise _bad("tells of another person than the one asked for")
        return record

    async def find_by_number(self, number: str) -> RegistryRecord | None:
        """See `Registry.find_by_number`."""
        record = _one(await self._post("people/by-number", NumberQuestion(personal_number=number)))
        if record is not None and record.personal_number != number:
            raise _bad("tells of another number than the one asked for")
        return record

    async def find_many(self, person_ids: Collection[str]) -> Mapping[str, RegistryRecord]:
        """See `Registry.find_many`."""
        asked = tuple(dict.fromkeys(person_ids))
        if not asked:
            return {}
        records = _people(await self._post("people/many", ManyQuestion(person_ids=asked)))
        found = {record.person_id: record for record in records}
        if len(found) != len(records) or not found.keys() <= set(asked):
            raise _bad("tells of people whom nobody asked for")
        return found

    async def find_holders(self, numbers: Collection[str]) -> Mapping[str, Holder]:
        """See `Registry.find_holders`."""
        asked = tuple(dict.fromkeys(numbers))
        if not asked:
            return {}
        answered = await self._post("holders", HoldersQuestion(personal_numbers=asked))
        holders = _read(Holders, _ok(answered)).holders
        found = {each.personal_number: each.facts() for each in holders}
        if len(found) != len(holders) or not found.keys() <= set(asked):
            raise _bad("tells of numbers that nobody asked for")
        return found

    async def children_of(self, person_id: str) -> tuple[RegistryRecord, ...]:
        """See `Registry.children_of`."""
        children = _people(await self._transport.ask("GET", f"{PREFIX}/people/{person_id}/wards"))
        if any(child.deceased_at is not None or person_id not in child.guardian_ids for child in children):
            raise _bad("calls people children of a guardian who are none")
        return tuple(sorted(children, key=lambda child: (child.birth_date, child.person_id)))

    async def changes(self, after: str | None, limit: int) -> tuple[RegistryChange, ...]:
        """See `RegistryFeed.changes`."""
        query = urlencode({"limit": limit} if after is None else {"after": after, "limit": limit})
        feed = _read(Changes, _ok(await self._transport.ask("GET", f"{PREFIX}/changes?{query}")))
        if len(feed.changes) > limit:
            raise _bad("tells more changes than were asked for")
        return tuple(change.change() for change in feed.changes)

    async def report(self, report: Report) -> RegistryRecord:
        """See `RegistryReports.report`. Sent once: the office sends it again, with the same id, if it must."""
        answered = await self._post("reports", ReportBody.of(report), again=False)
        if answered.status in (404, 409, 422):
            raise ReportRefused
        record = _one(answered)
        if record is None or record.person_id != report.person_id:
            raise _bad("tells of another person than the one reported")
        return record

    async def close(self) -> None:
        """See `PopulationRegistry.close`."""
        await self._transport.close()

    async def forget(self, record: RegistryRecord) -> None:
        """See `PopulationRegistry.forget`."""

    async def _post(self, path: str, body: BaseModel, *, again: bool = True) -> BelievedAnswer:
        return await self._transport.ask("POST", f"{PREFIX}/{path}", body.model_dump_json().encode(), again=again)


def _one(answered: BelievedAnswer) -> RegistryRecord | None:
    return None if answered.status == 404 else _read(Person, _ok(answered)).record()


def _people(answered: BelievedAnswer) -> tuple[RegistryRecord, ...]:
    return tuple(person.record() for person in _read(People, _ok(answered)).people)


def _ok(answered: BelievedAnswer) -> bytes:
    if answered.status != 200:
        raise _bad(f"answers {answered.status}")
    return answered.body


def _read(model: type[M], body: bytes) -> M:
    """What the registry said, whole or not at all."""
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        # Where it is wrong, never what stands there: it is about a person.
        places = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['type']}" for each in error.errors()[:5])
        what = f"says what {model.__name__} cannot be ({places})"
        _log.warning("service.bad_answer", service=REGISTRY.name, detail=f"The server {what}.")
        raise _Unintelligible(f"The registry {what}.") from None


def _bad(what: str) -> BadAnswer:
    _log.warning("service.bad_answer", service=REGISTRY.name, detail=f"The server {what}.")
    return BadAnswer(f"The registry {what}.")
