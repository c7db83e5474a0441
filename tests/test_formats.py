"""Formats and durations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cartesia_stream import PCM_16K, PCM_24K, TELEPHONY, AudioFormat, ConfigurationError
from cartesia_stream._sound.encodings import SAMPLE_BYTES
from cartesia_stream.formats import BIT_RATES, SAMPLE_RATES
from cartesia_stream.transcripts import ListenFormat

FLOAT = AudioFormat("raw", "pcm_f32le", 48000)


@pytest.mark.parametrize(
    ("members", "option"),
    [
        ({"sample_rate": 11025}, "sample_rate"),
        ({"sample_rate": 0}, "sample_rate"),
        ({"sample_rate": 24000.0}, "sample_rate"),
        ({"sample_rate": np.float64(24000)}, "sample_rate"),
        ({"sample_rate": np.array([8000, 16000])}, "sample_rate"),
        ({"encoding": "pcm_s24le"}, "encoding"),
        ({"encoding": None}, "encoding"),
        ({"bit_rate": 128000}, "bit_rate"),
        ({"container": "wav", "bit_rate": 128000}, "bit_rate"),
        ({"container": "mp3", "bit_rate": 128000}, "encoding"),
        ({"container": "mp3", "encoding": None}, "bit_rate"),
        ({"container": "mp3", "encoding": None, "bit_rate": 100}, "bit_rate"),
        ({"container": "mp3", "encoding": None, "bit_rate": 128000.0}, "bit_rate"),
        ({"container": "ogg"}, "container"),
    ],
)
def test_impossible_formats(members: dict[str, Any], option: str) -> None:
    """A combination that the service cannot deliver raises and names the member."""
    with pytest.raises(ConfigurationError, match="allowed: ") as caught:
        AudioFormat(**members)
    assert caught.value.option == f"output_format.{option}"


@pytest.mark.parametrize("rate", SAMPLE_RATES)
@pytest.mark.parametrize("encoding", SAMPLE_BYTES)
@pytest.mark.parametrize("container", ["raw", "wav"])
def test_possible_formats_go_to_the_wire_and_back(container: Any, encoding: Any, rate: int) -> None:
    """Every possible combination equals what its wire form is read as."""
    fmt = AudioFormat(container, encoding, rate)
    wire = {"container": container, "encoding": encoding, "sample_rate": rate}
    assert fmt.to_wire() == wire
    assert AudioFormat.of(wire) == fmt
    assert AudioFormat.of(fmt) is fmt


def test_whole_numbers_of_numpy_are_whole_numbers() -> None:
    """They can be sent, and be written into the header of a file."""
    rate: Any = np.int64(16000)
    bits: Any = np.int32(128000)
    fmt = AudioFormat("raw", "pcm_s16le", rate)
    assert type(fmt.sample_rate) is int
    assert fmt == PCM_16K
    assert AudioFormat("mp3", None, rate, bits).to_wire()["bit_rate"] == 128000
    assert type(ListenFormat("pcm_s16le", rate).sample_rate) is int


@pytest.mark.parametrize("bit_rate", BIT_RATES)
def test_mp3_has_a_bit_rate_and_no_encoding(bit_rate: int) -> None:
    """Mp3 goes to the wire and back, and its rate is its bit rate."""
    fmt = AudioFormat("mp3", None, 44100, bit_rate)
    wire = {"container": "mp3", "sample_rate": 44100, "bit_rate": bit_rate}
    assert fmt.to_wire() == wire
    assert AudioFormat.of(wire) == fmt
    assert fmt.duration(bit_rate // 8) == 1.0


@pytest.mark.parametrize(
    "value",
    [
        {"container": "raw"},
        {"container": "raw", "encoding": "pcm_s16le", "sample_rate": "24000"},
        {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000.5},
        {"container": "mp3", "sample_rate": 44100},
        {"container": 5},
        "raw",
        5,
        None,
    ],
)
def test_what_is_no_format(value: Any) -> None:
    """Anything but a format or its wire form raises our own error."""
    with pytest.raises(ConfigurationError, match="output_format"):
        AudioFormat.of(value)


@pytest.mark.parametrize(
    ("fmt", "per_second"), [(PCM_24K, 48000), (PCM_16K, 32000), (TELEPHONY, 8000), (FLOAT, 192000)]
)
def test_durations(fmt: AudioFormat, per_second: int) -> None:
    """Bytes to seconds and back; a part of a sample counts for nothing on the way back."""
    assert fmt.bytes_per_second == per_second
    assert fmt.duration(per_second * 3) == 3.0
    assert fmt.duration(0) == 0.0
    assert fmt.nbytes(0.5) == per_second // 2
    assert fmt.nbytes(1.9 / fmt.sample_rate) == fmt.sample_bytes
