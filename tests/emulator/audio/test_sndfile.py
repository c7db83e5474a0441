"""The package for compressed audio, or the command that installs it."""

import sys

import pytest

from cartesia_emulator.audio.sndfile import soundfile
from cartesia_emulator.extras import PackageMissingError


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(PackageMissingError, match=r"reading FLAC needs .*\[codecs\]"):
        soundfile("reading FLAC")
