"""What an evaluation says, and what the law asks of it. Pure.

Circular 08/2026/TT-BKHCN Art. 8.2 asks of a matcher that compares with an operator's own templates fewer than 5 % false
rejections at fewer than 0.01 % false acceptances, on 10,000 samples or more, and the detection of presentation attacks
by NIST SP 800-63B, ISO/IEC 30107 or FIDO. The rates are held by the bounds of their intervals and not by the counts
alone: no error in a thousand comparisons is no proof of fewer than one in ten thousand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

CONFIDENCE = 0.95
"""How sure an interval is to hold the true rate: two-sided, so that either bound fails one time in forty."""
FALSE_ACCEPT_LIMIT = 0.0001
"""Below which the false accept rate has to stand (Circular 08/2026 Art. 8.2)."""
FALSE_REJECT_LIMIT = 0.05
"""Below which the false reject rate has to stand at that threshold (the same), and BPCER: whom the detection of attacks
turns away is rejected as well."""
ATTACK_ACCEPT_LIMIT = 0.07
"""Below which APCER has to stand for each instrument: what NIST SP 800-63-4 and FIDO's Biometric Requirements allow of
attacks that the whole system accepts, of which there are no more than the detection lets pass."""
FEWEST_SAMPLES = 10_000
"""How many genuine and how many impostor comparisons there are at least (Circular 08/2026 Art. 8.2)."""


class Verdict(StrEnum):
    """What the scores say."""

    PASSES = "passes"
    """The rates hold, by the upper bounds of their intervals."""
    FAILS = "fails"
    """No threshold holds both, by the lower bounds."""
    TOO_SMALL = "too_small_to_say"
    """Neither is shown: the sample has to be larger."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many errors of so many tries, and where the true rate lies (`CONFIDENCE`)."""

    errors: int
    of: int
    lower: float
    upper: float

    @property
    def observed(self) -> float:
        """Errors a try."""
        return self.errors / self.of


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What happens when scores from `threshold` on are accepted."""

    threshold: float
    accepted: Mapping[str, Rate]
    """What should not be, by what it is: `impostor`, or the instruments of attacks."""
    rejected: Rate
    """What should not be: genuine comparisons, or presentations of living people."""

    @property
    def worst(self) -> str:
        """What is wrongly accepted most often."""
        return max(self.accepted, key=lambda name: (self.accepted[name].observed, self.accepted[name].upper))

    def holds(self, accept_limit: float, reject_limit: float) -> bool:
        """Whether every rate stands below its limit, by the upper bound."""
        return all(rate.upper < accept_limit for rate in self.accepted.values()) and self.rejected.upper < reject_limit


@dataclass(frozen=True, slots=True)
class Judgement:
    """One question, of which one kind of scores is to be accepted and the others are not."""

    verdict: Verdict
    point: OperatingPoint | None
    """The lowest threshold that holds what is wrongly accepted below its limit; of a sample that is too small for any,
    the lowest that does not show the opposite. `None` where there are no scores of either sort."""
    reasons: tuple[str, ...]
    """Why it does not pass: sentences for whoever made the scores."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the scores of one matcher say."""

    scores_digest: str
    """SHA-256 of the file of scores, in hexadecimal: what was judged."""
    matching: Judgement
    """False accept and false reject rate."""
    attacks: Judgement
    """APCER for each instrument, and BPCER (ISO/IEC 30107-3)."""

    @property
    def verdict(self) -> Verdict:
        """It passes when both do, and fails when either does."""
        return both(self.matching.verdict, self.attacks.verdict)


def both(one: Verdict, other: Verdict) -> Verdict:
    """What two questions say together, which both have to be answered well."""
    if Verdict.FAILS in (one, other):
        return Verdict.FAILS
    return Verdict.TOO_SMALL if Verdict.TOO_SMALL in (one, other) else Verdict.PASSES
