"""Finished audio, and WAV files.

All audio of the service is mono, so a sample frame is one sample.
"""

from __future__ import annotations

import os
import struct
from contextlib import contextmanager
from functools import partial
from typing import IO, TYPE_CHECKING, Final, Literal, Self, overload

import msgspec
from msgspec import structs

from ._checks import package_of
from .errors import ConfigurationError, LocalStateError
from .formats import PCM_16K, PCM_24K, TELEPHONY, AudioFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    import numpy as np
    import numpy.typing as npt
    from cartesia_runtime.files import File
    from cartesia_runtime.saving import SaveTarget

    from ._sound.encodings import Encoding
    from ._sound.forms import Form
    from .events import Timing
    from .formats import Container

__all__ = ["PCM_16K", "PCM_24K", "TELEPHONY", "Audio", "AudioFormat", "WavWriter"]

WAVE_FORMAT_TAGS: Final[Mapping[str, int]] = {
    "pcm_s16le": 1,
    "pcm_f32le": 3,
    "pcm_alaw": 6,
    "pcm_mulaw": 7,
}
KINDS: Final[Mapping[str, Container]] = {
    "wav": "wav",
    "wave": "wav",
    "mp3": "mp3",
    "mpga": "mp3",
    "raw": "raw",
    "pcm": "raw",
}
OTHER_KINDS: Final = frozenset(
    {
        *("3gp", "aac", "ac3", "aif", "aifc", "aiff", "alaw", "amr", "ape", "au", "caf", "flac"),
        *("gsm", "m4a", "m4b", "m4r", "mka", "mov", "mp2", "mp4", "mpeg", "mpg", "oga", "ogg"),
        *("opus", "ra", "snd", "spx", "ulaw", "weba", "webm", "wma", "wv"),
    }
)
EMBEDDED_BYTES: Final = 10_000_000  # of audio in a notebook, which keeps it all in its file
SHOWN_LETTERS: Final = 1000  # of the text beside it
STREAMED: Final = 0xFFFF_FFFF  # length field of a WAV file whose length is not known yet


def wav_header(fmt: AudioFormat, nbytes: int | None) -> bytes:
    """Return the header of a mono WAV file.

    Args:
        fmt: Format of the samples.
        nbytes: Size of the samples; None if it is not known yet. A WAV file cannot state 4 GiB or
            more, and then leaves its length open.
    """
    tag = WAVE_FORMAT_TAGS[fmt.encoding or "pcm_s16le"]
    width = fmt.sample_bytes
    chunk = struct.pack("<HHIIHH", tag, 1, fmt.sample_rate, fmt.bytes_per_second, width, width * 8)
    if tag != 1:  # formats other than plain PCM carry an extension size and a fact chunk
        chunk += b"\0\0"
    total = size = samples = STREAMED
    if nbytes is not None:
        whole = 28 + len(chunk) + (12 if tag != 1 else 0) - 8 + nbytes + (nbytes & 1)
        if whole < STREAMED:
            total, size, samples = whole, nbytes, nbytes // width
    body = b"WAVEfmt " + struct.pack("<I", len(chunk)) + chunk
    if tag != 1:
        body += b"fact" + struct.pack("<II", 4, samples)
    return b"RIFF" + struct.pack("<I", total) + body + b"data" + struct.pack("<I", size)


