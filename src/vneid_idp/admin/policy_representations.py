"""What `admin/v1` says and hears of the policy."""

from collections.abc import Iterable
from datetime import date, datetime

from pydantic import Field

from vneid_idp.admin.representations import Change, Model, when
from vneid_idp.audit.deeds import REASON_LENGTHS
from vneid_idp.kernel.clock import to_datetime
from vneid_idp.policy import service
from vneid_idp.policy.rules import Policy
from vneid_idp.use_cases.simulate_policy import Simulation


class NewDraft(Change):
    """Rows to come, and who loads them why."""

    document: str = Field(max_length=60_000, description="TOML, as the files `policy/*.toml` of the package have it.")


class Publication(Change):
    """Who publishes, and why; both stand with the version."""

    backdated_because: str | None = Field(
        default=None,
        min_length=REASON_LENGTHS[0],
        max_length=REASON_LENGTHS[-1],
        description="Why rows should hold since a day that has begun.",
    )


class PolicyRequirement(Model):
    """What an action with something bound needs, from when until when, by which rule."""

    kind: str
    action: str
    minimum_level: int
    own_proof: bool
    legal_reference: str
    in_force_from: date
    in_force_until: date | None


class PolicyThreshold(Model):
    """A number that decides, from when until when, by which rule."""

    name: str
    number: int
    legal_reference: str
    in_force_from: date
    in_force_until: date | None


class PolicyInterval(Model):
    """How long after the trigger, or after the step before, a step of a number that is not proved is due."""

    trigger: str
    step: str
    amount: int
    unit: str = Field(description="`hours`, `days` or `working_days`.")
    times: int = Field(description="How often a notice is given, once a day; 1 for every other step.")
    legal_reference: str
    in_force_from: date
    in_force_until: date | None


class PolicyHoliday(Model):
    """A day that is off, or one that is worked after all."""

    day: date
    name: str
    day_off: bool
    legal_reference: str


class PolicyRows(Model):
    """Rows of the policy."""

    requirements: tuple[PolicyRequirement, ...]
    thresholds: tuple[PolicyThreshold, ...]
    intervals: tuple[PolicyInterval, ...]
    holidays: tuple[PolicyHoliday, ...]

    @classmethod
    def of(cls, rows: Policy) -> "PolicyRows":
        """The rows in this shape."""
        return cls.model_validate(rows)


class Version(Model):
    """A version: a draft, or published by somebody for a reason."""

    version: int
    loaded_at: datetime
    loaded_by: str | None
    published_at: datetime | None
    published_by: str | None
    reason: str | None

    @classmethod
    def of(cls, version: service.PolicyVersion) -> "Version":
        """The version in this shape."""
        return cls(
            version=version.version,
            loaded_at=to_datetime(version.loaded_at),
            loaded_by=version.loaded_by,
            published_at=when(version.published_at),
            published_by=version.published_by,
            reason=version.reason,
        )


class PolicyInForce(PolicyRows):
    """What is in force on a day, and the versions that there are."""

    on: date
    versions: tuple[Version, ...]

    @classmethod
    def on_day(cls, day: date, policy: Policy, versions: Iterable[service.PolicyVersion]) -> "PolicyInForce":
        """What stands on `day` in this shape."""
        rows = PolicyRows.of(policy.standing_on(day))
        return cls(on=day, versions=tuple(map(Version.of, versions)), **dict(rows))


class PolicyGap(Model):
    """A day from which nothing is asked for an action any more: meant, or forgotten?"""

    kind: str
    action: str
    since: date


class Draft(Model):
    """A draft that was loaded, and what an eye should fall on before it is published."""

    version: int
    gaps: tuple[PolicyGap, ...]

    @classmethod
    def of(cls, draft: service.PolicyDraft) -> "Draft":
        """The draft in this shape."""
        return cls.model_validate(draft)


class PolicyEffect(Model):
    """For how many one action changes, by the reason that is new, or that falls away."""

    kind: str
    action: str
    locked: dict[str, int]
    freed: dict[str, int]


class PolicySimulation(Model):
    """What would change on a day; counts, never a person or an account."""

    on: date
    looked_at: int
    locked: int
    freed: int
    lapsed: int
    released: int
    effects: tuple[PolicyEffect, ...]

    @classmethod
    def of(cls, found: Simulation) -> "PolicySimulation":
        """The simulation in this shape."""
        return cls(
            on=found.day,
            looked_at=found.looked_at,
            locked=found.locked,
            freed=found.freed,
            lapsed=found.lapsed,
            released=found.released,
            effects=tuple(map(PolicyEffect.model_validate, found.effects)),
        )
