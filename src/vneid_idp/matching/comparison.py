"""What a carrier has of a person, held against the population register: pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from vneid_idp.faces.evidence import FaceRoute
from vneid_idp.faces.port import FaceOutcome
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.matching.names import Likeness, likeness
from vneid_idp.matching.rules import Field, Result


@dataclass(frozen=True, slots=True)
class ShownFace:
    """The evidence of a face, and with what the client says that it is to be compared."""

    evidence: str = field(repr=False)
    route: FaceRoute


@dataclass(frozen=True, slots=True)
class Claimed:
    """What is to be compared; nothing for what is not."""

    id_number: str | None = None
    full_name: str | None = None
    birthdate: date | None = None
    face: ShownFace | None = None

    @property
    def fields(self) -> frozenset[Field]:
        """The fields that are there."""
        values = {
            Field.ID_NUMBER: self.id_number,
            Field.FULL_NAME: self.full_name,
            Field.BIRTHDATE: self.birthdate,
            Field.FACE: self.face,
        }
        return frozenset(name for name, value in values.items() if value is not None)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of it."""

    person_id: str | None
    """With whom it was compared, if with anybody."""
    results: Mapping[Field, Result]
    """By each field that was compared, in the order of `Field`."""
    name: Likeness | None
    """How the names relate; nothing where none was compared, or there is nobody. For a hint, and no more."""


def compare(claimed: Claimed, record: RegistryRecord | None, face: FaceOutcome | None = None) -> Comparison:
    """Hold `claimed` against the record that the register has under its ID number, or of the person who agreed; `face`
    is what came of the face that is in it.

    Nobody, and somebody who has died, agree with nothing: the same is compared, with what stands for nobody. A face of
    which there is no picture was not compared.
    """
    living = record is not None and record.deceased_at is None
    number, name, born = (
        (record.personal_number, record.full_name, record.birth_date) if record is not None else _NOBODY
    )
    found = None if claimed.full_name is None else likeness(claimed.full_name, name)
    agrees = {
        Field.ID_NUMBER: claimed.id_number == number,
        Field.FULL_NAME: found is Likeness.EQUAL,
        Field.BIRTHDATE: claimed.birthdate == born,
        Field.FACE: face is FaceOutcome.MATCH,
    }
    asked = claimed.fields - ({Field.FACE} if living and face is FaceOutcome.UNDECIDED else set())
    results = {name: Result.MATCH if living and agrees[name] else Result.MISMATCH for name in Field if name in asked}
    return Comparison(record.person_id if record is not None and living else None, results, found if living else None)


_NOBODY = "", "Nguyễn Thị Không Ai", date.min
"""As long as names are, so that comparing takes as long."""
