# ruff: noqa: RUF001 - phonetic letters look like Latin ones
"""Forced alignment: when each word of a known text sounds, or an estimate of it."""

from __future__ import annotations

import re
import threading
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

import numpy as np

from ..audio import pcm as _pcm
from ..speech.engine import Word
from ..speech.phonemes import Phonemizer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

__all__ = ["Aligner", "spread", "to_arpabet"]

ALIGN_RATE: Final = 16_000
# The synthesiser's phonemes in the aligner's alphabet.
_ARPABET: Final = {
    "A": "EY", "I": "AY", "O": "OW", "W": "AW", "Y": "OY", "Q": "OW", "S": "SH", "T": "D",
    "i": "IY", "u": "UW", "a": "AA", "e": "EY", "o": "OW", "y": "Y",
    "ɑ": "AA", "ɒ": "AA", "ɔ": "AO", "ə": "AH", "ᵊ": "AH", "ɐ": "AH", "ʌ": "AH",
    "ɛ": "EH", "æ": "AE", "ɪ": "IH", "ᵻ": "IH", "ɨ": "IH", "ʊ": "UH", "ɜ": "ER", "ɚ": "ER",
    "b": "B", "d": "D", "f": "F", "ɡ": "G", "h": "HH", "j": "Y", "k": "K", "l": "L",
    "m": "M", "n": "N", "ŋ": "NG", "p": "P", "r": "R", "ɹ": "R", "s": "S", "ʃ": "SH",
    "t": "T", "θ": "TH", "ð": "DH", "v": "V", "w": "W", "x": "K", "z": "Z", "ʒ": "ZH",
    "ʤ": "JH", "ʧ": "CH", "ɾ": "D", "ʔ": "T",
}  # fmt: skip


class _Hit(Protocol):
    text: str
    start: float
    duration: float


class _Decoder(Protocol):
    @property
    def seg(self) -> Iterable[_Hit]: ...
    def lookup_word(self, word: str) -> str | None: ...
    def add_word(self, word: str, phones: str, update: bool = ...) -> int: ...
    def set_align_text(self, text: str) -> None: ...
    def start_utt(self) -> None: ...
    def process_raw(self, data: bytes, no_search: bool = ..., full_utt: bool = ...) -> int: ...
    def end_utt(self) -> None: ...


class Aligner:
    """Aligns English words to a clip; falls back to `spread` where it cannot. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._phonemizer = Phonemizer()
        self._added: dict[str, str] = {}

    def warm(self) -> None:
        """Load the acoustic model, if the package is there."""
        with self._lock:
            _ = self._decoder

    def align(self, words: Sequence[str], pcm: NDArray[np.float32]) -> tuple[Word, ...]:
        """Return the times of ``words`` in seconds from the start of the clip.

        Args:
            words: The words in the order spoken, with their punctuation.
            pcm: Mono samples at 16 kHz, shape ``(sample frames,)``.

        Returns:
            One `Word` for each, verbatim, in order and within the clip.
        """
        with self._lock:
            hits = self._hits(words, pcm)
        if hits is None:
            return spread(words, pcm)
        return tuple(Word(word, start, end) for word, (start, end) in zip(words, hits, strict=True))

    @cached_property
    def _decoder(self) -> _Decoder | None:
        try:
            engine = import_module("soundswallower")
        except ImportError:
            return None
        config = engine.Config()
        config["hmm"] = engine.get_model_path("en-us")
        config["loglevel"] = "FATAL"  # It writes to stderr on its own.
        return cast("_Decoder", engine.Decoder(config))

    def _hits(
        self, words: Sequence[str], pcm: NDArray[np.float32]
    ) -> list[tuple[float, float]] | None:
        decoder = self._decoder
        if decoder is None:
            return None
        entries = [self._entry(decoder, word) for word in words]
        if not all(entries):
            return None
        duration = len(pcm) / ALIGN_RATE
        try:
            decoder.set_align_text(" ".join(entries))
            decoder.start_utt()
            decoder.process_raw(_pcm.encode(pcm, "pcm_s16le"), full_utt=True)
            decoder.end_utt()
            # Pronunciation variants are marked "your(2)", fillers "<sil>" and "[NOISE]".
            heard = [hit for hit in decoder.seg if hit.text[0] not in "<[("]
        except RuntimeError:  # The text does not fit the audio.
            return None
        if [re.sub(r"\(\d+\)$", "", hit.text) for hit in heard] != entries:
            return None
        return [(hit.start, min(hit.start + hit.duration, duration)) for hit in heard]

    def _entry(self, decoder: _Decoder, word: str) -> str:
        """The aligner's dictionary entry for a word, added if need be; empty if unpronounceable."""
        plain = re.sub(r"[^a-z']", "", word.lower()).strip("'")
        if plain and not re.search(r"\d", word) and decoder.lookup_word(plain):
            return plain
        if word not in self._added:
            entry = ""
            phones = self._arpabet(word)
            if phones:
                entry = f"added{len(self._added)}"
                decoder.add_word(entry, phones)
            self._added[word] = entry
        return self._added[word]

    def _arpabet(self, word: str) -> str:
        try:
            return to_arpabet(self._phonemizer.pronounce(word))
        except ImportError:
            return ""


def to_arpabet(phonemes: str) -> str:
    """Convert phonemes of the synthesiser's alphabet to ARPABET, separated by spaces."""
    symbols: list[str] = []
    for letter in phonemes:
        symbol = _ARPABET.get(letter)
        if symbol and not (symbol == "R" and symbols and symbols[-1] == "ER"):
            symbols.append(symbol)
    return " ".join(symbols)


def spread(words: Sequence[str], pcm: NDArray[np.float32]) -> tuple[Word, ...]:
    """Spread words over the loud part of a 16 kHz clip, by their number of letters."""
    if not words:
        return ()
    loud = np.flatnonzero(np.abs(pcm) > 0.05 * float(np.abs(pcm).max(initial=0.0)))
    first, last = (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, len(pcm))
    share = np.cumsum([0, *(len(word) + 1 for word in words)])
    edges = (first + (last - first) * share / share[-1]) / ALIGN_RATE
    return tuple(Word(word, float(edges[i]), float(edges[i + 1])) for i, word in enumerate(words))
