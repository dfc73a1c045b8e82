"""The policy: load a draft, look, publish."""

from dataclasses import dataclass
from datetime import date

from vneid_idp.audit.deeds import Deed
from vneid_idp.audit.service import Event, EventKind, record
from vneid_idp.kernel.clock import Instant, local_date
from vneid_idp.kernel.errors import DomainError
from vneid_idp.policy import store
from vneid_idp.policy.documents import Actions, PolicyRefused, read_policy, shipped
from vneid_idp.policy.rules import Gap, Policy, gaps, thresholds_missing
from vneid_idp.policy.store import PolicyVersion
from vneid_idp.storage.unit import Reading, Unit

__all__ = ["PolicyDraft", "PolicyVersion"]

_SHIPPED = Deed("vneid-idp", "The policy in the package, with which a new provider starts.")
_ADDED = Deed("vneid-idp", "Rows of this release for what the published policy says nothing about.")
OWN_REASONS = (_SHIPPED.reason, _ADDED.reason)
"""Why the provider itself published something, as versions keep it; what an operator writes stands beside them."""


class NoSuchVersion(DomainError):
    """There is no version of this number."""

    code = "policy_version_unknown"
    status = 404
    title = "There is no version of the policy with this number."


class AlreadyPublished(DomainError):
    """A version was published before; it never changes again."""

    code = "policy_already_published"
    status = 409
    title = "This version of the policy has been published already."


class PublishedMeanwhile(DomainError):
    """Another version was published since this draft was loaded, which was never looked at together with it."""

    code = "policy_published_meanwhile"
    status = 409
    title = "Another version was published since this draft was loaded. Load it again, look, then publish."


class HoldsAlready(DomainError):
    """A new row would have held since before its publication."""

    code = "policy_in_the_past"
    status = 409
    title = "Rows of this version would hold since before today. Say why, if that is meant."


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """A version that was loaded, and what an eye should fall on before it is published."""

    version: int
    gaps: tuple[Gap, ...]


async def ensure(unit: Unit) -> tuple[str, ...]:
    """Publish the policy in the package where none was ever published; where one was, its rows for whatever that says
    nothing about, as a new release may bring it. What was added; nothing when all was there. Called at every start."""
    # The number before the rows: who publishes in between is then seen, or takes the number.
    last = await store.last_version(unit)
    base = await store.count_published(unit)
    missing = shipped().beside(await store.published(unit))
    names = (
        *(f"{row.kind} {row.action}" for row in missing.requirements),
        *(row.name for row in missing.thresholds),
        *(f"{row.trigger} {row.step}" for row in missing.intervals),
        *(f"holiday {row.day}" for row in missing.holidays),
    )
    deed = _ADDED if base else _SHIPPED
    # Another process that starts at this moment may have been faster.
    if not names or not await store.add(unit, last + 1, missing, base=base, by=deed.by):
        return ()
    more = {"added": ", ".join(dict.fromkeys(names))} if base else {}
    await store.publish(unit, last + 1, deed, more)
    return tuple(dict.fromkeys(names))


async def published(unit: Reading) -> Policy:
    """Every row that was published."""
    return await store.published(unit)


async def versions(unit: Reading) -> tuple[PolicyVersion, ...]:
    """Every version, drafts among them."""
    return await store.versions(unit)


async def of_version(unit: Reading, version: int) -> Policy:
    """The rows of one version. Raises `NoSuchVersion`."""
    if await store.find_version(unit, version) is None:
        raise NoSuchVersion
    return await store.of_version(unit, version)


async def load(unit: Unit, text: str, actions: Actions, deed: Deed) -> PolicyDraft:
    """Store the rows of a file as a draft, which changes nothing yet, with its event. Raises `PolicyRefused`."""
    policy = read_policy(text, actions)
    base = await store.count_published(unit)
    whole = (await store.published(unit)).amended(policy)
    missing = thresholds_missing(whole)
    if missing:
        raise PolicyRefused("\n".join(f"{name}: there would be days without a number" for name in missing))
    version = await store.last_version(unit) + 1
    while not await store.add(unit, version, policy, base=base, by=deed.by):
        version += 1
    data = {"version": version, "rows": policy.size, **deed.data}
    await record(unit, Event(EventKind.POLICY_LOADED, data=data))
    return PolicyDraft(version, gaps(whole))


async def publish(unit: Unit, version: int, deed: Deed, *, backdated: str | None = None) -> Policy:
    """Publish a draft: its rows stand beside all that were published before; the whole.

    One at a time: a draft counts only on the policy that it was checked against, so of two that are published at once
    the second is refused. Who did it and why is kept with the version and in its event. Raises `NoSuchVersion`,
    `AlreadyPublished`, `PublishedMeanwhile`, and `HoldsAlready` unless `backdated` says why a row that is new has a
    day that has begun; `BadDeed` where it says so with what must not stand in an event.
    """
    more = {} if backdated is None else {"backdated": Deed(deed.by, backdated).data["reason"]}
    await store.seize(unit)
    found = await store.find_version(unit, version)
    if found is None:
        raise NoSuchVersion
    if found.published_at is not None:
        raise AlreadyPublished
    if found.base is not None and found.base != await store.count_published(unit):
        raise PublishedMeanwhile
    before = await store.published(unit)
    whole = before.amended(await store.of_version(unit, version))
    if backdated is None and _holds_already(before, whole, unit.now):
        raise HoldsAlready
    if not await store.publish(unit, version, deed, more):
        raise AlreadyPublished
    return whole


def _holds_already(before: Policy, whole: Policy, now: Instant) -> bool:
    """Whether today, or on a day before it, something else would be in force than was, or another day be off."""
    today = local_date(now)
    if before.holidays_until(today) != whole.holidays_until(today):
        return True
    turns: set[date] = {today, *(day for day in whole.days() if day <= today)}
    return any(before.on(day) != whole.on(day) for day in turns)
