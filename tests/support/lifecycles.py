"""Every life that a lifecycle allows, walked from its ways in: what the table says, its facts must say too."""

from collections.abc import Iterator
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from vneid_idp.bindings.engine.lifecycle import Lifecycle

Happened = frozenset[str]
"""The facts that have happened."""


def explore(lifecycle: Lifecycle[Any, Any]) -> dict[Happened, StrEnum]:
    """Every set of facts that a binding can come to, and its state; a move that its facts contradict fails."""
    reached: dict[Happened, StrEnum] = {}
    waiting = list(_follow(lifecycle, frozenset(), None))
    while waiting:
        facts = waiting.pop()
        if facts not in reached:
            reached[facts] = state(lifecycle, facts)
            waiting += _follow(lifecycle, facts, reached[facts])
    return reached


def _follow(lifecycle: Lifecycle[Any, Any], facts: Happened, source: StrEnum | None) -> Iterator[Happened]:
    for before, move in lifecycle.moves:
        if before is source:
            change = lifecycle.changes[move]
            then = (facts | set(change.happens)) - set(change.undoes)
            found = state(lifecycle, then)
            after = lifecycle.targets(before, move)
            assert found in after, f"{source} {move}: the table says {after}, the facts {sorted(then)} say {found}"
            yield then


def state(lifecycle: Lifecycle[Any, Any], facts: Happened) -> StrEnum:
    """The state that these facts amount to."""
    found: StrEnum = lifecycle.state_of(
        SimpleNamespace(**{name: 1 if name in facts else None for name in lifecycle.signs})
    )
    return found


def check(lifecycle: Lifecycle[Any, Any], states: type[StrEnum], moves: type[StrEnum]) -> None:
    """What holds for the lifecycle of every kind."""
    reached = explore(lifecycle)
    assert set(reached.values()) == set(states), "a state that no life comes to is dead"
    assert {move for _, move in lifecycle.moves} == set(moves), "a move that nothing allows is dead"
    assert set(lifecycle.changes) == set(lifecycle.events) == set(moves)
    assert all(event.value.startswith("binding.") for event in lifecycle.events.values())
    signs = list(lifecycle.signs)
    final = [signs.index(name) for name in lifecycle.final_facts]
    assert final == list(range(len(final))), "ends are later words than what they end"
    for source in lifecycle.live:
        ends = lifecycle.targets(source, lifecycle.release)
        assert ends
        assert not ends & lifecycle.live, "what is live can be released"
    if lifecycle.pause is not None:
        pause = lifecycle.pause
        for source in lifecycle.sources(pause.suspend):
            (resting,) = lifecycle.targets(source, pause.suspend)
            assert resting in lifecycle.live
            assert source in lifecycle.targets(resting, pause.resume) <= lifecycle.live
        assert pause.since in lifecycle.changes[pause.suspend].happens
        assert pause.since in lifecycle.changes[pause.resume].undoes
