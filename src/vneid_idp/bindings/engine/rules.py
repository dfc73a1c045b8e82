"""A binding of any kind, and the refusals that every kind shares."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from vneid_idp.identity.register.guardianship import is_guardian
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy.rules import Rules


@dataclass(frozen=True, slots=True)
class Binding(ABC):
    """Something of a relying party, and the person that it belongs to. Each kind adds its own columns and facts."""

    kind: ClassVar[str]

    client_id: str
    binding_id: str
    person_id: str | None
    """The holder; nobody yet for what a client only said that it has."""
    representative_id: str | None
    """Who bound it in the holder's name: a parent or guardian."""
    consent_id: str | None = field(default=None, kw_only=True)
    """The consent of whoever proved it, under which it was made: it ends with that, and tells what was agreed there."""

    @property
    def proved_by(self) -> str | None:
        """Whose proof it counts by, and whose consent it is under: the holder's, or of whoever acts for the holder."""
        return self.representative_id or self.person_id

    @property
    @abstractmethod
    def state(self) -> StrEnum:
        """Where the binding stands: a state of its kind's lifecycle, computed from its facts."""


class BindingNotFound(DomainError):
    """There is no such binding, or it is not the caller's."""

    code = "binding_not_found"
    status = 404
    title = "There is no such binding."


class MoveForbidden(DomainError):
    """The binding is in a state from which this does not lead on."""

    code = "binding_state_conflict"
    status = 409
    title = "The state of the binding does not allow this."


class IdempotencyConflict(DomainError):
    """The same Idempotency-Key came with another request."""

    code = "idempotency_conflict"
    status = 409
    title = "This Idempotency-Key was used for another request."


def acts_for(
    person_id: str, binding: Binding, holder: RegistryRecord | None, rules: Rules, now: Instant, *, joined: bool = False
) -> bool:
    """Whether a person may read and release a binding: its holder, or who bound it, or confirmed it as well (`joined`),
    and is the holder's guardian still.

    `holder` is the register's word of this moment: guardianship ends by a court, with age, and by death, and no binding
    is told.
    """
    if binding.person_id == person_id:
        return True
    supervises = joined or binding.representative_id == person_id
    return supervises and is_guardian(person_id, holder, rules, now)