class WavWriter:
    """Writes a WAV file while its audio arrives; a context manager.

    The writer first writes a header with an open length, so that a player can read the file while
    it grows. If the file can seek, `close` sets the length. Not thread-safe.

    Args:
        file: A path, or a file open for writing bytes, which stays open.
        fmt: Format of the samples; any ``raw`` or ``wav`` format.

    Raises:
        ConfigurationError: If the format is mp3, or the path is that of another format.
        OSError: If the path cannot be written.
    """

    def __init__(self, file: SaveTarget, fmt: AudioFormat) -> None:
        from cartesia_runtime.saving import start_of

        if fmt.container == "mp3":
            raise ConfigurationError("a WAV file cannot hold mp3", option="output_format.container")
        self._fmt = fmt
        self._owned = isinstance(file, str | os.PathLike)
        if isinstance(file, str | os.PathLike):
            if _kind(file, fmt) != "wav":
                raise unwritable_error(f"{os.fspath(file)!r} is no name of a WAV file")
            self._file: IO[bytes] = open(file, "wb")  # noqa: PTH123, SIM115 (closed by close)
        else:
            self._file = file
        self._start = start_of(self._file)
        self._closed = False
        self.nbytes: int = 0
        self._write(wav_header(fmt, None))

    def _write(self, data: bytes) -> None:
        from cartesia_runtime.saving import write_all

        write_all(self._file, data)

    def write(self, data: bytes) -> None:
        """Append audio; a block may end within a sample."""
        self._write(data)
        self.nbytes += len(data)

    def close(self) -> None:
        """Write the length and close the file; safe to call twice. Your own file stays open."""
        if self._closed:
            return
        self._closed = True
        try:
            if self.nbytes & 1:
                self._write(b"\0")  # chunks are padded to an even size
            if self._start is not None:
                end = self._file.tell()
                self._file.seek(self._start)
                self._write(wav_header(self._fmt, self.nbytes))
                self._file.seek(end)
            if callable(flush := getattr(self._file, "flush", None)):
                flush()
        finally:
            if self._owned:
                self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class Audio(msgspec.Struct, frozen=True, kw_only=True):
    """The audio of a whole utterance.

    Attributes:
        data: All bytes of the audio; empty if they were written to a file. A ``wav`` states its
            true length.
        format: Format of the audio.
        words: Word times, if requested.
        phonemes: Phoneme times, if requested.
        context_id: The context of the audio, if any.
        request_id: The service's id of the request, if it gave one.
        text: The text that was spoken, verbatim, if word times were requested.
        time_to_first_audio: Seconds from the request to the first byte of audio, if measured.
        nbytes: Size of the audio in bytes, without the header of a ``wav``; also if the audio was
            written to a file.
    """

    data: bytes
    format: AudioFormat
    words: tuple[Timing, ...] = ()
    phonemes: tuple[Timing, ...] = ()
    context_id: str | None = None
    request_id: str | None = None
    text: str = ""
    time_to_first_audio: float | None = None
    nbytes: int = 0

    @classmethod
    def from_array(cls, array: npt.ArrayLike, sample_rate: int) -> Audio:
        """Make audio of an array of numpy, or of anything that numpy takes for one.

        The array is copied. int16 becomes ``pcm_s16le``; floats become ``pcm_f32le``.

        Args:
            array: One channel of samples, shape ``(samples,)`` or ``(samples, 1)``: int16, or
                float32 or float64 from -1 to 1.
            sample_rate: In Hz: 8000, 16000, 22050, 24000, 44100 or 48000.

        Raises:
            ConfigurationError: If the array has another shape or type or holds NaN, the sample rate
                is another one, or numpy is not installed.
        """
        package_of("audio", "numpy", "an array")
        from ._sound.arrays import bytes_of

        encoding, data = bytes_of(array)
        fmt = AudioFormat("raw", encoding, sample_rate)
        return cls(data=data, format=fmt, nbytes=len(data))

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[np.int16 | np.float32]:
        """Return the samples, so that ``numpy.asarray(audio)`` works.

        The array has shape ``(samples,)``: float32 for ``pcm_f32le`` and int16 for the other
        encodings. Without a copy it shares memory with `data` and cannot be written to.
        """
        from ._sound.arrays import array_of

        return array_of(self._samples(), encoding_of(self.format), dtype, copy=copy)

    @property
    def duration(self) -> float:
        """Playing time of the samples in seconds; an estimate for mp3."""
        nbytes = self.nbytes or len(self.data)
        if not self.nbytes and self.format.container == "wav":
            from cartesia_runtime.wav import WavLengths

            nbytes = WavLengths().take(self.data)
        return self.format.duration(nbytes)

    def wav(self) -> bytes:
        """Return the audio as a WAV file that states its length.

        Raises:
            ConfigurationError: If the audio is mp3.
            LocalStateError: If the audio was written to a file.
        """
        fmt, data = self.format, self._bytes()
        if fmt.container == "mp3":
            raise ConfigurationError("a WAV file cannot hold mp3", option="output_format.container")
        if fmt.container == "wav":
            from cartesia_runtime.wav import with_true_lengths

            return with_true_lengths(data)
        return wav_header(fmt, len(data)) + data + b"\0" * (len(data) & 1)

    def blocks(
        self,
        *,
        frame_ms: float | None = None,
        sample_rate: int | None = None,
        encoding: Encoding | Literal["mp3"] | None = None,
    ) -> Iterator[bytes]:
        """Return an iterator over the samples in another form, as `SpeechStream.audio` has.

        Args:
            frame_ms: Length of each block in milliseconds, such as 20; a whole number of samples,
                at most a minute. The last block is padded with silence. Default: one block of all
                samples.
            sample_rate: Sample rate to convert to, 8000 to 48000 Hz; needs the extra ``audio``.
            encoding: Encoding to convert to, which needs the extra ``audio``; or ``mp3``, which
                needs the extra ``mp3``.

        Raises:
            ConfigurationError: If an argument is invalid, the audio is mp3, or a package is not
                installed.
            LocalStateError: If the audio was written to a file.
        """
        from ._sound.shaper import Shaper

        source = form_of(self.format)
        form = source.become(frame_ms=frame_ms, sample_rate=sample_rate, encoding=encoding)
        shaper = Shaper(source, form)
        shaper.feed(self._samples())
        shaper.finish()
        return iter(shaper.block, b"")

    def convert(self, *, sample_rate: int | None = None, encoding: Encoding | None = None) -> Audio:
        """Return the audio with another sample rate or encoding, as raw audio.

        Args:
            sample_rate: In Hz: 8000, 16000, 22050, 24000, 44100 or 48000. Default: as it is.
            encoding: ``pcm_s16le``, ``pcm_f32le``, ``pcm_mulaw`` or ``pcm_alaw``. Default: as it
                is.

        Raises:
            ConfigurationError: If an argument is invalid, the audio is mp3, or the extra ``audio``
                is not installed.
            LocalStateError: If the audio was written to a file.
        """
        source = form_of(self.format)
        fmt = AudioFormat(
            "raw", encoding or self.format.encoding, sample_rate or source.sample_rate
        )
        data = b"".join(self.blocks(sample_rate=sample_rate, encoding=encoding))
        return structs.replace(self, data=data, format=fmt, nbytes=len(data))

    @overload
    def save(self, path: str | os.PathLike[str]) -> Path: ...
    @overload
    def save(self, path: IO[bytes]) -> None: ...
    def save(self, path: SaveTarget) -> Path | None:
        """Write the audio to a playable file: raw audio as WAV, mp3 as mp3.

        Raw audio is written without a header if the name ends in ``.raw`` or ``.pcm``, and as mp3
        if it ends in ``.mp3``, which needs the extra ``mp3``.

        Args:
            path: A path, or a file open for writing bytes, which stays open. A file at a path
                appears when it is complete, and keeps the mode of one that was there.

        Returns:
            The path, or None for a file of yours.

        Raises:
            ConfigurationError: If nothing can be saved there, or the name is that of another format
                than the audio has, or a package is not installed.
            LocalStateError: If the audio was written to a file already.
            OSError: If the file cannot be written.
        """
        from pathlib import Path

        from cartesia_runtime.saving import write_all, writing

        kind = _kind(path, self.format)
        if kind == "mp3" and self.format.container == "raw":
            data = b"".join(self.blocks(encoding="mp3"))
        else:
            data = self.wav() if kind == "wav" else self._bytes()
        with writing(path, unwritable_error) as file:
            write_all(file, data)
        return Path(path) if isinstance(path, str | os.PathLike) else None

    def play(self, *, latency: float = 0.1, backend: str | None = None) -> None:
        """Play the audio, and return when all of it was heard; needs the extra ``play``.

        Ctrl-C stops it at once. It blocks: in async code, call ``asyncio.to_thread(audio.play)``,
        or play the stream itself.

        Args:
            latency: Seconds of audio that the loudspeaker itself may hold; with less, it may
                stutter on a busy machine.
            backend: miniaudio's name of the sound system to use; by default any but the silent one.

        Raises:
            PlaybackError: If no loudspeaker was found, or it stops.
            ConfigurationError: If an extra is missing: ``play``, or ``audio`` for mu-law and A-law.
            LocalStateError: If the audio was written to a file.
        """
        from .play import play

        fmt = self.format
        if fmt.encoding in ("pcm_mulaw", "pcm_alaw"):
            self.convert(encoding="pcm_s16le").play(latency=latency, backend=backend)
        elif fmt.encoding is None:
            play(fmt, self._bytes(), latency=latency, backend=backend)
        else:
            raw = AudioFormat("raw", fmt.encoding, fmt.sample_rate)
            play(raw, self._samples(), latency=latency, backend=backend)

    def srt(self) -> str:
        """Return subtitles of the words as a SubRip file (``.srt``); see `subtitles.srt`.

        Raises:
            ConfigurationError: If there are no word times; ask for them with ``add_timestamps``.
        """
        from .subtitles import srt

        return srt(self._timed_words(), self.text)

    def vtt(self) -> str:
        """Return subtitles of the words as a WebVTT file (``.vtt``); see `subtitles.vtt`.

        Raises:
            ConfigurationError: If there are no word times; ask for them with ``add_timestamps``.
        """
        from .subtitles import vtt

        return vtt(self._timed_words(), self.text)

    def _timed_words(self) -> tuple[Timing, ...]:
        from .subtitles import untimed_error

        if not self.words:
            raise untimed_error()
        return self.words

    def _bytes(self) -> bytes:
        if self.nbytes and not self.data:
            raise LocalStateError("the audio was written to a file; `collect` keeps it in memory")
        return self.data

    def to_file(self, name: str = "audio") -> File:
        """Return the audio as a file to upload: mp3 as mp3, and all else as WAV.

        Calls that upload a recording take the audio itself and do this.

        Args:
            name: Name to send, without an extension.

        Raises:
            LocalStateError: If the audio was written to a file.
        """
        from cartesia_runtime.files import File

        if self.format.container == "mp3":
            return File(self._bytes(), f"{name}.mp3")
        return File(self.wav(), f"{name}.wav")

    def _samples(self) -> bytes:
        """Return the bytes of the whole samples, without the header of a WAV file."""
        data, width = self._bytes(), self.format.sample_bytes
        if self.format.container == "wav":
            from cartesia_runtime.wav import samples_of

            data = samples_of(data)
        return data[: len(data) - len(data) % width]

    def _repr_html_(self) -> str:
        """Return a player for notebooks, with the length and the text of the audio."""
        import html
        from base64 import b64encode

        said = self.text or " ".join(word.text for word in self.words)
        if len(said) > SHOWN_LETTERS:
            said = f"{said[:SHOWN_LETTERS]}…"
        kind = self.format.encoding or self.format.container
        lines = [f"{self.duration:.2f} s, {kind}, {self.format.sample_rate} Hz", html.escape(said)]
        if not self.data:
            lines[0] += ", written to a file" if self.nbytes else ""
        elif len(self.data) > EMBEDDED_BYTES:
            lines[0] += ", too long to show here; <code>save</code> it"
        else:
            mp3 = self.format.container == "mp3"
            sound = b64encode(self.data if mp3 else self.wav()).decode()
            source = f"data:audio/{'mpeg' if mp3 else 'wav'};base64,{sound}"
            lines.insert(0, f'<audio controls src="{source}"></audio>')
        return "".join(f"<div>{line}</div>" for line in lines if line)

    def __repr__(self) -> str:
        return f"Audio({self.duration:.2f} s, {self.format.container} {self.format.encoding})"


