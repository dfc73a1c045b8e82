"""The life of what is bound, as one table: what may follow what, and which facts say where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from vneid_idp.audit.events import EventKind

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class StateChange:
    """What a move writes: facts that happen at its instant, facts taken back, and columns whose values it brings."""

    happens: tuple[str, ...] = ()
    undoes: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pause(Generic[M]):
    """How something rests while its holder's identity is locked, and counts again."""

    suspend: M
    resume: M
    since: str
    """The fact that tells since when it rests."""


@dataclass(frozen=True, slots=True, eq=False)
class Lifecycle(Generic[S, M]):
    """States, moves, and the facts behind them. What is not listed in `moves` is forbidden.

    State is computed from facts and stored nowhere: it is that of the first fact in `signs` which has happened, so the
    last word in a life comes first there, and the ends come before whatever they end. `None` in `moves` stands for what
    is not there yet: these are the ways in.
    """

    signs: Mapping[str, S]
    live: frozenset[S]
    """In one of these a binding holds its resource: nobody else can have it."""
    moves: Mapping[tuple[S | None, M], S | frozenset[S]]
    """Several ends of one move are told apart by facts of before."""
    changes: Mapping[M, StateChange]
    events: Mapping[M, EventKind]
    """The event that each move leaves behind."""
    release: M
    """The move that ends it for its holder or the client."""
    pause: Pause[M] | None = None

    def state_of(self, facts: object) -> S:
        """The state that `facts` amount to, an object with an attribute for each sign."""
        return next(state for fact, state in self.signs.items() if getattr(facts, fact) is not None)

    def sources(self, move: M) -> frozenset[S]:
        """The states from which `move` leads on."""
        return frozenset(state for state, possible in self.moves if possible is move and state is not None)

    def ends(self, move: M) -> frozenset[S]:
        """The ends to which `move` leads."""
        found = {end for source, made in self.moves if made is move for end in self.targets(source, move)}
        return frozenset(found) - self.live

    def targets(self, source: S | None, move: M) -> frozenset[S]:
        """Where `move` may lead from `source`; nowhere where it is forbidden."""
        found = self.moves.get((source, move), frozenset())
        return found if isinstance(found, frozenset) else frozenset({found})

    @property
    def final_facts(self) -> tuple[str, ...]:
        """The facts after which a resource is free again."""
        return tuple(fact for fact, state in self.signs.items() if state not in self.live)
