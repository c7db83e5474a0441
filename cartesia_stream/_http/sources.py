"""Where a listener's audio comes from: files, bytes, arrays, iterables."""

from __future__ import annotations

import io
import os
import selectors
import struct
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, NamedTuple, Protocol, TypeAlias, cast

from .._protocol.wav import WavReader, is_wav
from ..audio import Audio
from ..errors import ConfigurationError
from ..transcripts import ListenFormat

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable, Generator, Iterable

    from ..audio import AudioFormat

__all__ = ["AudioBlock", "Samples"]

READ_BYTES: Final = 1 << 14
STOP_INTERVAL_S: Final = 0.1  # between looks whether a read that waits should end


class Samples(Protocol):
    """An array of samples, of numpy or of the standard library; floats are from -1 to 1."""

    def tobytes(self) -> bytes:
        """Return the samples as bytes."""
        ...


AudioBlock: TypeAlias = bytes | bytearray | memoryview | Samples
"""A piece of audio: bytes in the format of the listener, or an array."""


class Source(NamedTuple):
    """Audio to listen to.

    Attributes:
        blocks: The audio; None if the user pushes it, or before it is opened.
        format: Format of the blocks once `as_bytes` has converted them.
        live: Whether it arrives as it is spoken.
        waits: Whether reading may wait, so that it must not happen in an event loop.
        close: Closes what was opened; for whoever reads, at the end, or if nobody does.
        stop: Set to end a read that waits, if that is possible.
        opener: Opens a source whose start may have to be waited for.
    """

    blocks: Iterable[AudioBlock] | AsyncIterable[AudioBlock] | None
    format: ListenFormat
    live: bool
    waits: bool = False
    close: Callable[[], None] | None = None
    stop: threading.Event | None = None
    opener: Callable[[], Source] | None = None

    def discard(self) -> None:
        """End a read that waits, and close what nobody has begun to read."""
        if self.stop is not None:
            self.stop.set()
        if self.close is not None:
            self.close()


def open_source(
    source: object, fmt: ListenFormat | AudioFormat | None, iterables: tuple[type, ...]
) -> Source:
    """Open the source of a listener and find the format of its audio.

    A pipe is not opened yet, because its header may have to be waited for; see `Source.opener`.

    Args:
        source: A path, bytes, an `Audio`, an open file, an array, an iterable of bytes or arrays,
            or None.
        fmt: Format of audio without a header.
        iterables: Types of iterables that can be read.

    Raises:
        ConfigurationError: If it is something else, or nobody knows the format of its audio.
        OSError: If the file cannot be opened.
    """
    given = None if fmt is None else ListenFormat.of(fmt)
    if isinstance(source, Audio):
        content = source.to_file().payload
        return _read(_Reader(io.BytesIO(cast("bytes", content))), given, live=False)
    if type(source) is memoryview:
        try:
            source = source.tobytes() if source.format in "bBc" else source
        except ValueError as error:
            raise ConfigurationError(
                f"the source cannot be read: {error}", option="source"
            ) from None
    own: object = getattr(source, "format", None)
    if isinstance(source, str | os.PathLike):
        name = os.fsdecode(cast("str", source))
        if not name:
            raise ConfigurationError("source is an empty path", option="source")
        path = Path(name)
        if path.is_fifo() or path.is_char_device():
            return _later(lambda stop: _opened(path, given, stop), given)
        return _opened(path, given, None)
    if isinstance(source, bytes | bytearray):
        return _read(_Reader(io.BytesIO(source)), given, live=False)
    if hasattr(source, "read"):
        file = cast("IO[bytes]", source)
        if isinstance(file, io.TextIOBase):
            raise _text_file()
        if getattr(file, "closed", False) or not getattr(file, "readable", lambda: True)():
            raise ConfigurationError("the file is not open for reading", option="source")
        if not getattr(file, "seekable", bool)():
            if given is None:
                return _later(lambda stop: _read(_Reader(file, stop), None, live=True), None)
            stop = threading.Event()
            pieces = _when_it_comes(_Reader(file, stop), given)
            return Source(pieces, given, live=True, waits=True, stop=stop)
        return _read(_Reader(file), given, live=False)._replace(waits=True)
    if isinstance(own, ListenFormat) and isinstance(source, iterables):  # a microphone
        if given not in (None, own):
            raise ConfigurationError(
                f"the microphone gives {own.encoding} at {own.sample_rate} Hz; leave format out, "
                "or give it to the microphone",
                option="format",
            )
        return Source(cast("Iterable[bytes]", source), own, live=True, waits=True)
    if source is not None and given is None:
        _check_kind(source, iterables)
    if given is None:
        raise ConfigurationError(
            "give the format of audio without a header, such as "
            'format=ListenFormat("pcm_s16le", 16000)',
            option="format",
        )
    if source is None:
        return Source(None, given, live=True)
    if hasattr(source, "tobytes"):
        if not hasattr(source, "__len__") or getattr(source, "ndim", 1) == 0:
            raise ConfigurationError("source is a single sample, not an array", option="source")
        return Source(_slices(cast("_Sliced", source), given), given, live=False)
    _check_kind(source, iterables)
    waits = not isinstance(source, list | tuple)
    return Source(cast("Iterable[AudioBlock]", source), given, live=True, waits=waits)


