"""What a test says about audio: what to listen to, and whether it says the right words."""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from .audio import pcm
from .audio.files import decode_file, is_file

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["AudioSource", "difference", "samples_of"]

_RAW_NAMES: Final = frozenset({".raw", ".pcm"})
_PUNCTUATION: Final = re.compile(r"[^\w'\s]+|(?<!\w)'|'(?!\w)")


class HasWav(Protocol):
    """Audio that knows its format, such as the client's ``Audio``."""

    def wav(self) -> bytes:
        """Return the audio as a WAV file."""
        ...


AudioSource: TypeAlias = "bytes | bytearray | memoryview | str | os.PathLike[str] | HasWav"


def samples_of(
    audio: AudioSource, *, sample_rate: int, encoding: str
) -> tuple[NDArray[np.float32], int]:
    """Return the mono samples of audio and their rate in Hz.

    Args:
        audio: Bytes of an audio file or of raw samples, the path of either, or an object with a
            method ``wav``. A file of raw samples is named ``.raw`` or ``.pcm``.
        sample_rate: Rate of raw samples, in Hz.
        encoding: Encoding of raw samples.

    Raises:
        UnsupportedAudioError: If the file is not audio that the emulator can read.
        TypeError: For any other object.
    """
    if isinstance(audio, (str, os.PathLike)):
        path = Path(audio)
        data, file = path.read_bytes(), path.suffix.lower() not in _RAW_NAMES
    elif isinstance(audio, (bytes, bytearray, memoryview)):
        data = bytes(audio)
        file = is_file(data)
    elif callable(getattr(audio, "wav", None)):
        data, file = audio.wav(), True
    else:
        kinds = "bytes, a path, or an object with a method wav()"
        raise TypeError(f"audio must be {kinds}, not {type(audio).__name__}")
    if file:
        return decode_file(data)
    whole = len(data) - len(data) % pcm.sample_width(encoding)
    return pcm.decode(data[:whole], encoding), sample_rate


def difference(expected: str, heard: str) -> tuple[int, str]:
    """Compare two texts word by word, without case and punctuation.

    Returns:
        How many words are missing, added or replaced, and both texts as one line in which
        ``[-word-]`` is missing and ``{+word+}`` was added.
    """
    wanted, got = _words(expected), _words(heard)
    errors = 0
    line: list[str] = []
    for kind, i1, i2, j1, j2 in difflib.SequenceMatcher(None, wanted, got, False).get_opcodes():
        if kind == "equal":
            line += wanted[i1:i2]
            continue
        errors += max(i2 - i1, j2 - j1)
        if i1 < i2:
            line.append(f"[-{' '.join(wanted[i1:i2])}-]")
        if j1 < j2:
            line.append(f"{{+{' '.join(got[j1:j2])}+}}")
    return errors, " ".join(line)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return _PUNCTUATION.sub(" ", plain.casefold()).split()
