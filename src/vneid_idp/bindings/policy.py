"""What an account may do, as data: each row says from which day which action needs which proof, and by which law.

A change of the law is a new row with a later day; it holds from midnight in Viet Nam, without a release of ours.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Action(StrEnum):
    """What a person does with an account of a social network."""

    VIEW = "view"
    POST = "post"
    COMMENT = "comment"
    SHARE = "share"
    LIVESTREAM = "livestream"
    COMMERCIAL_LIVESTREAM = "commercial_livestream"


UNVERIFIED = 0
"""The level of an account that is bound to nobody."""
PROVEN = 1
"""The account belongs to a person with an account of level 1 or more, opened with a Vietnamese mobile number."""
PROVEN_BY_ID_NUMBER = 2
"""… of level 2: the personal ID number was checked with the person present (Decree 69/2024/NĐ-CP)."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A row of the policy."""

    action: Action
    minimum_level: int
    own_proof: bool
    """Whether a guardian's proof is not enough."""
    legal_reference: str
    in_force_from: date


_IN_FORCE = date(2024, 12, 25)
_CONTENT = "Decree 147/2024/NĐ-CP, Articles 23.3.e and 27.3.b: unverified accounts may not create or share content"
_COMMERCE = "Decree 147/2024/NĐ-CP, Articles 23.3.e and 27.3.b: commercial livestream needs the personal ID number"

POLICY: tuple[Requirement, ...] = (
    Requirement(Action.VIEW, UNVERIFIED, False, "Decree 147/2024/NĐ-CP, Articles 23.3.e and 27.3.b", _IN_FORCE),
    Requirement(Action.POST, PROVEN, False, _CONTENT, _IN_FORCE),
    Requirement(Action.COMMENT, PROVEN, False, _CONTENT, _IN_FORCE),
    Requirement(Action.SHARE, PROVEN, False, _CONTENT, _IN_FORCE),
    Requirement(Action.LIVESTREAM, PROVEN, False, _CONTENT, _IN_FORCE),
    # The number required is the seller's own. The decree does not say whether a guardian's would do; we take it not to.
    Requirement(Action.COMMERCIAL_LIVESTREAM, PROVEN_BY_ID_NUMBER, True, _COMMERCE, _IN_FORCE),
)

GUARDIAN_UNTIL_AGE = 16
"""Under this age an account is opened by a parent or guardian, who supervises it (Decree 147/2024 Art. 23.3.đ)."""
OWN_PROOF_LEVEL = PROVEN
GUARDIAN_LEVEL = PROVEN_BY_ID_NUMBER
"""A guardian vouches for somebody else, and does so with an own level-2 account (as in Decree 69/2024 Art. 10)."""
DEFAULT_ACCOUNT_LIMIT = 3
"""Accounts of one person within one network, unless its registration says otherwise."""


def requirements_on(today: date, policy: Iterable[Requirement] = POLICY) -> tuple[Requirement, ...]:
    """The row in force on `today` for each action that has one, in the order of the actions."""
    in_force: dict[Action, Requirement] = {}
    for row in sorted(policy, key=lambda row: row.in_force_from):
        if row.in_force_from <= today:
            in_force[row.action] = row
    return tuple(in_force[action] for action in Action if action in in_force)
