"""Find the pauses in audio, cheaply: by the magnitudes of some of its samples, as bytes.

Slicing, translating and searching bytes runs in C; this takes a few microseconds for 100 ms.
"""

from __future__ import annotations

import math
import struct
from array import array
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..transcripts import ListenFormat

BLOCK_S: Final = 0.02
BLOCKS: Final = 64  # at most, whose peaks tell the voice from the noise
SAMPLES: Final = 1250  # in a second that are looked at
FULL: Final = 128  # magnitude of full scale
FLOOR: Final = 0.006 * FULL  # quieter audio is silence
CONTRAST: Final = 3.0  # of a voice over the noise of its surroundings


class Pause(NamedTuple):
    """A quiet stretch, by its positions in bytes."""

    start: int
    end: int


def _companded(encoding: str) -> bytes:
    table = bytearray(256)
    for code in range(256):
        if encoding == "pcm_mulaw":
            inverted = ~code & 0xFF
            exponent, mantissa = inverted >> 4 & 7, inverted & 0x0F
            table[code] = (((2 * mantissa + 33) << exponent) - 33) >> 6
        else:
            plain = code ^ 0x55
            exponent, mantissa = plain >> 4 & 7, plain & 0x0F
            value = 2 * mantissa + 1 if exponent == 0 else (2 * mantissa + 33) << (exponent - 1)
            table[code] = value >> 5
    return bytes(table)


# Of whole numbers, the first byte is enough.
_SIGNED: Final = bytes(code if code < FULL else 255 - code for code in range(256))
_tables: Final[dict[str, bytes]] = {}


def magnitudes(data: bytes, encoding: str, step: int) -> bytes:
    """Return the magnitude of every ``step``-th sample, 0 to `FULL`."""
    match encoding:
        case "pcm_s16le":
            return data[1 :: 2 * step].translate(_SIGNED)
        case "pcm_s32le":
            return data[3 :: 4 * step].translate(_SIGNED)
        case "pcm_f16le":
            return _of_floats(struct.unpack(f"<{len(data) // 2}e", data)[::step])
        case "pcm_f32le":
            samples = array("f", data)
            if _BIG_ENDIAN:
                samples.byteswap()
            return _of_floats(samples[::step])
        case _:
            table = _tables.get(encoding)
            if table is None:
                table = _tables[encoding] = _companded(encoding)
            return data[::step].translate(table)


_BIG_ENDIAN: Final = array("H", b"\0\1")[0] == 1


def _of_floats(values: Iterable[float]) -> bytes:
    return bytes(min(FULL, int(abs(value) * FULL)) if value == value else 0 for value in values)


def pauses(data: bytes, fmt: ListenFormat, *, start: int, least_s: float) -> list[Pause]:
    """Return the quiet stretches of some audio, in order.

    Args:
        data: Whole samples.
        fmt: Format of the audio.
        start: Position of the audio in the stream.
        least_s: Length of the shortest stretch.
    """
    step = max(1, fmt.sample_rate // SAMPLES) | 1  # odd, or a tone may look like silence
    found = magnitudes(data, fmt.encoding, step)
    block = max(1, round(fmt.sample_rate * BLOCK_S / step))
    every = block * (len(found) // (BLOCKS * block) + 1)
    peaks = sorted([max(found[at : at + block]) for at in range(0, len(found), every)])
    if not peaks:
        return []
    noise, loud = peaks[len(peaks) // 5], peaks[len(peaks) * 19 // 20]
    limit = max(FLOOR, min(CONTRAST * noise, loud / 2))
    low = min(FULL, int(limit)) + 1
    loudness = found.translate(bytes(low) + b"\1" * (256 - low))
    quiet = bytes(math.ceil(least_s * fmt.sample_rate / step))
    stretches: list[Pause] = []
    at = loudness.find(quiet)
    while at >= 0:
        end = loudness.find(1, at + len(quiet))
        size = step * fmt.sample_bytes
        stretches.append(Pause(start + at * size, start + (end * size if end >= 0 else len(data))))
        at = loudness.find(quiet, end) if end >= 0 else -1
    return stretches