def _check_kind(source: object, iterables: tuple[type, ...]) -> None:
    if not hasattr(source, "tobytes") and not isinstance(source, iterables):
        raise ConfigurationError(
            "source must be a path, bytes, Audio, an open file, an array, or an iterable of bytes "
            f"or arrays, not {type(source).__name__}",
            option="source",
        )


def _text_file() -> ConfigurationError:
    return ConfigurationError("open the file in binary mode", option="source")


def _later(opener: Callable[[threading.Event], Source], given: ListenFormat | None) -> Source:
    stop = threading.Event()
    fmt = given or ListenFormat()
    return Source(None, fmt, live=True, stop=stop, opener=lambda: opener(stop))


def _when_it_comes(file: _Reader, given: ListenFormat) -> Generator[AudioBlock]:
    """Read a pipe whose format is known, so that nobody waits for its header to connect."""
    yield from cast("Iterable[AudioBlock]", _read(file, given, live=True).blocks)


def _opened(path: Path, given: ListenFormat | None, stop: threading.Event | None) -> Source:
    try:
        file = path.open("rb")
    except ValueError as error:  # a null character
        raise ConfigurationError(f"source is no path: {error}", option="source") from None
    try:
        source = _read(_Reader(file, stop), given, live=stop is not None)
    except BaseException:
        file.close()
        raise
    return source._replace(waits=True, close=file.close)


class _Reader:
    """Reads of a file what there is.

    Args:
        file: The file. A read of a pipe or a terminal waits outside of the file: inside, it would
            hold a lock that closing the file, and the end of the interpreter, need.
        stop: Ends a read of a pipe that waits, and then all reads.
    """

    def __init__(self, file: IO[bytes], stop: threading.Event | None = None) -> None:
        # `read` of a buffered file would wait until its buffer is full
        self._read: Callable[[int], object] = getattr(file, "read1", file.read)
        self._stop = stop
        self._more = False  # whether there may be something in the buffer of the file
        self._poll: selectors.BaseSelector | None = None
        if stop is not None and isinstance(getattr(file, "raw", file), io.FileIO):
            with suppress(AttributeError):  # there is no poll on Windows
                self._poll = selectors.PollSelector()
                self._poll.register(file, selectors.EVENT_READ)

    def read(self) -> bytes:
        """Return some bytes; none at the end."""
        stop, poll = self._stop, self._poll
        if stop is not None and poll is not None and not self._more:
            while not stop.is_set() and not poll.select(STOP_INTERVAL_S):
                pass
        if stop is not None and stop.is_set():
            return b""
        data = self._read(READ_BYTES)
        if isinstance(data, str):
            raise _text_file()
        if not isinstance(data, bytes | bytearray):  # None: it would have to wait
            raise ConfigurationError(
                f"reading the file gave {type(data).__name__}, not bytes; open it in blocking mode",
                option="source",
            )
        self._more = len(data) == READ_BYTES
        return bytes(data)


def _read(file: _Reader, given: ListenFormat | None, *, live: bool) -> Source:
    """Read the header of a file, and return its audio as an iterator."""
    head = b""
    while len(head) < 12 and (data := file.read()):
        head += data
    if not is_wav(head):
        if given is None:
            from .decoding import DECODED, decoded

            return Source(decoded(head, file.read), DECODED, live, waits=True)
        return Source(_pieces(file, None, head), given, live, waits=live)
    wav = WavReader()
    data = wav.feed(head)
    while wav.format is None:
        piece = file.read()
        if not piece:
            wav.finish()
        data = wav.feed(piece)
    if given is not None and given != wav.format:
        raise ConfigurationError(
            f"the WAV file has {wav.format.encoding} at {wav.format.sample_rate} Hz; leave format "
            "out",
            option="format",
        )
    return Source(_pieces(file, wav, data), wav.format, live, waits=live)


def _pieces(file: _Reader, wav: WavReader | None, data: bytes) -> Generator[bytes]:
    if data:
        yield data
    while not (wav is not None and wav.complete) and (piece := file.read()):
        data = piece if wav is None else wav.feed(piece)
        if data:
            yield data


class _Sliced(Protocol):
    def __len__(self) -> int: ...
    def __getitem__(self, index: slice, /) -> Samples: ...


def _slices(samples: _Sliced, fmt: ListenFormat) -> Generator[Samples]:
    """Yield a second of an array at a time, so that a long one is not converted all at once."""
    for at in range(0, len(samples), fmt.sample_rate):
        yield samples[at : at + fmt.sample_rate]


# --- blocks


