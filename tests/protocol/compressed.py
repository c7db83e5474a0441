"""Compressed recordings, and how they are damaged."""

from __future__ import annotations

import io
from functools import cache
from importlib import import_module
from typing import Any, Final

import numpy as np

KINDS: Final = ("MP3", "FLAC", "OGG")


@cache
def compressed(kind: str, rate: int = 16000, channels: int = 1, seconds: float = 3.0) -> bytes:
    """A sound of varying loudness, as libsndfile writes it; the second second is silent."""
    time = np.arange(round(seconds * rate)) / rate
    noise = np.random.default_rng(1).standard_normal(len(time))
    samples = 0.3 * np.sin(2 * np.pi * (200 + 20 * np.sin(time)) * time) + 0.01 * noise
    samples[(time >= 1) & (time < 2)] = 0
    return encode(kind, np.stack([samples] * channels, axis=1).astype("f4"), rate)


def encode(kind: str, samples: Any, rate: int) -> bytes:
    """Write samples, floats or 16-bit integers."""
    file = io.BytesIO()
    import_module("soundfile").write(
        file, samples, rate, format=kind, subtype="VORBIS" if kind == "OGG" else None
    )
    return file.getvalue()


def id3(size: int) -> bytes:
    """A tag with a picture, as MP3 files begin."""
    return b"ID3\4\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + bytes(size)


def flipped(file: bytes, at: int) -> bytes:
    return file[:at] + bytes([file[at] ^ 0x10]) + file[at + 1 :]


DAMAGES: Final = {
    "cut": lambda file, at: file[:at],
    "hole": lambda file, at: file[:at] + file[at + 777 :],
    "zeros": lambda file, at: file[:at] + bytes(1500) + file[at + 1500 :],
    "noise": lambda file, at: file[:at] + np.random.default_rng(at).bytes(3000) + file[at + 3000 :],
}
"""Ways to damage a file at a position, of which no decoder of ours says a word."""
