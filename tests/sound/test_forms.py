"""What a form of audio may be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cartesia_stream import ConfigurationError
from cartesia_stream._sound.forms import Form, samples_of

SOURCE = Form("pcm_s16le", 24000)


@pytest.mark.parametrize(
    ("frame_ms", "rate", "samples"), [(20, 8000, 160), (2.5, 48000, 120), (10, 44100, 441)]
)
def test_lengths(frame_ms: float, rate: int, samples: int) -> None:
    assert samples_of(frame_ms, rate) == samples


@pytest.mark.parametrize(
    ("frame_ms", "rate", "advice"),
    [
        (10, 22050, "10 is 220.5 samples at 22050 Hz, .* give a multiple of 20"),
        (2.5, 44100, "give a multiple of 10"),
        (0.01, 8000, "is 0.08 samples at 8000 Hz, .* a multiple of 1"),
        (0, 8000, "above 0"),
        (-20, 8000, "above 0"),
        (float("nan"), 8000, "above 0"),
        (float("inf"), 8000, "above 0"),
        (10**400, 8000, "above 0"),
        (60_001, 8000, "up to 60000"),
        (True, 8000, "above 0"),
        ("20", 8000, "above 0"),
    ],
)
def test_lengths_that_cannot_be(frame_ms: Any, rate: int, advice: str) -> None:
    with pytest.raises(ConfigurationError, match=advice) as caught:
        samples_of(frame_ms, rate)
    assert caught.value.option == "frame_ms"


def test_what_is_not_chosen_stays() -> None:
    assert SOURCE.become() == SOURCE
    assert SOURCE.become(sample_rate=8000, encoding="pcm_mulaw", frame_ms=20) == (
        "pcm_mulaw",
        8000,
        160,
    )
    assert SOURCE.become(encoding="mp3") == ("mp3", 24000, None)
    whole: Any = np.int64(8000), np.int16(20)
    form = SOURCE.become(sample_rate=whole[0], frame_ms=whole[1])
    assert type(form.sample_rate) is int
    assert form == ("pcm_s16le", 8000, 160)


@pytest.mark.parametrize(
    ("chosen", "message", "option"),
    [
        ({"sample_rate": 7999}, "whole number of Hz from 8000 to 48000", "sample_rate"),
        ({"sample_rate": 48001}, "whole number of Hz", "sample_rate"),
        ({"sample_rate": 16000.0}, "whole number of Hz", "sample_rate"),
        ({"sample_rate": "16000"}, "whole number of Hz", "sample_rate"),
        ({"sample_rate": True}, "whole number of Hz", "sample_rate"),
        ({"encoding": "opus"}, "give one of pcm_s16le, .*, mp3", "encoding"),
        ({"encoding": ["pcm_s16le"]}, "give one of", "encoding"),
        ({"encoding": "mp3", "frame_ms": 20}, "leave frame_ms out", "frame_ms"),
        ({"encoding": "mp3", "sample_rate": 10000}, "one of 8000, 11025, .*", "sample_rate"),
    ],
)
def test_forms_that_cannot_be(chosen: dict[str, Any], message: str, option: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        SOURCE.become(**chosen)
    assert caught.value.option == option


def test_bytes_per_second() -> None:
    """Of mp3, those of the nearest bit rate to 128 kbit/s that the sample rate has."""
    assert SOURCE.bytes_per_second == 48000
    assert Form("mp3", 44100).bytes_per_second == 16000
    assert Form("mp3", 8000).bytes_per_second == 8000
