"""A row with its figures, and how they stand to its bars."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.stats import Verdict, compare, verdict

if TYPE_CHECKING:
    from bench.rows import Row


@dataclass(frozen=True)
class Result:
    """What a row came to.

    Attributes:
        row: The row.
        ours: Our figures, one for each repetition.
        theirs: Those that they are compared with, in the same order.
        references: The same of other clients, by side.
    """

    row: Row
    ours: list[float]
    theirs: list[float] | None = None
    references: dict[str, list[float]] = field(default_factory=dict)

    @property
    def value(self) -> float:
        """What the bars hold for: the median ratio, or figure."""
        if self.theirs is None:
            return statistics.median(self.ours)
        return compare(self.ours, self.theirs).ratio

    @property
    def verdict(self) -> Verdict:
        """How it stands to the bars."""
        return verdict(self.value, self.row.at_most, self.row.stretch)
