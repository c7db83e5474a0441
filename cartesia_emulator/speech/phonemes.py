# ruff: noqa: RUF001 - phonetic letters look like Latin ones
"""Convert written words to phonemes, and keep which written word each sound belongs to."""

from __future__ import annotations

import re
import threading
from difflib import SequenceMatcher
from functools import cached_property
from importlib import import_module
from string import ascii_uppercase
from typing import TYPE_CHECKING, Final, Protocol, cast

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["Phonemizer", "SpokenWord", "is_foreign", "to_ipa"]

# The engine's alphabet writes diphthongs and affricates as one letter.
_IPA: Final = {
    "A": "eɪ",
    "I": "aɪ",
    "O": "oʊ",
    "Q": "əʊ",
    "W": "aʊ",
    "Y": "ɔɪ",
    "S": "ʃ",
    "T": "ɾ",
    "ʤ": "dʒ",
    "ʧ": "tʃ",
    "ᵊ": "ə",
    "ᵻ": "ɪ",
}
_PUNCTUATION: Final = ';:,.!?—…"()“” '
_STRESS: Final = "\u02c8\u02cc"  # primary, secondary
_LETTER_SOUNDS: Final = (
    "ˈA bˈi sˈi dˈi ˈi ˈɛf ʤˈi ˈAʧ ˈI ʤˈA kˈA ˈɛl ˈɛm ˈɛn ˈO pˈi kjˈu ˈɑɹ ˈɛs tˈi jˈu vˈi "
    "dˈʌbᵊlju ˈɛks wˈI zˈi"
)
_LETTERS: Final = dict(zip(ascii_uppercase, _LETTER_SOUNDS.split(), strict=True))
_LATIN: Final = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_SOUNDING: Final = re.compile(rf"[^{re.escape(_PUNCTUATION + _STRESS)}]")


class SpokenWord(msgspec.Struct, frozen=True):
    """A word as spoken.

    Attributes:
        text: As the engine reads it ("seven" for "7").
        phonemes: In the engine's alphabet, with punctuation that shapes the melody.
        source: Index of the written word it belongs to.
    """

    text: str
    phonemes: str
    source: int

    @property
    def sounds(self) -> tuple[int, int]:
        """Span of ``phonemes`` without the punctuation around; empty for a silent word."""
        found = [match.start() for match in _SOUNDING.finditer(self.phonemes)]
        if not found:
            return (0, 0)
        start = found[0]
        while start and self.phonemes[start - 1] in _STRESS:
            start -= 1
        return (start, found[-1] + 1)


class _Token(Protocol):
    text: str
    phonemes: str | None
    whitespace: str


class _G2P(Protocol):
    def tokenize(self, text: str) -> list[_Token]: ...
    def phonemize_tokens(self, tokens: list[_Token]) -> list[_Token]: ...


class Phonemizer:
    """English letters to phonemes, by the engine's own dictionary and rules; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @cached_property
    def _g2p(self) -> _G2P:
        return cast("_G2P", import_module("hibari.g2p").G2P())

    @cached_property
    def _normalize(self) -> Callable[[str], str]:
        return cast("Callable[[str], str]", import_module("hibari.g2p.normalize").normalize)

    def speak(self, written: Sequence[str]) -> list[SpokenWord]:
        """Convert the written words of a clause to spoken words."""
        with self._lock:
            tokens = self._tokens(" ".join(written))
            said = list(_join(tokens))
            owners = _owners(written, [text for text, _ in said], self._normalize)
        return [
            SpokenWord(_bare(text), phonemes, owner)
            for (text, phonemes), owner in zip(said, owners, strict=True)
        ]

    def spell(self, written: Sequence[str]) -> list[SpokenWord]:
        """Spell out words, letter by letter."""
        spelled: list[SpokenWord] = []
        for source, word in enumerate(written):
            for character in word:
                phonemes = _LETTERS.get(character.upper()) or self.pronounce(character)
                if phonemes:
                    spelled.append(SpokenWord(character.upper(), phonemes + ",", source))
        return spelled

    def pronounce(self, word: str) -> str:
        """Return the phonemes of one word, or an empty text."""
        with self._lock:
            joined = "".join(phonemes for _, phonemes in _join(self._tokens(word)))
        return joined.strip(_PUNCTUATION)

    def _tokens(self, text: str) -> list[_Token]:
        try:
            return self._g2p.phonemize_tokens(self._g2p.tokenize(self._normalize(text)))
        except Exception:
            digits = re.sub(r"\d", r" \g<0> ", text)
            return self._g2p.phonemize_tokens(self._g2p.tokenize(self._normalize(digits)))


def is_foreign(word: str) -> bool:
    """Whether a word is in a script the engine cannot read."""
    return any(character.isalpha() for character in word) and not _LATIN.search(word)


def to_ipa(phonemes: str) -> list[tuple[str, int, int]]:
    """Convert to IPA symbols with their spans in ``phonemes``; a stress mark joins the next one."""
    found: list[tuple[str, int, int]] = []
    start = 0
    for at, symbol in enumerate(phonemes):
        if symbol in _PUNCTUATION:
            start = at + 1
        elif symbol == "ː" and found and found[-1][2] == at:
            found[-1] = (found[-1][0] + symbol, found[-1][1], at + 1)
            start = at + 1
        elif symbol not in _STRESS:
            text = phonemes[start:at] + _IPA.get(symbol, symbol)
            found.append((text, start, at + 1))
            start = at + 1
    return found


def _join(tokens: Iterable[_Token]) -> Iterable[tuple[str, str]]:
    """Join tokens up to white space: text and phonemes of each spoken word."""
    text, phonemes = "", ""
    for token in tokens:
        text += token.text
        phonemes += token.phonemes or ""
        if token.whitespace:
            yield text, phonemes
            text, phonemes = "", ""
    if text:
        yield text, phonemes


def _owners(
    written: Sequence[str], said: Sequence[str], normalize: Callable[[str], str]
) -> list[int]:
    """Find the written word that each spoken word comes from; indices never decrease."""
    owners: list[int] = []
    matcher = SequenceMatcher(None, written, said, autojunk=False)
    for _, low, high, begin, end in matcher.get_opcodes():
        if high - low == end - begin:
            owners += range(low, high)
        elif high == low:
            owners += [max(low - 1, 0)] * (end - begin)
        else:
            # Each written word gets a share by how many words it reads as on its own.
            shares = [max(len(normalize(word).split()), 1) for word in written[low:high]]
            bounds = [low + i for i, share in enumerate(shares) for _ in range(share)]
            count = end - begin
            owners += [bounds[k * len(bounds) // count] for k in range(count)]
    return owners


def _bare(text: str) -> str:
    """Strip the punctuation around a word; "P.M." keeps its stops."""
    bare = text.strip(',;:!?…"“”()[]—') or text
    return bare[:-1] if bare.endswith(".") and bare.count(".") == 1 and len(bare) > 1 else bare