class _Array(Protocol):
    """The part of a numpy array that conversion needs; numpy itself is not imported."""

    ndim: int
    shape: tuple[int, ...]

    @property
    def dtype(self) -> _Dtype: ...
    def mean(self, axis: int) -> _Array: ...
    def clip(self, low: float, high: float) -> _Array: ...
    def round(self) -> _Array: ...
    def astype(self, kind: str) -> _Array: ...
    def __mul__(self, factor: float) -> _Array: ...
    def __ne__(self, other: object) -> _Array: ...  # type: ignore[override]  # as numpy has it
    def __setitem__(self, index: _Array, value: float) -> None: ...
    def tobytes(self) -> bytes: ...
    def reshape(self, size: int) -> _Array: ...


class _Dtype(Protocol):
    kind: str
    itemsize: int


MAX_CHANNELS: Final = 32  # more of them are samples
_SCALES: Final = {"pcm_s16le": ("<i2", 32767.0), "pcm_s32le": ("<i4", 2147483647.0)}
_FLOATS: Final = {
    "pcm_f32le": ("<f4", "f", 3.4028234663852886e38),
    "pcm_f16le": ("<f2", "e", 65504.0),
}
"""Names of the numbers, and the largest of them."""


def as_bytes(block: AudioBlock, fmt: ListenFormat) -> bytes:
    """Return a block of audio as bytes in a format; floats are converted, channels averaged.

    What is not a number, in floats, becomes silence.

    Raises:
        ConfigurationError: If it is no audio, or an array of another kind.
    """
    if type(block) is bytes:
        return block
    if isinstance(block, bytearray):
        return bytes(block)
    if hasattr(block, "dtype"):
        return _from_array(cast("_Array", block), fmt)
    try:
        view = memoryview(cast("bytes", block))
    except (TypeError, ValueError):  # a view that was released
        raise ConfigurationError(
            f"audio must be bytes or an array, not {type(block).__name__}", option="source"
        ) from None
    code = view.format
    if code in ("b", "B", "c"):
        return view.tobytes()
    if view.ndim != 1:
        raise ConfigurationError(
            "a view of audio must have one dimension: average its channels", option="source"
        )
    if code in ("f", "d"):
        return _from_floats(cast("list[float]", view.tolist()), fmt)
    if code in ("h", "i", "l") and view.itemsize == fmt.sample_bytes and fmt.encoding in _SCALES:
        return view.tobytes()
    raise _mismatch(f"an array of {code!r}", fmt)


def _from_array(block: _Array, fmt: ListenFormat) -> bytes:
    kind: object = getattr(block.dtype, "kind", None)
    if not isinstance(kind, str) or not hasattr(block, "tobytes"):  # such as a tensor
        raise ConfigurationError(
            f"audio must be bytes or an array of numpy, not {type(block).__name__}: convert it, "
            "for example with its method numpy",
            option="source",
        )
    size = block.dtype.itemsize
    if kind == "u" and size == 1:
        return block.tobytes()
    if block.ndim == 0:
        block = block.reshape(1)
    if block.ndim > 1 and (block.ndim > 2 or not 0 < block.shape[1] <= MAX_CHANNELS):
        raise ConfigurationError(
            f"an array of audio has the shape (samples, channels), not {block.shape}; transpose it",
            option="source",
        )
    if block.ndim > 1 and kind in "fi":
        block = block.mean(axis=1)
    if kind == "f" and fmt.encoding in _FLOATS | _SCALES:
        # 64-bit floats, because full scale of 32 bits is not exact in less
        wide = block.astype("<f8")
        wide[wide != wide] = 0.0  # what is not a number is not equal to itself
        if fmt.encoding in _FLOATS:
            code, _, most = _FLOATS[fmt.encoding]
            return wide.clip(-most, most).astype(code).tobytes()
        code, scale = _SCALES[fmt.encoding]
        return (wide.clip(-1.0, 1.0) * scale).round().astype(code).tobytes()
    if kind == "i" and size == fmt.sample_bytes and fmt.encoding in _SCALES:
        return block.astype(_SCALES[fmt.encoding][0]).tobytes()
    raise _mismatch(f"an array of {kind}{size}", fmt)


def _from_floats(values: list[float], fmt: ListenFormat) -> bytes:
    values = [value if value == value else 0.0 for value in values]  # as above
    if fmt.encoding in _FLOATS:
        _, letter, most = _FLOATS[fmt.encoding]
        kept = [max(-most, min(most, value)) for value in values]
        return struct.pack(f"<{len(kept)}{letter}", *kept)
    if fmt.encoding in _SCALES:
        code, scale = _SCALES[fmt.encoding]
        letter = "h" if code == "<i2" else "i"
        whole = [round(max(-1.0, min(1.0, value)) * scale) for value in values]
        return struct.pack(f"<{len(whole)}{letter}", *whole)
    raise _mismatch("an array of floats", fmt)


_FITTING: Final = {
    "pcm_s16le": "int16, or floats from -1 to 1",
    "pcm_s32le": "int32, or floats from -1 to 1",
    "pcm_f32le": "floats from -1 to 1",
    "pcm_f16le": "floats from -1 to 1",
}


def _mismatch(what: str, fmt: ListenFormat) -> ConfigurationError:
    fitting = _FITTING.get(fmt.encoding, "bytes")
    return ConfigurationError(
        f"{what} does not fit the format {fmt.encoding}: give {fitting}", option="format"
    )
