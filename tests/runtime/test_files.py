"""Uploads: what they are, and who closes them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from cartesia_runtime.errors import EncodeError
from cartesia_runtime.files import File, Uploads

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.wav"
    path.write_bytes(b"RIFF....")
    return path


def test_path_is_opened_not_read_and_closed(clip: Path) -> None:
    with Uploads() as uploads:
        file = uploads.file(clip)
        assert not isinstance(file.payload, bytes)
        assert not file.payload.closed
    assert file.payload.closed


def test_an_open_file_keeps_its_name_and_stays_open(clip: Path) -> None:
    with clip.open("rb") as file:
        with Uploads() as uploads:
            assert uploads.file(file) == File(file, "clip.wav")
        assert not file.closed


def test_a_file_opened_by_descriptor_has_no_name(clip: Path) -> None:
    """Its `name` is a number."""
    with clip.open("rb") as file, open(file.fileno(), "rb", closefd=False) as twin:
        assert Uploads().file(twin).file_name == "upload"


@pytest.mark.parametrize("content", [b"RIFF", bytearray(b"RIFF"), memoryview(b"RIFF")])
def test_bytes_of_every_kind(content: bytes | bytearray | memoryview) -> None:
    assert Uploads().file(content) == File(b"RIFF", "upload")


def test_streams_without_a_name() -> None:
    stream = io.BytesIO(b"RIFF")
    assert Uploads().file(stream) == File(stream, "upload")


def test_what_makes_a_file_of_itself() -> None:
    class Recording:
        def to_file(self) -> File:
            return File(b"RIFF", "mine.wav")

    assert Uploads().file(Recording()) == File(b"RIFF", "mine.wav")


def test_an_array_is_told_how_to_become_audio() -> None:
    """It has no sample rate."""
    advice = r"got ndarray; .* Audio.from_array\(array, sample_rate\)"
    with pytest.raises(EncodeError, match=advice):
        Uploads().file(cast("Any", np.zeros(3)), "clip")


@pytest.mark.parametrize("wrong", [5, None, ["a"]])
def test_other_values_are_refused(wrong: Any) -> None:
    with pytest.raises(EncodeError, match="clip: expected a path, bytes or an open file, got"):
        Uploads().file(wrong, "clip")
