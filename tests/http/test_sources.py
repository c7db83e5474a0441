"""Sources of a listener's audio: what each is read as, and how blocks become bytes."""

from __future__ import annotations

import io
import wave
from array import array
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import ConfigurationError, ListenFormat
from cartesia_stream._http.sources import as_bytes, open_source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FORMAT = ListenFormat("pcm_s16le", 8000)
SOUND = bytes(range(256)) * 4
FLOATS = st.lists(st.floats(-2, 2, width=32), max_size=20)


def wav() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
        writer.writeframes(SOUND)
    return file.getvalue()


def heard(source: Any, fmt: ListenFormat | None = None) -> tuple[ListenFormat, bytes]:
    """The format of a source, and its audio."""
    opened = open_source(source, fmt, (list, tuple, type(iter([]))))
    blocks = cast("Iterable[Any]", opened.blocks)
    data = b"".join(as_bytes(block, opened.format) for block in blocks)
    opened.discard()
    return opened.format, data


@pytest.mark.parametrize("kind", ["path", "text", "bytes", "bytearray", "memoryview", "file"])
def test_a_wav_file_has_its_own_format_wherever_it_is(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav())
    sources: dict[str, object] = {
        "path": path,
        "text": str(path),
        "bytes": wav(),
        "bytearray": bytearray(wav()),
        "memoryview": memoryview(wav()),
        "file": io.BytesIO(wav()),
    }
    assert heard(sources[kind]) == (FORMAT, SOUND)
    assert heard(sources["bytes"], FORMAT) == (FORMAT, SOUND)


@pytest.mark.parametrize("source", [SOUND, [SOUND[:7], SOUND[7:]], (SOUND,), iter([SOUND])])
def test_raw_audio_has_the_format_that_is_given(source: object) -> None:
    assert heard(source, FORMAT) == (FORMAT, SOUND)


def test_without_a_source_the_user_pushes_the_audio() -> None:
    opened = open_source(None, FORMAT, (list,))
    assert (opened.blocks, opened.format, opened.live) == (None, FORMAT, True)


@pytest.mark.parametrize(
    ("source", "fmt", "option"),
    [
        (None, None, "format"),
        ([SOUND], None, "format"),
        (SOUND, None, "format"),
        (wav(), ListenFormat("pcm_s16le", 16000), "format"),
        (io.StringIO("text"), FORMAT, "source"),
        (5, FORMAT, "source"),
        (5, None, "source"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_source_that_cannot_be_heard_is_an_error(
    source: object, fmt: ListenFormat | None, option: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_source(source, fmt, (list,))
    assert caught.value.option == option


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_source(tmp_path / "a.wav", None, (list,))


# --- blocks


@given(FLOATS, st.sampled_from(["pcm_s16le", "pcm_s32le", "pcm_f32le", "pcm_f16le"]))
def test_floats_are_full_scale_at_1(values: list[float], encoding: Any) -> None:
    """Whoever made the array: `array` and numpy say the same; louder is cut in integers."""
    fmt = ListenFormat(encoding, 8000)
    data = as_bytes(array("f", values), fmt)
    assert data == as_bytes(np.array(values, np.float32), fmt)
    kind, scale = {"s16": ("<i2", 32767), "s32": ("<i4", 2**31 - 1)}.get(
        encoding[4:7], ("<f4" if "32" in encoding else "<f2", 1)
    )
    wanted = np.clip(values, -1, 1) if scale > 1 else np.array(values)
    assert np.frombuffer(data, kind) / scale == pytest.approx(wanted, abs=1e-3)


def test_channels_are_averaged() -> None:
    stereo = np.array([[0.5, -0.5], [1.0, 0.0]], np.float32)
    assert np.frombuffer(as_bytes(stereo, FORMAT), "<i2").tolist() == [0, round(32767 / 2)]
    whole = np.array([[100, 300], [-2, -4]], np.int16)
    assert np.frombuffer(as_bytes(whole, FORMAT), "<i2").tolist() == [200, -3]


@pytest.mark.parametrize(
    "block",
    [SOUND, bytearray(SOUND), memoryview(SOUND), array("h", SOUND), np.frombuffer(SOUND, "<i2")],
    ids=lambda block: type(block).__name__,
)
def test_bytes_and_samples_of_the_format_stay_as_they_are(block: Any) -> None:
    assert as_bytes(block, FORMAT) == SOUND


@pytest.mark.parametrize(
    ("block", "option"),
    [
        (array("i", [1]), "format"),
        (np.zeros(2, np.int32), "format"),
        (np.zeros(2, np.complex64), "format"),
        (5, "source"),
        ("text", "source"),
        (None, "source"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_does_not_fit_the_format_is_an_error(block: Any, option: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        as_bytes(block, FORMAT)
    assert caught.value.option == option


def test_floats_do_not_fit_mu_law() -> None:
    for block in (array("f", [0.5]), np.zeros(2, np.float32)):
        with pytest.raises(ConfigurationError, match="does not fit the format pcm_mulaw"):
            as_bytes(block, ListenFormat("pcm_mulaw", 8000))


class Tensor:
    """Stands in for a tensor of torch, whose type has no kind."""

    dtype = object()
    ndim = 1

    def numpy(self) -> Any:
        return np.zeros(3, "f4")


class BytesPath:
    """A path in bytes, as `os.scandir` of one gives."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __fspath__(self) -> bytes:
        return str(self.path).encode()


def test_a_path_may_be_of_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav())
    assert heard(BytesPath(path)) == (FORMAT, SOUND)


def released() -> memoryview:
    view = memoryview(b"ab")
    view.release()
    return view


def columns(code: str) -> memoryview:
    array_of: Any = np.zeros((5, 2), code)
    return memoryview(array_of)


@pytest.mark.parametrize(
    "block",
    [Tensor(), released(), columns("f4"), columns("i2")],
    ids=["tensor", "released view", "floats in two columns", "numbers in two columns"],
)
def test_a_block_that_is_no_plain_array_says_so(block: Any) -> None:
    with pytest.raises(ConfigurationError):
        as_bytes(block, FORMAT)
    with pytest.raises(ConfigurationError):
        heard(block, FORMAT)


@pytest.mark.parametrize("block", [np.zeros((5, 0), "f4"), np.zeros((5, 33), "f4")])
def test_a_block_without_channels_is_no_audio(block: Any) -> None:
    with pytest.raises(ConfigurationError, match="transpose it"):
        as_bytes(block, FORMAT)


def test_samples_one_by_one_are_audio() -> None:
    """As iterating over an array gives them."""
    floats = np.array([0.5, -0.5], "f4")
    assert b"".join(as_bytes(sample, FORMAT) for sample in floats) == as_bytes(floats, FORMAT)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("encoding", "code", "most"), [("pcm_f16le", "<f2", 65504), ("pcm_f32le", "<f4", 3.4028235e38)]
)
def test_floats_that_are_too_large_become_the_largest(
    encoding: Any, code: str, most: float
) -> None:
    """In an array of either kind; none is an error or a warning of another library."""
    values = [1e300, -1e300, float("inf"), float("-inf"), 0.5]
    fmt = ListenFormat(encoding, 16000)
    for block in (np.array(values), array("d", values)):
        found = np.frombuffer(as_bytes(block, fmt), code).astype("f8").tolist()
        assert found == pytest.approx([most, -most, most, -most, 0.5])
