"""The loudspeaker and the microphone; needs the extra ``play``.

client.tts.speak("Hello!", voice=voice).play()

for turn in client.stt.listen(Microphone()).turns():
    print(turn.text)

Nothing here removes echo: with a loudspeaker beside it, a microphone hears the speech too.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from contextlib import closing, contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from ._checks import package_of
from .errors import CartesiaError, ConfigurationError
from .formats import AudioFormat
from .transcripts import ListenFormat

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Iterator

__all__ = ["Microphone", "MicrophoneError", "PlaybackBuffer", "PlaybackError", "Player"]

AHEAD_S: Final = 5.0  # playing time that `write` buffers before it waits
LATENCY_S: Final = 0.1
BLOCK_MS: Final = 20  # of the microphone
STALLED_S: Final = 5.0
LOOK_S: Final = 0.02  # how often `pauses` looks at a player
SAMPLE_FORMATS: Final = {
    "pcm_s16le": "SIGNED16",
    "pcm_s32le": "SIGNED32",
    "pcm_f32le": "FLOAT32",
}


class PlaybackError(CartesiaError, OSError):
    """No loudspeaker was found, or it stopped."""


class MicrophoneError(CartesiaError, OSError):
    """No microphone was found, or it stopped."""


class _Device(Protocol):
    """Type of a miniaudio device; miniaudio has no type hints."""

    def start(self, callback_generator: Generator[bytes, Any], /) -> None: ...
    def close(self) -> None: ...


class PlaybackBuffer:
    """Audio that waits to be played: one thread writes it, and a device takes it.

    `Player` is one with a loudspeaker. Use this class for a device of your own, such as a telephone
    line. All methods are safe to call from any thread.

    Args:
        fmt: Format of the audio: raw.
        latency: See below.

    Attributes:
        latency: Seconds of audio that the device has taken, but not yet played.
    """

    def __init__(self, fmt: AudioFormat, *, latency: float = 0.0) -> None:
        self.latency: float = latency
        self._format = fmt
        self._width = fmt.sample_bytes
        self._limit = fmt.nbytes(AHEAD_S)
        self._buffer = bytearray()
        self._taken = 0
        self._news = threading.Condition()

    @property
    def played(self) -> float:
        """Seconds of audio that the device has taken so far, without the silence between."""
        with self._news:
            return self._format.duration(self._taken)

    @property
    def queued(self) -> float:
        """Seconds of audio that wait for the device."""
        with self._news:
            return self._format.duration(len(self._buffer) - len(self._buffer) % self._width)

    def write(self, data: bytes) -> None:
        """Queue audio to play; wait while 5 s of audio or more are queued.

        Raises:
            PlaybackError: If the device has stopped.
        """
        with self._news:
            while len(self._buffer) >= self._limit:
                self._wait()
            self._buffer += data

    def take(self, nbytes: int) -> bytes:
        """Return the next audio to play, padded with silence; never waits.

        Args:
            nbytes: Size of whole samples.
        """
        with self._news:
            held = len(self._buffer) - len(self._buffer) % self._width
            taken = min(nbytes, held)
            block = bytes(self._buffer[:taken])
            del self._buffer[:taken]
            self._taken += taken
            if taken:
                self._news.notify_all()
        return block.ljust(nbytes, b"\0")

    def clear(self) -> None:
        """Drop the audio that waits, for example when the user interrupts."""
        with self._news:
            self._buffer.clear()
            self._news.notify_all()

    def drain(self) -> None:
        """Wait until all queued audio has been played, or dropped.

        Raises:
            PlaybackError: If the device has stopped.
        """
        with self._news:
            while len(self._buffer) >= self._width:
                self._wait()

    def _wait(self) -> None:
        if not self._news.wait(STALLED_S):
            raise _no_more_error()


def _no_more_error() -> PlaybackError:
    return PlaybackError("the loudspeaker does not accept more audio")


class Player(PlaybackBuffer):
    """Plays raw audio while it arrives; a context manager.

    At the end of its block the player waits until it has played everything; after an exception it
    stops at once.

    Args:
        fmt: Format of the audio: raw ``pcm_s16le`` or ``pcm_f32le``.
        latency: Seconds of audio that the device itself may hold; with less, it falls silent
            sooner after `clear`, and it may stutter on a busy machine.
        backend: miniaudio's name of the sound system to use; by default any but the silent one.

    Attributes:
        stopped: Whether `stop` or `close` was called.

    Raises:
        PlaybackError: If no loudspeaker was found.
        ConfigurationError: If the extra is missing or the format cannot be played.
    """

    def __init__(
        self, fmt: AudioFormat, *, latency: float = LATENCY_S, backend: str | None = None
    ) -> None:
        if fmt.container != "raw" or fmt.encoding not in SAMPLE_FORMATS:
            raise ConfigurationError(
                f"only raw pcm_s16le and pcm_f32le can be played, not {fmt.encoding or 'mp3'}",
                option="output_format",
            )
        super().__init__(fmt, latency=latency)
        self.stopped: bool = False
        self._guard = threading.Lock()
        self._device: _Device | None = _open(
            SAMPLE_FORMATS[fmt.encoding], fmt.sample_rate, latency, backend
        )
        samples = self._samples()
        next(samples)
        self._device.start(samples)

    def drain(self) -> None:
        """Wait until all queued audio has been played, or dropped.

        Raises:
            PlaybackError: If the loudspeaker has stopped.
        """
        super().drain()
        time.sleep(2 * self.latency)  # the device's own buffer

    def stop(self) -> None:
        """Play silence from now on; never waits, as `close` does for the device."""
        self.stopped = True
        self.clear()

    def close(self) -> None:
        """Stop playing at once; safe to call twice, and from any thread."""
        self.stop()
        with self._guard:
            device, self._device = self._device, None
        if device is not None:
            device.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        try:
            if kind is None:
                self.drain()
        finally:
            self.close()

    def _samples(self) -> Generator[bytes, int]:
        """Yield the blocks that the device asks for."""
        count = yield b""
        while True:
            nbytes = count * self._width
            count = yield bytes(nbytes) if self.stopped else self.take(nbytes)


def pauses(player: Player, rest: float = 0.0) -> Iterator[float]:
    """Yield seconds to sleep, until a player has stopped or ``rest`` seconds of audio are left.

    With 0, the last one ends when everything was heard.

    Raises:
        PlaybackError: If the device has stopped.
    """
    played, since = player.played, time.monotonic()
    while player.queued > rest and not player.stopped:
        yield LOOK_S
        now, before, played = time.monotonic(), played, player.played
        if played != before:
            since = now
        elif now > since + STALLED_S:
            raise _no_more_error()
    if not rest and not player.stopped:
        yield 2 * player.latency  # the device's own buffer


def play(fmt: AudioFormat, data: bytes, *, latency: float, backend: str | None) -> None:
    """Play whole audio, and return when it was heard.

    Args:
        fmt: Format of the audio: raw, or mp3.
        data: The audio.
        latency: As of a `Player`.
        backend: As of a `Player`.

    Raises:
        PlaybackError: If no loudspeaker was found, or it has stopped.
        ConfigurationError: If the extra is missing or the format cannot be played.
    """
    if fmt.container == "mp3":
        fmt, data = _decoded(data, fmt.sample_rate)
    with closing(Player(fmt, latency=latency, backend=backend)) as player:
        player.write(data)
        for seconds in pauses(player):
            time.sleep(seconds)


class Microphone:
    """Audio from the microphone, as a source for `stt.listen` and `stt.dictate`.

    Iterate over it, with ``for`` or ``async for``, for blocks of 20 ms. The recording begins with
    its ``with`` block, or with the first iteration. It ends when the loop or the block is left, and
    when any thread calls `close`: then the iteration ends after the audio so far. To record again,
    make another one.

    Args:
        format: Format of the audio: ``pcm_s16le``, ``pcm_s32le`` or ``pcm_f32le`` at any rate.
        device: Part of the name of the microphone to use; by default the one of the system.
        buffer: Seconds of audio that may wait to be read. If nobody reads them, the oldest are
            dropped; see `overruns`.
        backend: miniaudio's name of the sound system to use; by default any but the silent one.

    Raises:
        MicrophoneError: If no microphone was found.
        ConfigurationError: If the extra is missing or the format cannot be recorded.
    """

    def __init__(
        self,
        format: ListenFormat | None = None,
        *,
        device: str | None = None,
        buffer: float = 10.0,
        backend: str | None = None,
    ) -> None:
        self.format: ListenFormat = format or ListenFormat()
        if self.format.encoding not in SAMPLE_FORMATS:
            raise ConfigurationError(
                f"a microphone gives {', '.join(SAMPLE_FORMATS)}, not {self.format.encoding}",
                option="format",
            )
        self._ring = _Ring(max(1, round(buffer * 1000 / BLOCK_MS)))
        self._device: _Device | None = _open_microphone(self.format, device, backend)
        self._recording = False
        self._guard = threading.Lock()

    @property
    def overruns(self) -> int:
        """Blocks of audio that were dropped because nobody read them in time."""
        return self._ring.overruns

    def close(self) -> None:
        """Stop the recording; safe to call twice, and from any thread."""
        with self._guard:
            device, self._device = self._device, None
        if device is not None:
            device.close()
            self._ring.end()

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_device", None) is not None:
            self.close()

    def _start(self) -> None:
        with self._guard:
            if self._device is None or self._recording:
                return
            self._recording = True
            recorder = self._ring.recorder()
            next(recorder)
            try:
                self._device.start(recorder)
            except Exception as error:  # miniaudio's own, which cannot be named here
                raise MicrophoneError("the microphone does not start; is it in use?") from error

    def __iter__(self) -> Generator[bytes]:
        self._start()
        try:
            while block := self._ring.get(STALLED_S):
                yield block
        finally:
            self.close()

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        loop, news = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(news.set)

        self._ring.wake = wake
        self._start()
        try:
            while True:
                news.clear()
                try:
                    block = self._ring.get(0.0)
                except MicrophoneError:
                    try:
                        async with asyncio.timeout(STALLED_S):
                            await news.wait()
                    except TimeoutError:
                        raise _stopped_error() from None
                    continue
                if not block:
                    return
                yield block
        finally:
            self.close()


class _Ring:
    """Blocks of audio between the thread of a device and a reader; the device never waits.

    Attributes:
        overruns: Blocks that were dropped.
        wake: Called when there is a block, from the thread of the device.
    """

    def __init__(self, limit: int) -> None:
        self.overruns: int = 0
        self.wake: Callable[[], None] | None = None
        self._limit = limit
        self._blocks: SimpleQueue[bytes] = SimpleQueue()  # its `put` neither waits nor locks

    def recorder(self) -> Generator[bytes, bytes]:
        """Keep the blocks that the device sends."""
        while True:
            self._put(bytes((yield b"")))

    def end(self) -> None:
        """Mark the end of the audio."""
        self._put(b"")

    def _put(self, block: bytes) -> None:
        if self._blocks.qsize() >= self._limit:
            with suppress(Empty):
                self._blocks.get_nowait()
                self.overruns += 1
        self._blocks.put(block)
        if self.wake is not None:
            self.wake()

    def get(self, seconds: float) -> bytes:
        """Return the next block; an empty one at the end, and ever after.

        Raises:
            MicrophoneError: If there is none in time.
        """
        try:
            block = self._blocks.get(timeout=seconds)
        except Empty:
            raise _stopped_error() from None
        if not block:
            self._blocks.put(block)
        return block


def _stopped_error() -> MicrophoneError:
    return MicrophoneError("the microphone gives no more audio; was it disconnected?")


def _miniaudio(backend: str | None) -> tuple[Any, list[object]]:
    """Import miniaudio, and list the sound systems to use."""
    miniaudio: Any = package_of("play", "miniaudio", "sound")
    # miniaudio falls back to a null backend, which "plays" without a sound.
    return miniaudio, [
        known
        for known in miniaudio.Backend
        if known.name == backend or (backend is None and known.name != "NULL")
    ]


def _decoded(mp3: bytes, sample_rate: int) -> tuple[AudioFormat, bytes]:
    """Return the samples of mp3.

    Raises:
        ConfigurationError: If the extra is missing, or the data is no mp3.
    """
    miniaudio, _ = _miniaudio(None)
    try:
        decoded = miniaudio.decode(mp3, nchannels=1, sample_rate=sample_rate)
    except miniaudio.MiniaudioError as error:
        raise ConfigurationError("the audio cannot be played: it is no mp3") from error
    return AudioFormat("raw", "pcm_s16le", sample_rate), bytes(decoded.samples)


def _open(sample_format: str, sample_rate: int, latency: float, backend: str | None) -> _Device:
    miniaudio, backends = _miniaudio(backend)
    with _quiet_libraries():
        try:
            device: _Device = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat[sample_format],
                nchannels=1,
                sample_rate=sample_rate,
                buffersize_msec=round(latency * 1000),
                backends=backends,
                app_name="cartesia-stream",
            )
        except miniaudio.MiniaudioError as error:
            raise PlaybackError("no loudspeaker was found") from error
    return device


def _open_microphone(fmt: ListenFormat, name: str | None, backend: str | None) -> _Device:
    """Open the microphone with a name; look for it first, because a failed open tells nothing."""
    miniaudio, backends = _miniaudio(backend)
    with _quiet_libraries():
        try:
            found = miniaudio.Devices(backends).get_captures()
            chosen = [one for one in found if name is None or name.lower() in one["name"].lower()]
            if not chosen:
                names = ", ".join(one["name"] for one in found)
                raise MicrophoneError(
                    f"no microphone is named {name!r}; there are: {names}"
                    if names
                    else "no microphone was found; connect one, and allow this program to use it"
                )
            device: _Device = miniaudio.CaptureDevice(
                input_format=miniaudio.SampleFormat[SAMPLE_FORMATS[fmt.encoding]],
                nchannels=1,
                sample_rate=fmt.sample_rate,
                buffersize_msec=BLOCK_MS,
                device_id=None if name is None else chosen[0]["id"],
                backends=backends,
                app_name="cartesia-stream",
            )
        except miniaudio.MiniaudioError as error:
            raise MicrophoneError(
                "no microphone was found; connect one, and allow this program to use it"
            ) from error
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
