"""What a change means for those who use the client."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Level(IntEnum):
    """How much a change matters. A breaking change can fail code that worked."""

    CHANGED = 1
    ADDED = 2
    BREAKING = 3


class Change(NamedTuple):
    """One difference between two states of the project."""

    level: Level
    place: str
    text: str


class Log:
    """Collects changes. What is found twice at one place counts as the worse of the two."""

    def __init__(self) -> None:
        self._levels: dict[tuple[str, str], Level] = {}

    def add(self, level: Level, place: str, text: str) -> None:
        """Take down a change."""
        key = (place, text)
        self._levels[key] = max(level, self._levels.get(key, level))

    def changes(self) -> list[Change]:
        """Return the changes, the worst first, else in the order in which they were found."""
        found = [Change(level, place, text) for (place, text), level in self._levels.items()]
        return sorted(found, key=lambda change: -change.level)


def listed(values: Iterable[object]) -> str:
    """Return values as code in a sentence, in a fixed order."""
    return ", ".join(f"`{value}`" for value in sorted(values, key=str))