def unwritable_error(message: str) -> ConfigurationError:
    """Make the error for a path or a file that nothing can be saved to."""
    return ConfigurationError(message, option="path")


def encoding_of(fmt: AudioFormat) -> Encoding:
    """Return the encoding of the samples of a format.

    Raises:
        ConfigurationError: If the format is mp3.
    """
    if fmt.encoding is None:
        raise ConfigurationError(
            "the audio is mp3, which has no samples; ask for raw audio, such as "
            'output_format=AudioFormat("raw", "pcm_s16le", 24000)',
            option="output_format.container",
        )
    return fmt.encoding


def form_of(fmt: AudioFormat) -> Form:
    """Return the form of the samples of a format.

    Raises:
        ConfigurationError: If the format is mp3.
    """
    from ._sound.forms import Form

    return Form(encoding_of(fmt), fmt.sample_rate)


def kind_of_name(name: str) -> str | None:
    """Return the format that the name of a file stands for, such as ``wav`` or ``flac``.

    None if the name stands for no format of sound.
    """
    suffix = os.path.splitext(name)[1].lower().removeprefix(".")  # noqa: PTH122 (no pathlib at start)
    return KINDS.get(suffix) or (suffix if suffix in OTHER_KINDS else None)


def _kind(target: SaveTarget, fmt: AudioFormat) -> Container:
    """Return what to write for audio of a format: raw audio becomes a WAV file by default.

    Raises:
        ConfigurationError: If the name of the file is that of another format.
    """
    name: object
    if isinstance(target, str | os.PathLike):
        name = os.fspath(target)
    else:
        name = getattr(target, "name", None)  # an int for a file descriptor
    meant = kind_of_name(name) if isinstance(name, str) else None
    kind: Container = fmt.container
    if kind == "raw":
        kind = "raw" if meant == "raw" else "mp3" if meant == "mp3" else "wav"
    if meant in (None, kind):
        return kind
    ways = {
        "mp3": 'output_format=AudioFormat("mp3", None, 44100, 128000)',
        "wav": 'output_format=AudioFormat("wav", "pcm_s16le", 24000), or raw audio',
        "raw": 'output_format=AudioFormat("raw", "pcm_s16le", 24000)',
    }
    way = f"for {meant}, ask for {ways[meant]}" if meant in ways else f"{meant} cannot be made here"
    raise ConfigurationError(
        f"{name} is the name of {meant}, but the audio is {fmt.container}, which is saved "
        f"as .{kind}; {way}; see output_format",
        option="output_format",
    )


