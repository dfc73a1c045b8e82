"""The trade of false accepts for false rejects as a picture: a DET plot, with normal deviates on both axes.

Scores that are spread normally give a straight line there (Martin et al., "The DET Curve in Assessment of Detection
Task Performance", 1997).
"""

from collections.abc import Sequence
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import NullLocator
from scipy.special import ndtri

from vneid_idp.biometrics.rules import CONFIDENCE, FALSE_ACCEPT_LIMIT, FALSE_REJECT_LIMIT, OperatingPoint, Rate

_TICKS = (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95)
_LEAST, _MOST = 2e-6, 0.6
"""What the axes show. A rate of 0 has no place on them, and is drawn at their end."""


def write_det_plot(file: Path, points: Sequence[OperatingPoint], chosen: OperatingPoint | None) -> None:
    """Write the curve through `points` as SVG, with the operating point `chosen` and its intervals.

    The same scores give the same file. Raises `OSError` where it cannot be written.
    """
    # Without a salt of ours the names inside are drawn by chance.
    with rc_context({"svg.hashsalt": "vneid-idp", "font.family": "DejaVu Sans", "font.size": 10}):
        figure = Figure(figsize=(7.2, 6.4), layout="constrained")
        axes = figure.add_subplot()
        _draw_limits(axes)
        _draw_curve(axes, points)
        if chosen is not None:
            _draw_chosen(axes, chosen)
        _draw_axes(axes)
        axes.legend(loc="upper right", framealpha=1)
        figure.savefig(
            file,
            format="svg",
            metadata={"Date": None, "Creator": "vneid-idp", "Title": "DET plot of a biometric matcher"},
        )


def _place(rate: float) -> float:
    """Where a rate stands on an axis."""
    return float(ndtri(min(max(rate, _LEAST), _MOST)))


def _draw_limits(axes: Axes) -> None:
    left, right, top = _place(0), _place(FALSE_ACCEPT_LIMIT), _place(FALSE_REJECT_LIMIT)
    axes.add_patch(
        Rectangle(
            (left, left),
            right - left,
            top - left,
            facecolor="#dcefe0",
            edgecolor="#5b8a66",
            linestyle="--",
            label=f"asked: FAR < {FALSE_ACCEPT_LIMIT * 100:g} %, FRR < {FALSE_REJECT_LIMIT * 100:g} %",
        )
    )


def _draw_curve(axes: Axes, points: Sequence[OperatingPoint]) -> None:
    pairs = [(point.accepted["impostor"], point.rejected) for point in points]
    axes.plot(
        [_place(accepted.observed) for accepted, _ in pairs],
        [_place(rejected.observed) for _, rejected in pairs],
        color="#1d4f91",
        linewidth=1.8,
        label="observed",
    )
    axes.plot(
        [_place(accepted.upper) for accepted, _ in pairs],
        [_place(rejected.upper) for _, rejected in pairs],
        color="#1d4f91",
        linewidth=1,
        linestyle=":",
        label=f"upper bounds, {CONFIDENCE * 100:g} % (Clopper–Pearson)",
    )


def _draw_chosen(axes: Axes, chosen: OperatingPoint) -> None:
    accepted, rejected = chosen.accepted["impostor"], chosen.rejected
    axes.errorbar(
        _place(accepted.observed),
        _place(rejected.observed),
        xerr=_reach(accepted),
        yerr=_reach(rejected),
        fmt="o",
        color="#b3261e",
        capsize=3,
        label=f"threshold {chosen.threshold:.6g}",
    )


def _reach(rate: Rate) -> list[list[float]]:
    """How far the bounds of a rate stand from it on an axis, below and above."""
    here = _place(rate.observed)
    return [[here - _place(rate.lower)], [_place(rate.upper) - here]]


def _draw_axes(axes: Axes) -> None:
    shown = [tick for tick in _TICKS if _LEAST < tick < _MOST]
    places, words = [_place(tick) for tick in shown], [f"{tick * 100:g} %" for tick in shown]
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(places, labels=words)
        axis.set_minor_locator(NullLocator())
    # A little room, so that what is drawn at the end is not drawn over the frame.
    axes.set_xlim(_place(0) - 0.1, _place(1))
    axes.set_ylim(_place(0) - 0.1, _place(1))
    axes.set_aspect("equal")
    axes.grid(color="#e3e3e3", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("False accept rate (FAR); 0 stands at the edge")
    axes.set_ylabel("False reject rate (FRR); 0 stands at the edge")
    axes.set_title("Detection error trade-off")
