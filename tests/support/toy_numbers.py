"""A second kind of binding, invented for tests: numbers in a register, with states, moves and columns of their own.

It is what a folder of another kind would hold, and nothing of the engine knows it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Text, create_engine, make_url

from vneid_idp.audit.events import EventKind
from vneid_idp.bindings.engine.grounds import RestingGround
from vneid_idp.bindings.engine.kind import BindingKind, Entry
from vneid_idp.bindings.engine.lifecycle import Lifecycle, Pause, StateChange
from vneid_idp.bindings.engine.rules import Binding
from vneid_idp.bindings.engine.statements import statements
from vneid_idp.bindings.engine.tables import binding_table, fact, index
from vneid_idp.identity.register.records import RegistryRecord
from vneid_idp.policy.rules import Rules
from vneid_idp.storage.metadata import metadata
from vneid_idp.storage.unit import Row


class State(StrEnum):
    """Where a number stands."""

    REGISTERED = "registered"
    VERIFIED = "verified"
    DISOWNED = "disowned"
    FROZEN = "frozen"
    ENDED = "ended"
    RECYCLED = "recycled"


class Move(StrEnum):
    """What can happen to it."""

    REGISTER = "register"
    BIND = "bind"
    CONFIRM = "confirm"
    DISOWN = "disown"
    FREEZE = "freeze"
    THAW = "thaw"
    END = "end"
    RECYCLE = "recycle"


_MOVES: dict[tuple[State | None, Move], State] = {
    (None, Move.REGISTER): State.REGISTERED,
    (None, Move.BIND): State.VERIFIED,
    (State.REGISTERED, Move.CONFIRM): State.VERIFIED,
    (State.REGISTERED, Move.DISOWN): State.DISOWNED,
    (State.DISOWNED, Move.CONFIRM): State.VERIFIED,
    (State.VERIFIED, Move.FREEZE): State.FROZEN,
    (State.FROZEN, Move.THAW): State.VERIFIED,
    (State.REGISTERED, Move.END): State.ENDED,
    (State.DISOWNED, Move.END): State.ENDED,
    (State.VERIFIED, Move.END): State.ENDED,
    (State.FROZEN, Move.END): State.ENDED,
    # What follows an end: the carrier gives the number to somebody else.
    (State.ENDED, Move.RECYCLE): State.RECYCLED,
}
LIFECYCLE: Lifecycle[State, Move] = Lifecycle(
    signs={
        "recycled_at": State.RECYCLED,
        "ended_at": State.ENDED,
        "frozen_at": State.FROZEN,
        "verified_at": State.VERIFIED,
        "disowned_at": State.DISOWNED,
        "registered_at": State.REGISTERED,
    },
    live=frozenset({State.REGISTERED, State.VERIFIED, State.DISOWNED, State.FROZEN}),
    moves=_MOVES,
    changes={
        Move.REGISTER: StateChange(happens=("registered_at",)),
        Move.BIND: StateChange(happens=("registered_at", "verified_at")),
        Move.CONFIRM: StateChange(happens=("verified_at",), undoes=("disowned_at",), brings=("person_id",)),
        Move.DISOWN: StateChange(happens=("disowned_at",)),
        Move.FREEZE: StateChange(happens=("frozen_at",)),
        Move.THAW: StateChange(undoes=("frozen_at",)),
        Move.END: StateChange(happens=("ended_at",)),
        Move.RECYCLE: StateChange(happens=("recycled_at",)),
    },
    events={
        Move.REGISTER: EventKind.BINDING_REQUESTED,
        Move.BIND: EventKind.BINDING_VERIFIED,
        Move.CONFIRM: EventKind.BINDING_PROVED,
        Move.DISOWN: EventKind.BINDING_REVOKED,
        Move.FREEZE: EventKind.BINDING_SUSPENDED,
        Move.THAW: EventKind.BINDING_RESUMED,
        Move.END: EventKind.BINDING_RELEASED,
        Move.RECYCLE: EventKind.BINDING_REVOKED,
    },
    release=Move.END,
    pause=Pause(Move.FREEZE, Move.THAW, "frozen_at"),
)
_FACTS = tuple(LIFECYCLE.signs)

# The metadata of the program would have the migrations look for it.
_before = set(metadata.tables)
table = binding_table(
    "toy_numbers",
    Column("family_id", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    *(fact(name) for name in _FACTS),
    holder_known=False,
)
index(table, LIFECYCLE, scope="family_id")
for _name in set(metadata.tables) - _before:
    metadata.remove(metadata.tables[_name])


@dataclass(frozen=True, slots=True)
class ToyNumber(Binding):
    """A number in the register of a family of clients."""

    kind: ClassVar[str] = "toy_number"

    family_id: str
    sequence: int
    facts: tuple[int | None, ...] = (None,) * len(_FACTS)

    @property
    def state(self) -> State:
        """Where the number stands."""
        return next(found for found, at in zip(LIFECYCLE.signs.values(), self.facts, strict=True) if at is not None)


def new(binding_id: str, client_id: str, person_id: str | None, now: int, *, family: str = "fam") -> ToyNumber:
    """A number that comes with its holder, or that the register has without one."""
    happened = LIFECYCLE.changes[Move.REGISTER if person_id is None else Move.BIND].happens
    facts = tuple(now if name in happened else None for name in _FACTS)
    return ToyNumber(client_id, binding_id, person_id, None, family, 1, facts)


def _read(row: Row) -> ToyNumber:
    return ToyNumber(
        row["client_id"],
        row["binding_id"],
        row["person_id"],
        row["representative_id"],
        row["family_id"],
        row["sequence"],
        tuple(row[name] for name in _FACTS),
        consent_id=row["consent_id"],
    )


def _own(binding: ToyNumber) -> dict[str, Any]:
    facts = dict(zip(_FACTS, binding.facts, strict=True))
    return {"family_id": binding.family_id, "sequence": binding.sequence, **facts}


def judge(binding: ToyNumber, age: int | None, rules: Rules) -> dict[str, str | None]:
    """A number may call when it is verified, unless the policy asks nothing."""
    row = rules.requirement(ToyNumber.kind, "call")
    if row is None:
        return {}
    return {"call": None if binding.state is State.VERIFIED or not row.minimum_level else "not_verified"}


def _entry(binding: ToyNumber) -> Entry:
    at = dict(zip(_FACTS, binding.facts, strict=True))
    recycled = binding.state is State.RECYCLED
    return Entry(at["verified_at"], at["ended_at"], binding.state is State.FROZEN, recycled)


def _grounds(_: ToyNumber, record: RegistryRecord, *__: object) -> frozenset[RestingGround]:
    """A number rests with its holder's death alone, and needs no card."""
    return frozenset() if record.deceased_at is None else frozenset({RestingGround.DEATH})


TOY_NUMBER: BindingKind[ToyNumber] = BindingKind(
    name=ToyNumber.kind,
    table=table,
    lifecycle=LIFECYCLE,
    scope="family_id",
    statements=statements(table, LIFECYCLE, "family_id"),
    read=_read,
    own=_own,
    event_data=lambda binding: {"sequence": binding.sequence},
    representative="guardian",
    actions=("call",),
    judge=judge,
    grounds=_grounds,
    entry=_entry,
    permission=lambda _: "",
    claims=lambda *_: {},
    next_step=lambda binding, _age, _rules: "confirm" if binding.state is State.DISOWNED else None,
    by_message=lambda _: False,
)


def create(url: str) -> None:
    """Make the table, as a migration of the kind would."""
    parsed = make_url(url)
    driver = parsed.get_backend_name() + ("+psycopg" if parsed.get_backend_name() == "postgresql" else "")
    engine = create_engine(parsed.set(drivername=driver))
    table.create(engine)
    engine.dispose()
