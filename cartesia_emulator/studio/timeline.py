"""The events of an utterance: chunks of audio, and the times of words and phonemes.

Segments in, events out, without a clock, a socket or an event loop. One `Timeline` covers text that
is spoken in one go; `offset` carries the running time of a context from one to the next.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final, TypeAlias

import msgspec

from ..audio.pcm import StreamEncoder, sample_width
from ..speech.engine import Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ..speech.engine import Segment
    from ..wire.requests import OutputFormat, Speech

__all__ = ["Audio", "Event", "Phonemes", "TextBuffer", "Timeline", "Words", "cut", "frame"]

_SENTENCE_END: Final = re.compile(
    r"""(?:(?<!\d)\.|[!?…]|(?<=\d)\.(?=\s))["')\]\u201d\u2019]*+(?:\s++|$)|[\u3002\uff01\uff1f]"""
)
_ENOUGH: Final = 1000  # characters


class Audio(msgspec.Struct, frozen=True):
    """Encoded audio and how long it plays, in seconds."""

    data: bytes
    duration: float


class Words(msgspec.Struct, frozen=True):
    """Words and when they sound, from the start of the context."""

    words: tuple[Word, ...]


class Phonemes(msgspec.Struct, frozen=True):
    """Phonemes and when they sound, from the start of the context."""

    phonemes: tuple[Word, ...]


Event: TypeAlias = Audio | Words | Phonemes


