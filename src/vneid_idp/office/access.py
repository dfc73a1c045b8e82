"""Whose file is open: what every page about a person does first."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.identity import persons
from vneid_idp.identity.offices import lock_requests
from vneid_idp.identity.offices.decided_requests import DecidedRequest, decided_requests
from vneid_idp.identity.offices.lock_requests import LockRequest
from vneid_idp.identity.offices.roles import OwnFile, Role
from vneid_idp.identity.persons import RegisterAnswer
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.errors import DomainError
from vneid_idp.kernel.sealing import NotSealedHere, SealPurpose
from vneid_idp.office.closed_files import FILE_LIFE, is_closed
from vneid_idp.storage.unit import Reading
from vneid_idp.web.colleagues import Colleague, Page, for_colleague
from vneid_idp.web.doors import Door

HOME = "/office"
FILE = HOME + "/people/{file}"
"""The address of an open file; what is done there has its own below it."""


class FileClosed(DomainError):
    """The file was opened too long ago, by another colleague, or in another session."""

    code = "file_closed"
    status = 410
    title = "This file is not open any more. Look the person up again."


FilePage = Callable[[Request, Colleague, "OpenFile"], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A person whose file a colleague has open. `handle` names it in addresses, for this colleague in this session."""

    handle: str
    record: RegistryRecord

    @property
    def person_id(self) -> str:
        """Whose file it is."""
        return self.record.person_id

    @property
    def path(self) -> str:
        """The address of the file."""
        return f"{HOME}/people/{self.handle}"


async def ask_register(colleague: Colleague, file: OpenFile) -> RegisterAnswer:
    """What the register says of the person now, for an act that rests on it. Raises `FileClosed` when it has nobody."""
    answer = await persons.ask(colleague.provider.db, colleague.provider.registry, file.person_id)
    if answer is None:
        raise FileClosed
    return answer


async def waiting_for(unit: Reading, colleague: Colleague) -> tuple[LockRequest, ...]:
    """The lock requests that the colleague may know of as an officer: those of their offices, the oldest first."""
    found: dict[str, LockRequest] = {}
    for office in colleague.offices(Role.OFFICER):
        found |= {asked.request_id: asked for asked in await lock_requests.open_requests(unit, office)}
    return tuple(sorted(found.values(), key=lambda asked: asked.asked_at))


async def decided_for(unit: Reading, colleague: Colleague) -> tuple[DecidedRequest, ...]:
    """What was decided lately of what the officer may know of, the latest first; nothing about themself."""
    found: dict[str, DecidedRequest] = {}
    for office in colleague.offices(Role.OFFICER):
        found |= {each.asked.request_id: each for each in await decided_requests(unit, office)}
    theirs = (each for each in found.values() if each.asked.person_id != colleague.person_id)
    return tuple(sorted(theirs, key=lambda each: each.at, reverse=True))


def check_not_own(colleague: Colleague, person_id: str) -> None:
    """Nobody opens their own file here: what is done in it takes somebody else. Raises `OwnFile`."""
    if person_id == colleague.person_id:
        raise OwnFile


def handle_for(colleague: Colleague, person_id: str) -> str:
    """A name for a file that tells nothing, and opens it for half an hour to this colleague alone, in the name of the
    office in which they act. Raises `OwnFile`.
    """
    check_not_own(colleague, person_id)
    until = colleague.now + FILE_LIFE
    return colleague.provider.keys.sealer.seal_json(
        SealPurpose.OFFICE_FILE, [colleague.session_id, person_id, until, colleague.office]
    )


def read_handle(colleague: Colleague, handle: str) -> tuple[str, str]:
    """Whom a handle names, and for which office it was made. Raises `FileClosed` and `OwnFile`."""
    try:
        opened_by, person_id, until, office = colleague.provider.keys.sealer.open_json(SealPurpose.OFFICE_FILE, handle)
    except (NotSealedHere, ValueError) as error:  # a file of the release before named no office
        raise FileClosed from error
    if opened_by != colleague.session_id or colleague.now >= until:
        raise FileClosed
    check_not_own(colleague, person_id)
    return person_id, office


def for_file(page: FilePage, *any_of: Role) -> Page:
    """The page about the person of an open file, for whoever holds one of these roles at its office."""

    async def opened(request: Request, colleague: Colleague) -> Response:
        handle = request.path_params["file"]
        person_id, office = read_handle(colleague, handle)
        if is_closed(request, handle):
            raise FileClosed
        colleague = colleague.at(office)
        record = await colleague.provider.registry.find(person_id)
        if record is None:
            raise FileClosed
        return await page(request, colleague, OpenFile(handle, record))

    return for_colleague("office", opened, *any_of)


def file_doors(path: str, show: FilePage, act: FilePage, role: Role = Role.CLERK) -> tuple[Door, Door]:
    """The doors of what is done at an open file, a clerk's unless told: `path` shows it, a POST to it does it."""
    return Door.page(FILE + path, for_file(show, role)), Door.page(FILE + path, for_file(act, role), "POST")
