"""Which of a child's parents and guardians can act at this moment: who has an account that may be used, of the level
that the law asks of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from vneid_idp.identity import accounts
from vneid_idp.identity.account_rules import Account, AccountStanding, account_standing
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Rules, Threshold
from vneid_idp.storage.unit import Reading


@dataclass(frozen=True, slots=True)
class Guardian:
    """A parent or guardian who can act."""

    person_id: str
    full_name: str


def can_act(account: Account | None, rules: Rules, now: Instant) -> bool:
    """Whether the holder of this account can act as somebody's parent or guardian. Pure."""
    if account is None or account_standing(account, None, now) is not AccountStanding.USABLE:
        return False
    return account.level >= rules[Threshold.GUARDIAN_LEVEL]


async def who_can_act(unit: Reading, vault: Vault, guardian_ids: Iterable[str], rules: Rules) -> tuple[Guardian, ...]:
    """Those of these people who can act, in their order."""
    found = []
    for person_id in guardian_ids:
        known = await accounts.find_with_profile(unit, vault, person_id)
        if known is not None and can_act(known[0], rules, unit.now):
            found.append(Guardian(person_id, known[1].record.full_name))
    return tuple(found)
