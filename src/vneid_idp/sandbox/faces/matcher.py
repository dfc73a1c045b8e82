"""The sandbox's matcher behind the port of `faces`: the national database of a country that does not exist."""

from vneid_idp.faces.port import FaceOutcome, FaceResult, Template
from vneid_idp.identity.ages import age
from vneid_idp.identity.register.records import Registry, RegistryRecord
from vneid_idp.kernel.clock import Clock
from vneid_idp.sandbox.faces.model import MODEL, THRESHOLD, face_of, from_bytes, score

EVALUATION = "sandbox-evaluation-1"
_YOUNGEST = 6
"""Years of age from which on biometrics are on file (Law 26/2023/QH15 Art. 23)."""


class SyntheticMatcher:
    """See `FaceMatcher`. Who is there is asked of the make-believe registry; faces come out of dice."""

    def __init__(self, registry: Registry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock

    async def compare(self, person_id: str, template: Template) -> FaceResult:
        """See `FaceMatcher.compare`."""
        known = await self._registry.find(person_id)
        face, shown = face_of(person_id), from_bytes(template.content)
        found = score(face, face if shown is None else shown)
        if shown is None or template.model != MODEL or not self._is_on_file(known):
            return FaceResult(FaceOutcome.UNDECIDED, MODEL, EVALUATION, THRESHOLD)
        outcome = FaceOutcome.MATCH if found >= THRESHOLD else FaceOutcome.MISMATCH
        return FaceResult(outcome, MODEL, EVALUATION, THRESHOLD, found)

    async def close(self) -> None:
        """See `FaceMatcher.close`."""

    def _is_on_file(self, record: RegistryRecord | None) -> bool:
        return record is not None and age(record.birth_date, self._clock.now()) >= _YOUNGEST