@contextmanager
def mp3_of(
    fmt: AudioFormat, write: Callable[[bytes], object]
) -> Generator[Callable[[bytes], None]]:
    """Yield a function that takes raw audio, and write the mp3 of it.

    Raises:
        ConfigurationError: If the extra ``mp3`` is not installed.
    """
    from ._sound.shaper import Shaper

    source = form_of(fmt)
    shaper = Shaper(source, source.become(encoding="mp3"))

    def take(block: bytes) -> None:
        shaper.feed(block)
        write(shaper.block())

    yield take
    shaper.finish()
    write(shaper.block())


@contextmanager
def saving(
    target: SaveTarget, fmt: AudioFormat, kind: Container | None = None
) -> Generator[Callable[[bytes], object]]:
    """Yield a function that appends audio to a playable file; raw audio becomes a WAV file.

    Args:
        target: Where to write.
        fmt: Format of the audio.
        kind: What to make of raw audio. Default: what the name of the file says.
    """
    from cartesia_runtime.saving import start_of, write_all, writing

    kind = kind or _kind(target, fmt)
    with writing(target, unwritable_error) as file:
        if kind == "mp3" and fmt.container == "raw":
            with mp3_of(fmt, partial(write_all, file)) as take:
                yield take
        elif kind != "wav":
            yield partial(write_all, file)
        elif fmt.container == "raw":
            with WavWriter(file, fmt) as writer:
                yield writer.write
        else:
            from cartesia_runtime.wav import WavLengths

            lengths, start = WavLengths(), start_of(file)

            def write(block: bytes) -> None:
                write_all(file, block)
                lengths.take(block)

            try:
                yield write
            finally:
                if start is not None:
                    lengths.correct(file, start)
