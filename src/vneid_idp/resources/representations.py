"""What `bindings/v1` says and hears: the published shapes. No ID number, name or birth date has a place in them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from vneid_idp.bindings.social_accounts import capabilities
from vneid_idp.bindings.social_accounts.capabilities import Action
from vneid_idp.bindings.social_accounts.rules import BindingMethod, SocialAccount, is_supervised, next_binding_step
from vneid_idp.bindings.social_accounts.words import NextStep, Reason
from vneid_idp.identity.ages import AgeBand, age, age_band
from vneid_idp.kernel.clock import Instant, to_datetime
from vneid_idp.policy.rules import Rules


@dataclass(frozen=True, slots=True)
class Age:
    """A holder's age at one instant: completed years, and the band that may be told."""

    years: int
    band: AgeBand

    @classmethod
    def at(cls, birth_date: date, now: Instant) -> "Age":
        """The age at `now` of somebody born on `birth_date`."""
        return cls(age(birth_date, now), age_band(birth_date, now))


AccountId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=255,
        description="The network's own, lasting id of the account; not the handle, which people change. Compared byte "
        "by byte, and kept only as a keyed digest.",
        examples=["100045781"],
    ),
]
BINDING_ID = "bind_[0-9a-v]{26}"
"""A regular expression for `kernel.secrets.new_id("bind")`."""
BindingId = Annotated[
    str, Field(pattern=f"^{BINDING_ID}$", description="The binding.", examples=["bind_06cq2d9k7v3f1m8e5t0h4b6n9r"])
]


class State(StrEnum):
    """Where a binding stands. It is computed from facts and stored nowhere."""

    # A word of the published contract that no social account is in: what is bound here comes with its proof. Of
    # `revoked` see `social_accounts/lifecycle.py`.
    PENDING = "pending"
    VERIFIED = "verified"
    SUSPENDED = "suspended"
    RELEASED = "released"
    REVOKED = "revoked"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Account(_Model):
    """An account of the calling network."""

    account_id: AccountId


class Capability(_Model):
    """Whether the account may do something today, by which rule, and since when that rule is in force."""

    action: Action
    allowed: bool
    reason: Reason | None = Field(description="Why not; null where it is allowed.")
    legal_reference: str
    in_force_since: date

    @classmethod
    def of(cls, found: capabilities.Capability) -> "Capability":
        """The representation of a decision."""
        row = found.requirement
        return cls(
            action=Action(row.action),
            allowed=found.allowed,
            reason=found.reason,
            legal_reference=row.legal_reference,
            in_force_since=row.in_force_from,
        )


class Binding(_Model):
    """An account bound to a person, and what it may do today. It never carries an ID number, a name or a birth date."""

    binding_id: BindingId
    state: State = Field(
        description="`verified` or `suspended` while it stands, `released` at its end. `pending` and `revoked` are "
        "words for later: no account is in them today, and neither lets it do anything."
    )
    level: int = Field(ge=1, le=2, description="Level of the identity that proved the account.")
    method: BindingMethod = Field(description="Whether the holder proved the account, or a guardian.")
    verified_at: datetime | None = Field(description="When the account was last proved; null while pending.")
    age_band: AgeBand | None = Field(description="The holder's age today, coarsely; null once the holder is forgotten.")
    supervised: bool = Field(description="Whether a guardian supervises the account.")
    next_step: NextStep | None = Field(
        description="`own_proof_required`: the holder has outgrown guardians, and the account falls back until the "
        "holder's own proof. `guardian_required`: the account of a child rests for want of a guardian who can act, and "
        "counts again with the proof of another."
    )
    capabilities: tuple[Capability, ...]

    @classmethod
    def of(cls, binding: SocialAccount, age: Age | None, rules: Rules, *, wants_guardian: bool = False) -> "Binding":
        """The representation of a binding whose holder has this age, by the rules of today; None for a holder who is
        forgotten. `wants_guardian` as `resting.want_guardian` says."""
        step = None if age is None else next_binding_step(binding, age.years, rules, wants_guardian=wants_guardian)
        return cls(
            binding_id=binding.binding_id,
            state=State(binding.state),
            level=binding.level,
            method=binding.method,
            verified_at=to_datetime(binding.facts.verified_at),
            age_band=None if age is None else age.band,
            supervised=age is not None and is_supervised(binding, age.years, rules),
            next_step=step,
            capabilities=capabilities_of(binding, age, rules),
        )


def capabilities_of(binding: SocialAccount | None, age: Age | None, rules: Rules) -> tuple[Capability, ...]:
    """What an account may do; an unverified one, and one whose holder is forgotten, as if nobody had proved it."""
    found = capabilities.capabilities(binding, None if age is None else age.years, rules)
    return tuple(Capability.of(each) for each in found)


class BindingPage(_Model):
    """A page of bindings in the order in which they were made."""

    items: tuple[Binding, ...]
    next_cursor: str | None = Field(description="Give this as `cursor` to get the next page; null on the last.")


class AccountStatus(_Model):
    """What an account may do today, bound or not."""

    account_state: State | str = Field(
        description="`unverified` where nobody has proved the account, else the state of its binding.",
        json_schema_extra={"enum": ["unverified", *State]},
    )
    binding: Binding | None
    capabilities: tuple[Capability, ...]