class Timeline:
    """Turns the segments of one utterance into events, in order.

    Args:
        request: The request: its format, volume and timestamps.
        source_rate: Rate of the segments, in Hz.
        chunk_ms: Playing time of one chunk of audio, in milliseconds.
        offset: Seconds of audio that the context has sent before.
    """

    def __init__(
        self, request: Speech, *, source_rate: int, chunk_ms: int, offset: float = 0.0
    ) -> None:
        self._request = request
        self._rate = source_rate
        self._chunk_ms = chunk_ms
        self._slicer = _slicer(request.output_format, source_rate, chunk_ms)
        self._begun = False
        self.elapsed: float = offset

    def segment(self, segment: Segment) -> Iterator[Event]:
        """Yield the events of a segment: its first chunk, its times, the rest of its audio."""
        start = self.elapsed
        self._begun = self._begun or len(segment.pcm) > 0
        self.elapsed += len(segment.pcm) / self._rate
        pcm = segment.pcm if self._request.volume == 1.0 else segment.pcm * self._request.volume
        step = max(1, self._rate * self._chunk_ms // 1000)
        times = self._times(segment, start)
        for low in range(0, len(pcm), step):
            piece = pcm[low : low + step]
            for audio in self._slicer.feed(
                self._slicer.encoder.feed(piece), len(piece) / self._rate
            ):
                yield audio
                # Audio first, because playback waits for it and the times are needed later.
                while times:
                    yield times.pop(0)
        yield from times

    def finish(self) -> Iterator[Event]:
        """Yield the audio that the encoder and the chunking still hold back, if there is any."""
        if self._begun:
            yield from self._slicer.finish()

    def _times(self, segment: Segment, start: float) -> list[Event]:
        request, events = self._request, list[Event]()
        words = segment.words
        if request.use_normalized_timestamps and segment.spoken:
            words = segment.spoken
        if request.add_timestamps and words:
            events.append(Words(_shift(words, start)))
        if request.add_phoneme_timestamps:
            phonemes = segment.phonemes or _letters(segment.words)
            if phonemes:
                events.append(Phonemes(_shift(phonemes, start)))
        return events


class _ContainerSlicer:
    """Containers: a chunk is whatever the encoder has ready."""

    def __init__(self, encoder: StreamEncoder) -> None:
        self.encoder = encoder
        self._unsent = 0.0

    def feed(self, data: bytes, duration: float) -> Iterator[Audio]:
        self._unsent += duration
        if data:
            yield Audio(data, self._unsent)
            self._unsent = 0.0

    def finish(self) -> Iterator[Audio]:
        yield from self.feed(self.encoder.finish(), 0.0)


class _RawSlicer:
    """Raw audio: all chunks have one size, however the resampler returns its output."""

    def __init__(self, encoder: StreamEncoder, chunk_bytes: int, bytes_per_s: int) -> None:
        self.encoder = encoder
        self._chunk_bytes = chunk_bytes
        self._bytes_per_s = bytes_per_s
        self._held = bytearray()

    def feed(self, data: bytes, duration: float) -> Iterator[Audio]:
        del duration  # Computed from the bytes, exactly.
        self._held += data
        while len(self._held) >= self._chunk_bytes:
            yield self._cut(self._chunk_bytes)

    def finish(self) -> Iterator[Audio]:
        yield from self.feed(self.encoder.finish(), 0.0)
        if self._held:
            yield self._cut(len(self._held))

    def _cut(self, size: int) -> Audio:
        data = bytes(self._held[:size])
        del self._held[:size]
        return Audio(data, size / self._bytes_per_s)


def _slicer(fmt: OutputFormat, source_rate: int, chunk_ms: int) -> _ContainerSlicer | _RawSlicer:
    encoder = StreamEncoder(fmt.container, fmt.encoding, fmt.sample_rate, source_rate, fmt.bit_rate)
    if fmt.container != "raw":
        return _ContainerSlicer(encoder)
    width = sample_width(fmt.encoding or "")
    chunk_bytes = max(1, fmt.sample_rate * chunk_ms // 1000) * width
    return _RawSlicer(encoder, chunk_bytes, fmt.sample_rate * width)


def cut(
    pcm: NDArray[np.float32], source_rate: int, fmt: OutputFormat, chunk_ms: int
) -> Iterator[Audio]:
    """Encode finished samples as chunks of one format.

    Args:
        pcm: Mono samples, shape ``(sample frames,)``.
        source_rate: Their rate in Hz.
        fmt: Container and coding of the chunks.
        chunk_ms: Playing time of one chunk.
    """
    slicer = _slicer(fmt, source_rate, chunk_ms)
    step = max(1, source_rate * chunk_ms // 1000)
    for low in range(0, len(pcm), step):
        piece = pcm[low : low + step]
        yield from slicer.feed(slicer.encoder.feed(piece), len(piece) / source_rate)
    yield from slicer.finish()


def _shift(words: Sequence[Word], start: float) -> tuple[Word, ...]:
    return tuple(Word(word.text, word.start + start, word.end + start) for word in words)


def _letters(words: Sequence[Word]) -> tuple[Word, ...]:
    """Use letters as phonemes, all equally long, for an engine that has none."""
    letters = list[Word]()
    for word in words:
        step = (word.end - word.start) / max(1, len(word.text))
        for place, letter in enumerate(word.text):
            start = word.start + place * step
            letters.append(Word(letter, start, start + step))
    return tuple(letters)


def frame(event: Event, step_time_ms: float) -> dict[str, object]:
    """Return the frame of an event; the caller adds ids."""
    match event:
        case Audio():
            return {
                "type": "chunk",
                "data": base64.b64encode(event.data).decode(),
                "done": False,
                "status_code": 206,
                "step_time": round(step_time_ms, 3),
            }
        case Words():
            times = _columns("words", event.words)
            return _partial("timestamps", "word_timestamps", times)
        case Phonemes():
            times = _columns("phonemes", event.phonemes)
            return _partial("phoneme_timestamps", "phoneme_timestamps", times)


def done_frame() -> dict[str, object]:
    """Return the frame that ends a context."""
    return {"type": "done", "done": True, "status_code": 206}


def flush_frame(flush_id: int) -> dict[str, object]:
    """Return the frame that marks the end of flushed text."""
    return {
        "type": "flush_done",
        "done": False,
        "flush_done": True,
        "flush_id": flush_id,
        "status_code": 206,
    }


def _partial(kind: str, member: str, value: object) -> dict[str, object]:
    return {"type": kind, "done": False, "status_code": 206, member: value}


def _columns(name: str, words: Sequence[Word]) -> dict[str, object]:
    return {
        name: [word.text for word in words],
        "start": [round(word.start, 6) for word in words],
        "end": [round(word.end, 6) for word in words],
    }


class TextBuffer:
    """Text of a context that waits for the end of a sentence; inputs join verbatim.

    Text that goes on for `_ENOUGH` characters without an end waits no longer, so that each input
    costs the same, however many came before it.
    """

    def __init__(self) -> None:
        self._text = ""

    @property
    def waiting(self) -> bool:
        """Whether it holds text other than white space."""
        return bool(self._text.strip())

    def push(self, text: str) -> str:
        """Add text; return the finished sentences, often none."""
        # Text that waits has no end, unless its last character is a stop after a digit.
        searched = max(0, len(self._text) - 1)
        self._text += text
        cut = 0
        for match in _SENTENCE_END.finditer(self._text, searched):
            cut = match.end()
        if len(self._text) - cut > _ENOUGH:
            cut = max(cut, self._text.rfind(" ") + 1) or len(self._text)
        released, self._text = self._text[:cut], self._text[cut:]
        return released

    def take(self) -> str:
        """Return the rest, and empty the buffer."""
        released, self._text = self._text, ""
        return released
