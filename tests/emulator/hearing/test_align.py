# ruff: noqa: RUF001 - phonetic letters look like Latin ones
"""Estimates and alphabets of word alignment."""

import numpy as np
import pytest

from cartesia_emulator.hearing.align import spread, to_arpabet


def test_phonemes_become_arpabet() -> None:
    assert to_arpabet("wˈɜɹld") == "W ER L D"
    assert to_arpabet("ɹˈAn") == "R EY N"
    assert to_arpabet("!?") == ""


def test_spread_goes_by_letters_over_the_loud_part() -> None:
    clip = np.zeros(32_000, np.float32)
    clip[8_000:24_000] = 0.5
    words = spread(["abc", "d", "ef"], clip)
    assert [w.text for w in words] == ["abc", "d", "ef"]
    assert [words[0].start, *(w.end for w in words)] == pytest.approx(
        [0.5, 0.944, 1.167, 1.5], abs=0.001
    )
    assert spread([], clip) == ()
