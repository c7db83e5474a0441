"""Turns: when a speaker begins, seems to have ended, goes on, and has ended.

One likelihood, that the speaker is in a turn, rises while there is voice and falls while there is
none. Each threshold is compared with it, so that each has an effect that can be measured.
"""

from __future__ import annotations

import math
from typing import Final, Literal, TypeAlias

import msgspec

from .voice import FRAME_S

__all__ = ["LIMITS", "Moment", "TurnSettings", "Turns"]

Moment: TypeAlias = Literal["start", "eager_end", "resume", "end"]

RISE_S: Final = 0.07  # time constants of the likelihood
FALL_S: Final = 0.45
LIMITS: Final[dict[str, tuple[float, float]]] = {
    "start_threshold": (0.5, 0.9),
    "eager_end_threshold": (0.3, 0.6),
    "end_threshold": (0.05, 0.5),
    "end_timeout_ms": (640, 11200),
}

_UP: Final = 1 - math.exp(-FRAME_S / RISE_S)
_DOWN: Final = math.exp(-FRAME_S / FALL_S)


class TurnSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Thresholds of the likelihood, and the longest silence in a turn."""

    start_threshold: float = 0.8
    eager_end_threshold: float = 0.4
    end_threshold: float = 0.2
    end_timeout_ms: float = 5600

    def problem(self) -> str | None:
        """Return what is wrong with the settings, or None."""
        for name, (low, high) in LIMITS.items():
            if not low <= getattr(self, name) <= high:
                return f"{name}: {getattr(self, name)} is not between {low} and {high}."
        if not self.start_threshold > self.eager_end_threshold > self.end_threshold:
            return "start_threshold > eager_end_threshold > end_threshold is required."
        return None


class Turns:
    """The state of one speaker; feed it a flag for every 20 ms.

    Attributes:
        settings: The thresholds; they may change at any time.
        speaking: Whether a turn is open.
        eager: Whether it is probably over.
    """

    def __init__(self, settings: TurnSettings) -> None:
        self.settings = settings
        self.speaking: bool = False
        self._likelihood = 0.0
        self.eager: bool = False
        self._quiet_s = 0.0

    def feed(self, voiced: bool) -> list[Moment]:
        """Take 20 ms of audio; return what happens at their end."""
        if voiced:
            self._likelihood += (1 - self._likelihood) * _UP
            self._quiet_s = 0.0
        else:
            self._likelihood *= _DOWN
            self._quiet_s += FRAME_S
        likelihood, settings = self._likelihood, self.settings
        if not self.speaking:
            if voiced and likelihood >= settings.start_threshold:
                self.speaking = True
                return ["start"]
            return []
        moments: list[Moment] = []
        if self.eager and voiced and likelihood >= settings.start_threshold:
            self.eager = False
            moments.append("resume")
        elif not self.eager and not voiced and likelihood < settings.eager_end_threshold:
            self.eager = True
            moments.append("eager_end")
        timed_out = self._quiet_s * 1000 >= settings.end_timeout_ms - 1e-6
        if not voiced and (likelihood < settings.end_threshold or timed_out):
            self.stop()
            moments.append("end")
        return moments

    def stop(self) -> None:
        """End the turn, if one is open."""
        self.speaking = self.eager = False
