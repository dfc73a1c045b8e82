"""Who compares faces, as a port, and what a comparison comes to.

A network call may lie behind it: `compare` takes no unit and is called before one is opened, since no transaction waits
for a network.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from vneid_idp.kernel.errors import DomainError

LONGEST_TEMPLATE = 8 * 1024
"""Bytes: 512 numbers of single precision take 2,048."""


class MatcherUnavailable(DomainError):
    """The matcher does not answer, or answers what cannot be believed: nothing is known about any face right now."""

    code = "matcher_unavailable"
    status = 503
    title = "Faces cannot be compared at the moment. Nothing was decided and nothing was used up; try again."
    retry_after = 30
    """Seconds."""


class FaceOutcome(StrEnum):
    """What a comparison came to."""

    MATCH = "match"
    MISMATCH = "mismatch"
    UNDECIDED = "undecided"
    """There was nothing to compare with, or nothing that this matcher can compare."""


@dataclass(frozen=True, slots=True)
class Template:
    """A face as a model describes it: only the same model can compare it, and nobody else reads it."""

    model: str
    """The name of the model that made it, with its version."""
    content: bytes = field(repr=False)
    """At most `LONGEST_TEMPLATE` bytes."""


@dataclass(frozen=True, slots=True)
class FaceResult:
    """The result of one comparison. The score is for who answers for the matcher: a client learns the outcome alone,
    since a score tells an attacker which of two faces comes nearer."""

    outcome: FaceOutcome
    matcher: str
    """The name of who compared, with its version."""
    evaluation_id: str
    """The evaluation that says how often this matcher errs at `threshold` (ISO/IEC 19795-1)."""
    threshold: float
    """The score from which on two faces are taken as one person's."""
    score: float | None = None
    """Nothing where nothing was compared."""


class FaceMatcher(Protocol):
    """Compares a face with that of a person in the national database. One a process."""

    async def compare(self, person_id: str, template: Template) -> FaceResult:
        """Compare the face in front of a device with the person's.

        Somebody of whom there is no template, nobody's id, and a template of another model come to
        `FaceOutcome.UNDECIDED`, after the same work as a comparison: who asks about an ID number that nobody has hands
        in an id that nobody has. Raises `MatcherUnavailable`.
        """
        ...

    async def close(self) -> None:
        """Give back what it holds; it is not used after."""
        ...
