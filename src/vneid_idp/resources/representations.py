"""What `bindings/v1` says and hears: the published shapes. No ID number, name or birth date has a place in them."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from vneid_idp.bindings.social_accounts import capabilities
from vneid_idp.bindings.social_accounts.capabilities import Action
from vneid_idp.bindings.social_accounts.rules import BindingMethod, SocialAccount
from vneid_idp.bindings.social_accounts.told import Abilities
from vneid_idp.bindings.social_accounts.words import NextStep, Reason
from vneid_idp.identity.ages import AgeBand
from vneid_idp.kernel.clock import to_datetime
from vneid_idp.policy.rules import Rules

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


class Member(StrEnum):
    """A member of a binding that is told by a person's agreement only."""

    LEVEL = "level"
    METHOD = "method"
    VERIFIED_AT = "verified_at"
    AGE_BAND = "age_band"
    SUPERVISED = "supervised"
    NEXT_STEP = "next_step"
    CAPABILITIES = "capabilities"

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The values are named for generators of code: some of them are the names of schemas, too, and a language with
        one namespace for both, as Go, has no room for two."""
        names = [f"Member{''.join(map(str.title, member.split('_')))}" for member in cls]
        return handler(core) | {"x-enum-varnames": names}


_MEMBERS = {
    "binding_level": (Member.LEVEL,),
    "binding_method": (Member.METHOD,),
    "binding_verified_at": (Member.VERIFIED_AT,),
    "binding_age_band": (Member.AGE_BAND,),
    "binding_supervised": (Member.SUPERVISED,),
    "binding_capabilities": (Member.NEXT_STEP, Member.CAPABILITIES),
}
"""The members in which each claim of the place `binding` is told."""


class Binding(_Model):
    """An account bound to a person, and what the person agreed to tell of it. It never carries an ID number, a name or
    a birth date."""

    binding_id: BindingId
    state: State = Field(
        description="`verified` or `suspended` while it stands, `released` at its end. `pending` and `revoked` are "
        "words for later: no account is in them today, and neither lets it do anything."
    )
    level: int | None = Field(ge=1, le=2, description="Level of the identity that proved the account.")
    method: BindingMethod | None = Field(description="Whether the holder proved the account, or a guardian.")
    verified_at: datetime | None = Field(description="When the account was last proved.")
    age_band: AgeBand | None = Field(
        description="The holder's age, coarsely, as of when it was agreed to tell it; null once the holder is "
        "forgotten."
    )
    supervised: bool | None = Field(description="Whether a guardian supervises the account.")
    next_step: NextStep | None = Field(
        description="`own_proof_required`: the holder has outgrown guardians, and the account falls back until the "
        "holder's own proof. `guardian_required`: the account of a child rests for want of a guardian who can act, and "
        "counts again with the proof of another."
    )
    capabilities: tuple[Capability, ...] | None
    withheld: tuple[Member, ...] = Field(
        description="What is not told, and so null: what the person did not agree to, took back, or agreed to for a "
        "purpose that counts no more. Of a binding that has ended, everything."
    )

    @property
    def told(self) -> tuple[str, ...]:
        """The claims of which this says something."""
        said = {member for member in Member if getattr(self, member) is not None} - set(self.withheld)
        return tuple(claim for claim, members in _MEMBERS.items() if said & set(members))

    @classmethod
    def of(cls, binding: SocialAccount, told: Mapping[str, Any], agreed: Collection[str]) -> "Binding":
        """The representation of a binding of which these claims are `agreed`, with the values that are `told`."""
        abilities: Abilities | None = told.get("binding_capabilities")
        at = told.get("binding_verified_at")
        return cls(
            binding_id=binding.binding_id,
            state=State(binding.state),
            level=told.get("binding_level"),
            method=told.get("binding_method"),
            verified_at=None if at is None else to_datetime(at),
            age_band=told.get("binding_age_band"),
            supervised=told.get("binding_supervised"),
            next_step=None if abilities is None else abilities.next_step,
            capabilities=None if abilities is None else tuple(map(Capability.of, abilities.capabilities)),
            withheld=tuple(member for claim, members in _MEMBERS.items() if claim not in agreed for member in members),
        )


def unverified(rules: Rules) -> tuple[Capability, ...]:
    """What an account may do that nobody has proved."""
    return tuple(map(Capability.of, capabilities.capabilities(None, None, rules)))


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
    capabilities: tuple[Capability, ...] | None = Field(
        description="What the account may do, as in `binding`, or what an unverified one may; null where it was not "
        "agreed to tell it."
    )
