"""G.711, against the tables of the standard."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cartesia_stream._sound.encodings import expanded
from cartesia_stream._sound.g711 import alaw_encoder, mulaw_encoder

Table = Callable[[], Any]


def mulaw_decoder() -> Any:
    return np.frombuffer(expanded("pcm_mulaw"), "<i2")


def alaw_decoder() -> Any:
    return np.frombuffer(expanded("pcm_alaw"), "<i2")


LAWS = pytest.mark.parametrize(
    ("encoder", "decoder"),
    [(mulaw_encoder, mulaw_decoder), (alaw_encoder, alaw_decoder)],
    ids=["mulaw", "alaw"],
)
SAMPLES = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)


def steps(law: str) -> list[int]:
    """The 128 magnitudes of a law, smallest first (G.711, tables 1 and 2)."""
    if law == "mulaw":
        return [((2 * (at % 16) + 33) << (at // 16)) * 4 - 132 for at in range(128)]
    found = []
    for at in range(128):
        segment, place = divmod(at, 16)
        found.append((2 * place + 1 if segment == 0 else (2 * place + 33) << (segment - 1)) * 8)
    return found


@LAWS
def test_every_code_has_the_value_of_the_standard(encoder: Table, decoder: Table) -> None:
    law = "mulaw" if decoder is mulaw_decoder else "alaw"
    table = decoder().astype(int)
    flip = 0xFF if law == "mulaw" else 0xD5  # alternate bits of A-law are inverted
    for at, magnitude in enumerate(steps(law)):
        assert table[at ^ flip] == magnitude  # positive
        assert table[at ^ flip ^ 0x80] == -magnitude


@LAWS
def test_every_sample_gets_a_code_next_to_it(encoder: Table, decoder: Table) -> None:
    """No other code lies between them; the standard does not say which of two neighbours."""
    levels = np.unique(decoder().astype(int))
    values = decoder().astype(int)[encoder()]
    low, high = np.minimum(SAMPLES, values), np.maximum(SAMPLES, values)
    between = np.searchsorted(levels, high, "left") - np.searchsorted(levels, low, "right")
    assert between.max() <= 0


@LAWS
def test_a_code_comes_back_as_itself(encoder: Table, decoder: Table) -> None:
    """Only mu-law has two zeros, of which the positive one comes back."""
    values = decoder()
    again = encoder()[values.view(np.uint16)]
    codes = np.arange(256)
    expected = np.where(codes == 0x7F, 0xFF, codes) if decoder is mulaw_decoder else codes
    assert again.tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("encoder", "sample", "code"),
    [
        (mulaw_encoder, 0, 0xFF),
        (mulaw_encoder, -4, 0x7E),
        (mulaw_encoder, 32767, 0x80),
        (mulaw_encoder, -32768, 0x00),
        (alaw_encoder, 0, 0xD5),
        (alaw_encoder, -1, 0x55),
        (alaw_encoder, 32767, 0xAA),
        (alaw_encoder, -32768, 0x2A),
    ],
)
def test_the_ends_of_the_scale(encoder: Table, sample: int, code: int) -> None:
    table = encoder()
    assert table[np.int16(sample).view(np.uint16)] == code


@LAWS
def test_louder_stays_louder(encoder: Table, decoder: Table) -> None:
    table = (decoder()[encoder()]).tolist()
    in_order = table[32768:] + table[:32768]  # from the lowest sample to the highest
    assert in_order == sorted(in_order)
