"""The arithmetic of comparisons: pairs of one repetition, medians of their ratios."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Verdict = Literal["stretch", "met", "missed", ""]


@dataclass(frozen=True)
class Comparison:
    """Two sides that were measured in turn.

    Attributes:
        ours: Median of our figures.
        theirs: Median of the other side's.
        ratio: Median of the ratios of each repetition.
        low: Their first quartile.
        high: Their third quartile.
    """

    ours: float
    theirs: float
    ratio: float
    low: float
    high: float


def compare(ours: Sequence[float], theirs: Sequence[float]) -> Comparison:
    """Compare figures that were taken in pairs.

    Raises:
        ValueError: If one side has more figures.
    """
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    low, high = quartiles(ratios)
    return Comparison(
        statistics.median(ours), statistics.median(theirs), statistics.median(ratios), low, high
    )


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """First and third quartile; those of a single value are it."""
    if len(values) == 1:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent do not exceed, by linear interpolation."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def verdict(value: float, at_most: float | None, stretch: float | None) -> Verdict:
    """How a figure stands to its two bars."""
    if stretch is not None and value <= stretch:
        return "stretch"
    if at_most is not None:
        return "met" if value <= at_most else "missed"
    return ""


def delays(
    sent: Sequence[Sequence[float]], arrivals: Sequence[Sequence[float]], skip: int
) -> list[list[float]]:
    """Seconds on the way, for each context, without its first chunks.

    Raises:
        ValueError: If not everything that was sent arrived.
    """
    return [
        [arrived - left for left, arrived in zip(out, into, strict=True)][skip:]
        for out, into in zip(sent, arrivals, strict=True)
    ]
