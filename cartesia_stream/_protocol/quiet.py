"""Find the pauses in audio, cheaply: only when a turn has ended, and by peaks of samples."""

from __future__ import annotations

import struct
from array import array
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..transcripts import ListenFormat

BLOCK_S: Final = 0.02
STEP: Final = 4  # of the samples that are looked at
FLOOR: Final = 0.006  # of full scale: quieter audio is silence
CONTRAST: Final = 3.0  # of a voice over the noise of its surroundings


class Pause(NamedTuple):
    """A quiet stretch, by its positions in bytes."""

    start: int
    end: int


def _companded(encoding: str) -> bytes:
    """Magnitude of each byte of mu-law or A-law, 0 to 255."""
    table = bytearray(256)
    for code in range(256):
        if encoding == "pcm_mulaw":
            inverted = ~code & 0xFF
            exponent, mantissa = inverted >> 4 & 7, inverted & 0x0F
            value = ((2 * mantissa + 33) << exponent) - 33
            table[code] = min(255, (value << 2) >> 7)
        else:
            plain = code ^ 0x55
            exponent, mantissa = plain >> 4 & 7, plain & 0x0F
            value = 2 * mantissa + 1 if exponent == 0 else (2 * mantissa + 33) << (exponent - 1)
            table[code] = min(255, (value << 3) >> 7)
    return bytes(table)


_CODES: Final = {
    "pcm_s16le": ("h", 1 << 15),
    "pcm_s32le": ("i", 1 << 31),
    "pcm_f32le": ("f", 1),
    "pcm_f16le": ("e", 1),
}
_BIG_ENDIAN: Final = array("H", b"\0\1")[0] == 1
_tables: Final[dict[str, bytes]] = {}


def _samples(data: bytes, encoding: str) -> tuple[Sequence[float], float]:
    """Return every fourth sample and the full scale; for companded ones, their magnitudes."""
    if encoding in ("pcm_mulaw", "pcm_alaw"):
        table = _tables.get(encoding)
        if table is None:
            table = _tables[encoding] = _companded(encoding)
        return data[::STEP].translate(table), 255
    code, scale = _CODES[encoding]
    if code == "e":
        return struct.unpack(f"<{len(data) // 2}e", data)[::STEP], scale
    samples = array(code, data)
    if _BIG_ENDIAN:
        samples.byteswap()
    return samples[::STEP], scale


def levels(data: bytes, fmt: ListenFormat) -> list[float]:
    """Return the peak of each 20 ms of whole samples, 0 to 1."""
    samples, scale = _samples(data, fmt.encoding)
    size = max(1, round(fmt.sample_rate * BLOCK_S) // STEP)
    peaks: list[float] = []
    for at in range(0, len(samples) - size // 2, size):
        block = samples[at : at + size]
        peaks.append(max(max(block), -min(block)) / scale)
    return peaks


def pauses(data: bytes, fmt: ListenFormat, *, start: int, least_s: float) -> list[Pause]:
    """Return the quiet stretches of some audio, in order.

    Args:
        data: Whole samples.
        fmt: Format of the audio.
        start: Position of the audio in the stream.
        least_s: Length of the shortest stretch.
    """
    peaks = levels(data, fmt)
    if not peaks:
        return []
    ordered = sorted(peaks)
    noise, loud = ordered[len(ordered) // 5], ordered[len(ordered) * 19 // 20]
    limit = max(FLOOR, min(CONTRAST * noise, loud / 2))
    size = max(1, round(fmt.sample_rate * BLOCK_S) // STEP) * STEP * fmt.sample_bytes
    found: list[Pause] = []
    begun: int | None = None
    for place, peak in enumerate([*peaks, 2.0]):
        if peak <= limit:
            begun = place if begun is None else begun
        elif begun is not None:
            if (place - begun) * BLOCK_S >= least_s - 1e-9:
                end = start + (len(data) if place == len(peaks) else place * size)
                found.append(Pause(start + begun * size, end))
            begun = None
    return found
