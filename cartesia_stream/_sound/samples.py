"""Samples as numpy arrays, from and to the bytes of an encoding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .encodings import expanded
from .g711 import alaw_encoder, mulaw_encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .encodings import Encoding

    Samples = NDArray[np.int16] | NDArray[np.float32]

__all__ = ["as_floats", "decode", "encode"]


def decode(data: bytes, encoding: Encoding) -> Samples:
    """Return whole samples as int16, or as float32 if they are floats.

    The array of ``pcm_s16le`` and ``pcm_f32le`` is a view of the bytes, which cannot be written.
    """
    if encoding == "pcm_s16le":
        return np.frombuffer(data, "<i2")
    if encoding == "pcm_f32le":
        return np.frombuffer(data, "<f4")
    table: NDArray[np.int16] = np.frombuffer(expanded(encoding), "<i2")
    return table[np.frombuffer(data, np.uint8)]


def as_floats(samples: Samples) -> NDArray[np.float32]:
    """Return samples as float32 in -1..1."""
    if samples.dtype.kind == "f":
        return samples.astype(np.float32, copy=False)
    return samples.astype(np.float32) * np.float32(1 / 32768)


def encode(samples: Samples, encoding: Encoding) -> bytes:
    """Encode samples; floats round to the nearest integer and clip at full scale, NaN is silence.

    Integers that were decoded encode back to the same bytes.
    """
    if encoding == "pcm_f32le":
        return as_floats(samples).astype("<f4", copy=False).tobytes()
    whole = _as_integers(samples)
    if encoding == "pcm_s16le":
        return whole.tobytes()
    table = mulaw_encoder() if encoding == "pcm_mulaw" else alaw_encoder()
    coded: NDArray[np.uint8] = table[whole.view("<u2")]
    return coded.tobytes()


def _as_integers(samples: Samples) -> NDArray[np.int16]:
    if samples.dtype.kind == "i":
        return samples.astype("<i2", copy=False)
    scaled = np.clip(np.rint(samples * np.float32(32768)), -32768, 32767)
    whole: NDArray[np.int16] = np.nan_to_num(scaled, copy=False).astype(np.dtype("<i2"))
    return whole
