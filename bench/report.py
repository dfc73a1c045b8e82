"""What a run found, as a table to read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from bench.load import Outcome


@dataclass(frozen=True, slots=True)
class Measurement:
    """One round of one flow against one contender."""

    flow: str
    contender: str
    completed: int
    seconds: float
    server_cpu: float
    database_cpu: float
    load_cpu: float
    p50: float
    p99: float

    @classmethod
    def of(cls, flow: str, contender: str, outcome: Outcome) -> "Measurement":
        """Condense an outcome, whose usage is of server, database and load, in CPU seconds."""
        server, database, load = outcome.usage
        centiles = quantiles(outcome.latencies, n=100)
        completed = len(outcome.latencies)
        return cls(flow, contender, completed, outcome.seconds, server, database, load, centiles[49], centiles[98])

    @property
    def per_second(self) -> float:
        """Flows completed per second of wall-clock time."""
        return self.completed / self.seconds

    @property
    def per_core(self) -> float:
        """Flows completed per second of the server's CPU time: what one core yields, whatever else the machine does."""
        return self.completed / self.server_cpu


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, extremes and quartiles of the rounds."""

    middle: float
    low: float
    high: float
    quarter: float
    three_quarters: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """The spread of one or more values."""
        quarter, _, three_quarters = quantiles(values, n=4, method="inclusive") if len(values) > 1 else [*values] * 3
        return cls(median(values), min(values), max(values), quarter, three_quarters)

    def text(self, digits: int) -> str:
        """`median (min–max)`."""
        return f"{self.middle:,.{digits}f} ({self.low:,.{digits}f}–{self.high:,.{digits}f})"


Measure = Callable[[Measurement], float]


def spread(rows: Sequence[Measurement], measure: Measure) -> Spread:
    """The spread of one measure over rounds."""
    return Spread.of([measure(row) for row in rows])


def ratio(ours: Sequence[Measurement], peer: Sequence[Measurement], measure: Measure) -> Spread:
    """The spread of ours/peer, round by round: what slows the machine for a while slows both sides of a round."""
    return Spread.of([measure(one) / measure(other) for one, other in zip(ours, peer, strict=True)])


def table(rows: Sequence[Measurement]) -> str:
    """A Markdown table, one row a flow and contender; figures are medians over the rounds (min–max)."""
    lines = [
        "| flow | provider | per second | per core-second | IQR | server CPU, µs | database CPU, µs | p50, ms | p99 |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for (flow, contender), rounds in _grouped(rows).items():
        per_core = spread(rounds, lambda row: row.per_core)
        cells = [
            flow,
            contender,
            spread(rounds, lambda row: row.per_second).text(0),
            per_core.text(0),
            f"{per_core.quarter:,.0f}–{per_core.three_quarters:,.0f}",
            f"{spread(rounds, lambda row: 1e6 * row.server_cpu / row.completed).middle:,.0f}",
            f"{spread(rounds, lambda row: 1e6 * row.database_cpu / row.completed).middle:,.0f}",
            f"{spread(rounds, lambda row: 1e3 * row.p50).middle:.1f}",
            f"{spread(rounds, lambda row: 1e3 * row.p99).middle:.1f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def ratio_table(rows: Sequence[Measurement], ours: str, peer: str) -> str:
    """A Markdown table of ours/peer, one row a flow: median of the rounds' ratios (min–max)."""
    lines = [f"| flow | {ours} / {peer}, per core-second | IQR | per second |", "|---|--:|--:|--:|"]
    groups = _grouped(rows)
    for flow in dict.fromkeys(flow for flow, _ in groups):
        sides = groups[flow, ours], groups[flow, peer]
        per_core = ratio(*sides, lambda row: row.per_core)
        per_second = ratio(*sides, lambda row: row.per_second)
        quartiles = f"{per_core.quarter:.2f}–{per_core.three_quarters:.2f}"
        lines.append(f"| {flow} | {per_core.text(2)} | {quartiles} | {per_second.text(2)} |")
    return "\n".join(lines)


def _grouped(rows: Sequence[Measurement]) -> dict[tuple[str, str], list[Measurement]]:
    """The rounds of each flow and contender, in the order in which they were run."""
    groups: dict[tuple[str, str], list[Measurement]] = {}
    for row in rows:
        groups.setdefault((row.flow, row.contender), []).append(row)
    return groups
