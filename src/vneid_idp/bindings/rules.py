"""Decisions about bindings: who may bind, what a new proof changes, and what an account may do today."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from vneid_idp.bindings.lifecycle import Facts, State, state_of
from vneid_idp.bindings.policy import (
    GUARDIAN_LEVEL,
    GUARDIAN_UNTIL_AGE,
    OWN_PROOF_LEVEL,
    POLICY,
    UNVERIFIED,
    Action,
    Requirement,
    requirements_on,
)
from vneid_idp.identity.ages import is_over
from vneid_idp.identity.registry import RegistryRecord
from vneid_idp.kernel.clock import Instant, local_date
from vneid_idp.kernel.errors import DomainError


class Kind(StrEnum):
    """What is bound."""

    SOCIAL_ACCOUNT = "social_account"


class Method(StrEnum):
    """Who proved that the account is the person's."""

    OWN_PROOF = "own_proof"
    GUARDIAN = "guardian"


class NextStep(StrEnum):
    """What the holder has to do so that the binding counts again."""

    OWN_PROOF_REQUIRED = "own_proof_required"


class Reason(StrEnum):
    """Why an account may not do something."""

    ACCOUNT_NOT_VERIFIED = "account_not_verified"
    BINDING_SUSPENDED = "binding_suspended"
    OWN_PROOF_REQUIRED = "own_proof_required"
    LEVEL_TOO_LOW = "level_too_low"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a person brings to a binding: completed years of age, level of identity, and the guardian who acts, if any.

    With a guardian, `age` is the child's and `level` the guardian's.
    """

    person_id: str
    age: int
    level: int
    guardian_id: str | None = None

    @property
    def method(self) -> Method:
        """Whose proof it is."""
        return Method.OWN_PROOF if self.guardian_id is None else Method.GUARDIAN


@dataclass(frozen=True, slots=True)
class Binding:
    """An account of a relying party and the person that it belongs to."""

    client_id: str
    binding_id: str
    kind: Kind
    person_id: str
    guardian_id: str | None
    method: Method
    level: int
    facts: Facts

    @property
    def state(self) -> State:
        """Where the binding stands."""
        return state_of(self.facts)


@dataclass(frozen=True, slots=True)
class Capability:
    """Whether an account may do something today; if not, why not; and by which rule since when."""

    requirement: Requirement
    reason: Reason | None

    @property
    def allowed(self) -> bool:
        """Whether it may."""
        return self.reason is None


class GuardianRequired(DomainError):
    """Somebody under 16 tried to bind an account alone."""

    code = "guardian_required"
    status = 403
    title = "Under the age of 16, an account is bound by a parent or guardian, who signs in and chooses the child."


class OwnProofRequired(DomainError):
    """A guardian tried to bind the account of somebody who has reached 16."""

    code = "own_proof_required"
    status = 403
    title = "From the age of 16 on, the person proves the account and nobody else."


class LevelRequired(DomainError):
    """The identity behind the token is not of the level that this needs."""

    code = "level_required"
    status = 403
    title = "This needs an identity of a higher level than the one behind the access token; ask for it in acr_values."


class AccountBoundToAnother(DomainError):
    """The account belongs to somebody else."""

    code = "account_bound_to_another"
    status = 409
    title = "This account is bound to another person. It has to be released first."


class AccountLimitReached(DomainError):
    """The person holds as many accounts within this network as the network allows."""

    code = "account_limit_reached"
    status = 409
    title = "The person holds as many accounts in this network as the network allows."


class IdempotencyConflict(DomainError):
    """The same Idempotency-Key came with another request."""

    code = "idempotency_conflict"
    status = 409
    title = "This Idempotency-Key was used for another request."


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


def check_proof(proof: Proof) -> None:
    """Whether `proof` may bind an account: the right person, at a sufficient level.

    Raises `GuardianRequired`, `OwnProofRequired` or `LevelRequired`.
    """
    if proof.guardian_id is None and proof.age < GUARDIAN_UNTIL_AGE:
        raise GuardianRequired
    if proof.guardian_id is not None and proof.age >= GUARDIAN_UNTIL_AGE:
        raise OwnProofRequired
    if proof.level < (OWN_PROOF_LEVEL if proof.guardian_id is None else GUARDIAN_LEVEL):
        raise LevelRequired


def is_guardian(person_id: str, child: RegistryRecord | None, now: Instant) -> bool:
    """Whether the registry has `person_id` as guardian of this child, who is alive and under 16 at `now`."""
    return (
        child is not None
        and child.deceased_at is None
        and person_id in child.guardian_ids
        and not is_over(child.birth_date, GUARDIAN_UNTIL_AGE, now)
    )


def acts_for(person_id: str, binding: Binding, holder: RegistryRecord | None, now: Instant) -> bool:
    """Whether a person may read and release a binding: its holder, or who bound it and is the holder's guardian still.

    `holder` is the register's word of this moment: guardianship ends by a court, at 16, and by death, and no binding
    is told.
    """
    if binding.person_id == person_id:
        return True
    return binding.guardian_id == person_id and is_guardian(person_id, holder, now)


def is_better(proof: Proof, binding: Binding) -> bool:
    """Whether `proof` adds to what a verified binding of the same person already has.

    One's own proof replaces a guardian's, and a lower level of one's own; a guardian's proof replaces nothing.
    """
    if binding.state is not State.VERIFIED or proof.method is not Method.OWN_PROOF:
        return False
    return binding.method is Method.GUARDIAN or proof.level > binding.level


def next_step(binding: Binding, age: int) -> NextStep | None:
    """What the holder has to do. At 16 a guardian's proof no longer carries the account."""
    if binding.state is State.VERIFIED and binding.method is Method.GUARDIAN and age >= GUARDIAN_UNTIL_AGE:
        return NextStep.OWN_PROOF_REQUIRED
    return None


def is_supervised(binding: Binding, age: int) -> bool:
    """Whether a guardian supervises the account."""
    return binding.method is Method.GUARDIAN and age < GUARDIAN_UNTIL_AGE


def capabilities(
    binding: Binding | None, age: int, now: Instant, policy: Iterable[Requirement] = POLICY
) -> tuple[Capability, ...]:
    """What an account may do at `now`.

    Without a `binding` it is an account that nobody has proved, and `age`, the holder's, is not looked at.
    """
    level, excuse = UNVERIFIED, Reason.ACCOUNT_NOT_VERIFIED
    if binding is not None and binding.state is State.SUSPENDED:
        excuse = Reason.BINDING_SUSPENDED
    elif binding is not None and binding.state is State.VERIFIED:
        fallen_back = next_step(binding, age) is not None
        level, excuse = (
            (UNVERIFIED, Reason.OWN_PROOF_REQUIRED) if fallen_back else (binding.level, Reason.LEVEL_TOO_LOW)
        )
    own = binding is not None and binding.method is Method.OWN_PROOF

    def reason(row: Requirement) -> Reason | None:
        if level < row.minimum_level:
            return excuse
        return Reason.OWN_PROOF_REQUIRED if row.own_proof and not own else None

    return tuple(Capability(row, reason(row)) for row in requirements_on(local_date(now), policy))


def may(binding: Binding | None, age: int, action: Action, now: Instant) -> bool:
    """Whether an account may do `action` at `now`."""
    return all(found.allowed for found in capabilities(binding, age, now) if found.requirement.action is action)
