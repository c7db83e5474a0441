"""Play audio through the loudspeaker; needs the extra ``play``.

with Player(stream.format) as player:
    for block in stream.audio():
        player.write(block)
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator

    from .audio import AudioFormat

__all__ = ["PlaybackError", "Player"]

AHEAD_S: Final = 5.0  # playing time that `write` buffers before it waits
DEVICE_MS: Final = 100
STALLED_S: Final = 5.0
SAMPLE_FORMATS: Final = {"pcm_s16le": "SIGNED16", "pcm_f32le": "FLOAT32"}


class PlaybackError(OSError):
    """No loudspeaker was found, or it stopped."""


class _Device(Protocol):
    """Type of a miniaudio playback device; miniaudio has no type hints."""

    def start(self, callback_generator: Generator[bytes, int], /) -> None: ...
    def close(self) -> None: ...


class Player:
    """Plays raw audio while it arrives; a context manager.

    At the end of its block the player waits until it has played everything; after an exception it
    stops at once.

    Args:
        fmt: Format of the audio: raw ``pcm_s16le`` or ``pcm_f32le``.
        backend: miniaudio's name of the sound system to use; by default any but the silent one.

    Raises:
        PlaybackError: If no loudspeaker was found.
        ConfigurationError: If the extra is missing or the format cannot be played.
    """

    def __init__(self, fmt: AudioFormat, *, backend: str | None = None) -> None:
        if fmt.container != "raw" or fmt.encoding not in SAMPLE_FORMATS:
            raise ConfigurationError(
                f"only raw pcm_s16le and pcm_f32le can be played, not {fmt.encoding or 'mp3'}",
                option="output_format",
            )
        self._width = fmt.sample_bytes
        self._limit = fmt.nbytes(AHEAD_S)
        self._buffer = bytearray()
        self._news = threading.Condition()
        self._device = _open(SAMPLE_FORMATS[fmt.encoding], fmt.sample_rate, backend)
        samples = self._samples()
        next(samples)
        self._device.start(samples)

    def write(self, data: bytes) -> None:
        """Queue audio to play; wait while 5 s of audio or more are queued.

        Raises:
            PlaybackError: If the loudspeaker has stopped.
        """
        with self._news:
            while len(self._buffer) >= self._limit:
                self._wait()
            self._buffer += data

    def drain(self) -> None:
        """Wait until all queued audio has been played.

        Raises:
            PlaybackError: If the loudspeaker has stopped.
        """
        with self._news:
            while len(self._buffer) >= self._width:
                self._wait()
        time.sleep(2 * DEVICE_MS / 1000)  # the device's own buffer

    def close(self) -> None:
        """Stop playing at once; safe to call twice."""
        self._device.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        try:
            if kind is None:
                self.drain()
        finally:
            self.close()

    def _wait(self) -> None:
        if not self._news.wait(STALLED_S):
            raise PlaybackError("the loudspeaker does not accept more audio")

    def _samples(self) -> Generator[bytes, int]:
        """Yield the blocks that the device asks for, padded with silence."""
        count = yield b""
        while True:
            with self._news:
                held = len(self._buffer) - len(self._buffer) % self._width
                taken = min(count * self._width, held)
                block = bytes(self._buffer[:taken])
                del self._buffer[:taken]
                if taken:
                    self._news.notify_all()
            count = yield block.ljust(count * self._width, b"\0")


def _open(sample_format: str, sample_rate: int, backend: str | None) -> _Device:
    try:
        miniaudio: Any = import_module("miniaudio")
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "playback needs one more package: pip install 'cartesia-stream[play]'"
        ) from error
    # miniaudio falls back to a null backend, which "plays" without a sound.
    backends = [
        known
        for known in miniaudio.Backend
        if known.name == backend or (backend is None and known.name != "NULL")
    ]
    with _quiet_libraries():
        try:
            device: _Device = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat[sample_format],
                nchannels=1,
                sample_rate=sample_rate,
                buffersize_msec=DEVICE_MS,
                backends=backends,
                app_name="cartesia-stream",
            )
        except miniaudio.MiniaudioError as error:
            raise PlaybackError("no loudspeaker was found") from error
    return device


@contextmanager
def _quiet_libraries() -> Generator[None]:
    """Discard stderr, where native sound libraries complain about missing sound systems."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
