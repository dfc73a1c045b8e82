"""What a kind of binding tells the engine."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Table

from vneid_idp.bindings.engine.grounds import RestingGround
from vneid_idp.bindings.engine.lifecycle import Lifecycle
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.identity.account_rules import Account
from vneid_idp.identity.ages import Age
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.kernel.clock import Instant
from vneid_idp.policy.rules import Rules
from vneid_idp.storage.statement import Statement
from vneid_idp.storage.unit import Row

B = TypeVar("B", bound=Binding)
GUARDIAN = "guardian"
"""The `representative` of a kind where parents and guardians act for children: without one who can, it rests."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the list at `/me` shows of a binding, whatever its kind."""

    since: Instant | None
    """When it was last proved; nothing for what nobody proved yet."""
    ended_at: Instant | None
    rests: bool
    taken_away: bool
    """It ended by somebody else's word: neither the holder nor the client released it."""
    made_at: Instant | None = None
    """When it was linked, where that is another moment than when it was last proved."""


@dataclass(frozen=True, slots=True, eq=False)
class BindingKind(Generic[B]):
    """A kind: its table and lifecycle, what a row means, and what the policy asks of it. One value a kind."""

    name: str
    table: Table
    lifecycle: Lifecycle[Any, Any]
    scope: str
    """The column within whose value a resource has one live holder and a holder has so many places."""
    statements: Mapping[str, Statement]
    """What `engine.statements` makes of the three above."""
    read: Callable[[Row], B]
    """The binding in a row."""
    own: Callable[[B], Mapping[str, Any]]
    """The values of the columns that the kind adds, facts among them."""
    event_data: Callable[[B], Mapping[str, Any]]
    """What the event of a new binding says besides its kind: codes and ids, never what was bound."""
    representative: str
    """What an event calls whoever acts for the holder."""
    actions: tuple[str, ...]
    """What the policy may ask something for, in the order in which it is told."""
    judge: Callable[[B, int | None, Rules], Mapping[str, str | None]]
    """Why something may not do each action that has a rule, None where it may, at the holder's age in completed years;
    no age where the holder is forgotten."""
    grounds: Callable[[B, RegistryRecord, Account | None, Rules, Instant], frozenset[RestingGround]]
    """Why one of this holder rests, as far as the register says of them; their open account, if there is one. Pure."""
    entry: Callable[[B], Entry]
    """The binding as a list of all kinds shows it."""
    permission: Callable[[B], str]
    """The scope by whose permission it was bound, and tells something (`protocol/claims.py`)."""
    claims: Callable[[Iterable[str], B, Age | None, Rules], Mapping[str, Any]]
    """The values of claims of the place `binding`, those that are known; no age where the holder is forgotten."""
    next_step: Callable[[B, int, Rules], str | None]
    """What the holder of a live one has to do at this age in completed years, if anything."""
    by_message: Callable[[B], bool]
    """Whether it rests on the phone number of whoever proved it: a code to it was among the proofs, or nobody can tell.
    """

    def role_of(self, person_id: str, binding: Binding) -> str:
        """As what a person makes a move: the holder, or who acts for the holder."""
        return "person" if binding.person_id == person_id else self.representative
