"""Utterances that are recognised while they are spoken.

An utterance takes audio until it is cut off. Its text so far can be asked for at any time, and what
was published of it is never revised: a word is published when two hypotheses in a row agree on it
and another word follows.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

import msgspec
import numpy as np

from ..audio.rates import StreamResampler
from .engine import Transcript
from .tone import ToneEar, speech_missing_error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from numpy.typing import NDArray

    from ..speech.engine import Word

    class Decode(Protocol):
        """Recognises a clip in another thread; urgent clips go first. Word times take time."""

        def __call__(
            self, samples: NDArray[np.float32], sample_rate: int, *, urgent: bool, word_times: bool
        ) -> Coroutine[object, object, Transcript]: ...


__all__ = ["SpeechUtterance", "ToneUtterance", "Utterance"]

PARTIAL_S: Final = 1.0  # of new voice, before the text so far is asked for again
_RATE: Final = 16_000
_NOTHING: Final = Transcript(text="", words=(), duration=0.0)


class Utterance(Protocol):
    """Audio of one utterance, and its text."""

    def feed(self, pcm: NDArray[np.float32], *, voiced: bool) -> None:
        """Take more audio."""
        ...

    def trim(self, seconds: float) -> None:
        """Forget all audio but the last, because no voice was in it."""
        ...

    @property
    def due(self) -> bool:
        """Whether there may be new text worth asking for."""
        ...

    def partial(self) -> Callable[[], Awaitable[Transcript]]:
        """Return a function that finds the text so far which will not be revised."""
        ...

    def whole(self, *, last: bool) -> Callable[[], Awaitable[Transcript]]:
        """Return a function that finds all the text so far.

        Args:
            last: Whether the utterance ends here.
        """
        ...


class ToneUtterance:
    """An utterance in tones: exact, and read at once.

    Args:
        sample_rate: Rate of the audio in Hz.
        lacks_speech: Whether to refuse a voice that sends no tones; see `ToneRecognizer`.
    """

    def __init__(self, sample_rate: int, *, lacks_speech: bool = False) -> None:
        self._ear = ToneEar(sample_rate)
        self._lacks_speech = lacks_speech
        self._new = False
        self._voiced = False

    def feed(self, pcm: NDArray[np.float32], *, voiced: bool) -> None:
        """Take more audio."""
        self._ear.feed(pcm)
        self._new = self._new or voiced
        self._voiced = self._voiced or voiced

    def trim(self, seconds: float) -> None:
        """Do nothing: audio without a transmission is not kept."""

    @property
    def due(self) -> bool:
        """Whether there may be new text."""
        return self._new

    def partial(self) -> Callable[[], Awaitable[Transcript]]:
        """Return a function that returns the text so far, which is read now."""
        self._new = False
        return _known(self._ear.read())

    def whole(self, *, last: bool) -> Callable[[], Awaitable[Transcript]]:
        """Return a function that returns all the text, which is read now."""
        heard = self._ear.take() if last else self._ear.read()
        refused = last and self._lacks_speech and self._voiced and not heard.text
        return _refused if refused else _known(heard)


async def _refused() -> Transcript:
    raise speech_missing_error()


def _known(heard: Transcript) -> Callable[[], Awaitable[Transcript]]:
    async def known() -> Transcript:
        return heard

    return known


class SpeechUtterance:
    """An utterance in speech.

    Args:
        sample_rate: Rate of the audio in Hz.
        decode: Recognises a clip.
        word_times: Whether the times of words are wanted.
    """

    def __init__(self, sample_rate: int, decode: Decode, *, word_times: bool = False) -> None:
        self._decode = decode
        self._word_times = word_times
        self._resampler = StreamResampler(sample_rate, _RATE)
        self._pieces: list[NDArray[np.float32]] = []
        self._rate = sample_rate
        self._new_s = 0.0
        self._busy = False
        self._guessing: asyncio.Task[Transcript] | None = None
        self._stale = False  # whether the whole text was asked for after the text so far
        self._published: list[str] = []
        self._hypothesis: list[str] = []
        self._voiced = 0  # pieces with voice so far
        self._known: tuple[int, Transcript] | None = None  # a transcript, and after which of them

    def feed(self, pcm: NDArray[np.float32], *, voiced: bool) -> None:
        """Take more audio."""
        self._pieces.append(self._resampler.feed(pcm))
        if voiced:
            self._new_s += len(pcm) / self._rate
            self._voiced += 1

    def trim(self, seconds: float) -> None:
        """Forget all audio but the last."""
        clip = self._clip()
        self._pieces = [clip[-int(seconds * _RATE) :]]
        self._new_s = 0.0

    @property
    def due(self) -> bool:
        """Whether there is enough new voice, and no answer under way."""
        return self._new_s >= PARTIAL_S and not self._busy

    def partial(self) -> Callable[[], Awaitable[Transcript]]:
        """Return a function that finds the words which will not be revised."""
        clip = self._clip()
        self._new_s = 0.0
        self._busy, self._stale = True, False

        async def find() -> Transcript:
            try:
                heard = await self._guess(clip)
            finally:
                self._busy = False
            if heard is None:
                return self._said(self._published, ())
            words = heard.text.split()
            agreed = _common(self._hypothesis, words)
            self._hypothesis = words
            stable = words[: max(0, agreed - 1)]
            if len(stable) > len(self._published) and _common(stable, self._published) == len(
                self._published
            ):
                self._published = stable
            return self._said(self._published, ())

        return find

    async def _guess(self, clip: NDArray[np.float32]) -> Transcript | None:
        """Recognise a clip, unless all the text is asked for before it is its turn."""
        if self._stale:
            return None
        decoding = self._decode(clip, _RATE, urgent=False, word_times=False)
        self._guessing = asyncio.ensure_future(decoding)
        try:
            await asyncio.wait([self._guessing])
        except asyncio.CancelledError:
            self._guessing.cancel()
            raise
        return None if self._guessing.cancelled() else self._guessing.result()

    def whole(self, *, last: bool) -> Callable[[], Awaitable[Transcript]]:
        """Return a function that finds all the text, after what was published of it."""
        self._stale = True
        if self._guessing is not None:
            self._guessing.cancel()  # the whole text need not wait for a part of it
        if last:
            self._pieces.append(self._resampler.flush())
        clip, voiced = self._clip(), self._voiced

        async def find() -> Transcript:
            if self._known is not None and self._known[0] == voiced:
                heard = self._known[1]  # only silence has come since
            else:
                heard = await self._decode(clip, _RATE, urgent=True, word_times=self._word_times)
                self._known = (voiced, heard)
            words = heard.text.split()
            if _common(words, self._published) < len(self._published):
                words = self._published + words[len(self._published) :]
            self._published = words
            return self._said(words, heard.words)

        return find

    def _said(self, words: list[str], times: tuple[Word, ...]) -> Transcript:
        return msgspec.structs.replace(_NOTHING, text=" ".join(words), words=times)

    def _clip(self) -> NDArray[np.float32]:
        if len(self._pieces) != 1:
            joined = np.concatenate(self._pieces) if self._pieces else np.zeros(0, np.float32)
            self._pieces = [joined]
        return self._pieces[0]


def _common(first: list[str], second: list[str]) -> int:
    """Return how many words both have in common at their beginning."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count
