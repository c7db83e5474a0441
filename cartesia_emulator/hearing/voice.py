"""Voice activity: whether each 20 ms of audio hold a voice."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

import numpy as np

from ..audio import pcm as _pcm
from ..audio.rates import StreamResampler

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FRAME_S", "EnergyVoice", "Voice", "WebRtcVoice", "voice_for"]

FRAME_S: Final = 0.02
FLOOR_DB: Final = -55.0  # quieter audio is silence, whatever it looks like
_CONTRAST_DB: Final = 12.0  # of a voice over the noise before it
_RISE_DB: Final = 0.05  # of the noise floor, for each frame
_WEBRTC_RATE: Final = 16_000


class Voice(Protocol):
    """Finds voice in audio that arrives in pieces."""

    def feed(self, pcm: NDArray[np.float32]) -> list[bool]:
        """Return a flag for each further 20 ms: whether they hold a voice."""
        ...


class EnergyVoice:
    """Takes what is loud for voice.

    Args:
        sample_rate: Rate of the audio in Hz.
        floor_db: Level in dBFS below which audio is silence.
        adaptive: Whether voice must also stand out from the noise before it.
    """

    def __init__(
        self, sample_rate: int, *, floor_db: float = FLOOR_DB, adaptive: bool = True
    ) -> None:
        self._size = max(1, round(sample_rate * FRAME_S))
        self._floor_db = floor_db
        self._adaptive = adaptive
        self._noise_db = floor_db
        self._rest = np.zeros(0, np.float32)

    def feed(self, pcm: NDArray[np.float32]) -> list[bool]:
        """Return a flag for each further 20 ms: whether they hold a voice."""
        levels = self.levels(pcm)
        if not self._adaptive:
            return [level > self._floor_db for level in levels]
        flags: list[bool] = []
        for level in levels:
            flags.append(level > max(self._floor_db, self._noise_db + _CONTRAST_DB))
            self._noise_db = min(level, self._noise_db + _RISE_DB)
        return flags

    def levels(self, pcm: NDArray[np.float32]) -> list[float]:
        """Return the level of each further 20 ms in dBFS."""
        data = np.concatenate([self._rest, pcm]) if len(self._rest) else pcm
        count = len(data) // self._size
        self._rest = data[count * self._size :]
        if not count:
            return []
        frames = data[: count * self._size].reshape(count, self._size)
        with np.errstate(over="ignore", invalid="ignore"):  # floats may be anything
            power = np.square(frames).mean(axis=1)
        levels: list[float] = (10 * np.log10(power + 1e-12)).tolist()
        return levels


class _Vad(Protocol):
    def is_speech(self, buf: bytes, sample_rate: int) -> bool: ...


class WebRtcVoice:
    """The detector of WebRTC, which tells voice from noise.

    Args:
        sample_rate: Rate of the audio in Hz.
        floor_db: Level in dBFS below which audio is silence.

    Raises:
        ImportError: If the package ``webrtcvad-wheels`` is missing.
    """

    def __init__(self, sample_rate: int, *, floor_db: float = FLOOR_DB) -> None:
        self._vad = cast("_Vad", import_module("webrtcvad").Vad(0))
        self._resampler = StreamResampler(sample_rate, _WEBRTC_RATE)
        self._level = EnergyVoice(_WEBRTC_RATE, floor_db=floor_db)
        self._floor_db = floor_db
        self._rest = b""

    def feed(self, pcm: NDArray[np.float32]) -> list[bool]:
        """Return a flag for each further 20 ms: whether they hold a voice."""
        clip = self._resampler.feed(pcm)
        levels = self._level.levels(clip)
        self._rest += _pcm.encode(clip, "pcm_s16le")
        size = 2 * round(_WEBRTC_RATE * FRAME_S)
        frames = [self._rest[at * size : (at + 1) * size] for at in range(len(levels))]
        self._rest = self._rest[len(levels) * size :]
        return [
            level > self._floor_db and self._vad.is_speech(frame, _WEBRTC_RATE)
            for level, frame in zip(levels, frames, strict=True)
        ]


def voice_for(engine: str, sample_rate: int, *, floor_db: float | None = None) -> Voice:
    """Return a detector for an engine that listens.

    Tones are exact, and so is what is loud in them. For speech it is the detector of WebRTC, or
    the level where that is not installed.

    Args:
        engine: Name of the recogniser.
        sample_rate: Rate of the audio in Hz.
        floor_db: Level in dBFS below which audio is silence; None uses the default.
    """
    floor = FLOOR_DB if floor_db is None else floor_db
    if engine == "tone":
        return EnergyVoice(sample_rate, floor_db=floor, adaptive=False)
    try:
        return WebRtcVoice(sample_rate, floor_db=floor)
    except ImportError:
        return EnergyVoice(sample_rate, floor_db=floor)
