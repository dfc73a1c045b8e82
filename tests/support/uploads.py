"""Registers of a carrier as they are uploaded, a few rows long, and the numbers that come of them."""

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import select

from tests.support.deeds import DEED
from tests.support.people import persona
from tests.support.registers import RECORD, holder_of
from vneid_idp.bindings.subscriber_numbers.service import digest_of_number
from vneid_idp.clients import service as clients
from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.identity.register.records import Holder, RegistryRecord
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.sealing import Sealer
from vneid_idp.kernel.secrets import BlindIndex, digest
from vneid_idp.policy.documents import shipped
from vneid_idp.protocol import registration
from vneid_idp.protocol.members import Registrar
from vneid_idp.registered_numbers import store
from vneid_idp.registered_numbers.rules import RegisteredNumber
from vneid_idp.registered_numbers.tables import registered_numbers
from vneid_idp.registered_numbers.uploads import RegisterUpload
from vneid_idp.registers.reading import open_register
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Database, InUnit
from vneid_idp.use_cases.class_register import terms_of
from vneid_idp.use_cases.lose_number import Secrets
from vneid_idp.use_cases.upload_register import Intake, NewFile, begin_upload, read_upload

FAMILY = "song"
SEALER = Sealer({1: b"r" * 32}, 1)
BLIND = BlindIndex(b"k" * 32)
SECRETS = Secrets(Vault(SEALER), SEALER, BLIND)
OTHER = persona("complete").record
PROVED = {"authenticated_by": "identity_app", "authenticated_at": "2026-06-01"}
_MEMBERS: dict[str, Any] = {
    "redirect_uris": ["https://rp.example/cb"],
    "client_name": "Sóng",
    "scope": "openid",
}
_ALL = Statement(
    select(registered_numbers).order_by(registered_numbers.c.number_digest, registered_numbers.c.number_id)
)


def row(serial: int, person: RegistryRecord | None = RECORD, /, **cells: str) -> dict[str, str]:
    """The cells of a row about the number +8495 and seven digits: somebody's, or without papers; `cells` go over it."""
    papers = (
        {}
        if person is None
        else {
            "id_document_type": "citizen_card",
            "id_document": person.personal_number,
            "full_name": person.full_name,
            "birthdate": person.birth_date.isoformat(),
        }
    )
    return {"phone_number": f"+8495{serial:07}", **papers, **cells}


def csv_of(*rows: Mapping[str, str]) -> bytes:
    """The file with these rows."""
    names = ["phone_number", "id_document_type", "id_document", "full_name", "birthdate", "nationality", "service"]
    names += ["authenticated_by", "authenticated_at", "activated_at"]
    lines = [",".join(names), *(",".join(each.get(name, "") for name in names) for each in rows)]
    return ("\n".join(lines) + "\n").encode()


class _Register:
    """A population register of two people."""

    async def find_holders(self, numbers: Collection[str]) -> dict[str, Holder]:
        return {each.personal_number: holder_of(each) for each in (RECORD, OTHER) if each.personal_number in numbers}


@dataclass
class Uploads:
    """A carrier whose registers are read."""

    db: Database
    family: str = FAMILY
    in_unit: InUnit | None = None
    told: list[RegisterUpload] = field(default_factory=list)

    @property
    def client_id(self) -> str:
        """The client that uploads."""
        return f"cli_{self.family}"

    async def carrier(self) -> "Uploads":
        """The same, once its client is registered."""
        members = {**_MEMBERS, **({"family": self.family} if self.family else {})}
        read = registration.read_registration(members, Registrar(by_operator=True, sandbox=False))
        await self.db.transact(lambda unit: clients.register(unit, read, client_id=self.client_id, deed=DEED))
        return self

    async def begin(self, file: bytes) -> tuple[RegisterUpload, Intake]:
        """Begin the upload of a file, or find the one that was interrupted."""
        register = open_register(io.BytesIO(file))
        new = NewFile(digest(file.decode()), register.format, register.total)
        upload, key = await self.db.transact(
            lambda unit: begin_upload(unit, SEALER, BLIND, self.client_id, new, DEED.data)
        )
        policy = shipped()
        terms = terms_of(policy, upload.begun_at)
        registry = cast("PopulationRegistry", _Register())
        return upload, Intake(self.db, self.in_unit or self.db.transact, SECRETS, key, registry, policy, terms)

    async def read(self, upload: RegisterUpload, to: Intake, file: bytes) -> RegisterUpload:
        """Read a file from where its upload stands."""
        return await read_upload(to, upload, open_register(io.BytesIO(file)), self.told.append)

    async def upload(self, *rows: Mapping[str, str]) -> RegisterUpload:
        """Upload a register of these rows, to its end."""
        file = csv_of(*rows)
        upload, to = await self.begin(file)
        return await self.read(upload, to, file)

    async def numbers(self) -> list[RegisteredNumber]:
        """All numbers of it that are kept, also of earlier lives."""
        async with self.db.reading() as unit:
            found = [store.read_number(each) for each in await unit.fetch(_ALL)]
        return [each for each in found if each.family_id == self.family]

    async def number(self, serial: int = 1) -> RegisteredNumber:
        """The number of `row(serial)` as it is now."""
        wanted = digest_of_number(BLIND, self.family, f"+8495{serial:07}")
        (found,) = [
            each for each in await self.numbers() if each.number_digest == wanted and each.facts.recycled_at is None
        ]
        return found
