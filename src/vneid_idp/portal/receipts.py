"""What a receipt has on record beside its text: how each claim was answered, for which version of which purpose."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from vneid_idp.protocol.claims import Decision, Decisions


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers to one version of a purpose. The three are names of claims; of a smaller proof, also what stands in
    whose place."""

    purpose: str
    version: int
    given: tuple[str, ...]
    instead: tuple[str, ...]
    kept_back: tuple[str, ...]


def answers(decisions: Decisions) -> tuple[Answered, ...]:
    """The decisions, purpose by purpose. Pure."""

    def purpose(item: tuple[str, Decision]) -> tuple[str, int]:
        return item[1].purpose, item[1].version

    return tuple(
        _answered(*of, dict(decided)) for of, decided in groupby(sorted(decisions.items(), key=purpose), key=purpose)
    )


def _answered(purpose: str, version: int, decided: Mapping[str, Decision]) -> Answered:
    return Answered(
        purpose,
        version,
        tuple(sorted(name for name, decision in decided.items() if decision.given)),
        tuple(sorted(f"{decision.instead} ({name})" for name, decision in decided.items() if decision.instead)),
        tuple(sorted(name for name, decision in decided.items() if not decision.gives)),
    )
