"""Frames of compressed files: all of them, in pieces of any size, up to the first damage."""

from __future__ import annotations

import pytest

from cartesia_stream._protocol.containers import Container, container_of, name_of

from .compressed import DAMAGES, KINDS, compressed, flipped, id3


def split(file: bytes, step: int = 4096) -> tuple[bytes, Container]:
    """Return the frames of a file that comes in pieces."""
    container = container_of(file[:4096])
    assert container is not None
    out = b"".join(container.feed(file[at : at + step]) for at in range(0, len(file), step))
    return out + container.finish(), container


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (16000, 1), (44100, 2)])
def test_the_pieces_do_not_matter(kind: str, rate: int, channels: int) -> None:
    file = compressed(kind, rate, channels)
    whole, container = split(file, len(file))
    assert container.damage is None
    assert len(whole) > 0.8 * len(file)  # all but descriptions
    for step in (4096, 97, 1) if rate == 8000 else (4096, 97):
        pieces, container = split(file, step)
        assert pieces == whole
        assert container.damage is None
    assert container.here("").at == pytest.approx(3.0, abs=0.2)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_the_first_damage_is_found_and_only_frames_before_it_are_returned(
    kind: str, damage: str
) -> None:
    """Wherever it is, within a frame: all before it is returned, and nothing after it."""
    file = compressed(kind)
    whole, _ = split(file)
    for tenth in range(3, 9):
        at = len(file) * tenth // 10
        out, container = split(DAMAGES[damage](file, at))
        assert container.damage is not None, at
        assert whole.startswith(out)
        assert at - 10_000 < container.damage.position <= at + 1500
        before = split(file[: container.damage.position])[1].here("")
        assert container.damage[1:] == before[1:]


@pytest.mark.parametrize("kind", ["FLAC", "OGG"])
def test_one_wrong_bit_is_found(kind: str) -> None:
    """Formats with checksums show it, in headers as well."""
    file = compressed(kind)
    for at in range(len(file) // 2, len(file) // 2 + 300, 7):
        container = split(flipped(file, at))[1]
        assert container.damage is not None, at


def test_tags_and_padding_around_mp3_are_skipped() -> None:
    file = compressed("MP3")
    plain, _ = split(file)
    ape = b"APETAGEX" + bytes(4) + (8).to_bytes(4, "little") + bytes(16) + bytes(8)
    for tagged in (
        id3(20_000) + file,
        file + b"TAG" + bytes(125),
        file + ape + b"TAG" + bytes(125),
        file + b"LYRICSBEGIN" + b"word " * 40 + b"000200LYRICS200TAG" + bytes(125),
        file + bytes(500),
        id3(100) + bytes(300) + file,
    ):
        for step in (4096, 5):
            out, container = split(tagged, step)
            assert container.damage is None
            assert out == plain


def test_tags_around_flac_are_skipped() -> None:
    file = compressed("FLAC")
    plain, _ = split(file)
    out, container = split(id3(300) + file + b"TAG" + bytes(125), 100)
    assert container.damage is None
    assert out == plain


def test_a_last_frame_of_mp3_that_is_cut_is_ignored() -> None:
    """As players do, because many files end so."""
    file = compressed("MP3")
    out, container = split(file[:-20])
    assert container.damage is None
    assert out == split(file)[0][: len(out)]


@pytest.mark.parametrize(
    ("file", "what"),
    [
        (b"fLaC" + bytes(100), "description"),
        (compressed("FLAC")[:45], "header"),
        (id3(20) + b"no music at all", "no frame"),
        (compressed("MP3") + compressed("MP3", 44100), "frame"),
        (compressed("OGG") + compressed("OGG", 8000), "second recording"),
        (compressed("OGG")[:500], "last page"),
    ],
)
def test_other_damages(file: bytes, what: str) -> None:
    container = split(file)[1]
    assert container.damage is not None
    assert what in container.damage.what


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"OggS" + bytes(24) + b"OpusHead", "Opus"),
        (b"OggS" + bytes(24) + b"\x7fFLAC", "without Vorbis"),
        (b"\0\0\0\x20ftypM4A ", "M4A"),
        (b"\x1a\x45\xdf\xa3webm", "WebM"),
        (b"FORM\0\0\0\0AIFF", "AIFF"),
        (b".snd\0\0\0\0", "AU"),
        (b"\xff\xf1\x50\x80", "AAC"),
        (b"\xff\xf9\x50\x80", "AAC"),
    ],
)
def test_formats_that_cannot_be_read_have_a_name(head: bytes, name: str) -> None:
    assert container_of(head.ljust(200, b"\0")) is None
    assert name in str(name_of(head))


def test_raw_audio_is_no_file() -> None:
    """Also if it begins like a frame of MP3."""
    for head in (bytes(4096), b"\xff\xfb\x90\x00" + bytes(4092), b"", b"text"):
        assert container_of(head) is None
        assert name_of(head) is None
