"""Decode MP3, FLAC and Ogg Vorbis piece by piece, with the extra ``play``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, cast

from .._checks import package_of
from ..errors import ConfigurationError
from ..transcripts import ListenFormat

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Generator, Mapping

DECODED: Final = ListenFormat("pcm_s16le", 16000)
PIECE: Final = 3200  # samples to decode at a time: 0.2 s
KEPT: Final = 1 << 16  # bytes from the start that a decoder may read again, to look for tags
SNIFFED: Final = 64  # bytes that tell the kind of a file
_LAYER_3: Final = (b"\xfb", b"\xfa", b"\xf3", b"\xf2", b"\xe3", b"\xe2")

_OTHERS: Final = (
    (b"OggS", 0, "an Ogg file without Vorbis"),
    (b"ftyp", 4, "M4A or another MP4 file"),
    (b"\x1a\x45\xdf\xa3", 0, "WebM or Matroska"),
    (b"FORM", 0, "AIFF"),
    (b".snd", 0, "AU"),
    (b"\xff\xf1", 0, "AAC"),
    (b"\xff\xf9", 0, "AAC"),
)


def decoded(head: bytes, read: Callable[[], bytes]) -> Generator[bytes]:
    """Return the audio of a compressed file in `DECODED`; nothing is decoded until it is read.

    The decoder skips what it cannot read, as players do.

    Args:
        head: The first bytes, which were read already.
        read: Returns some more bytes; none at the end.

    Raises:
        ConfigurationError: If it is no such file, or the extra is missing.
    """
    while head and len(head) < SNIFFED and (more := read()):
        head += more
    kind = _kind_of(head)
    if kind is None:
        raise _unreadable(head)
    package = package_of("play", "miniaudio", "decoding MP3, FLAC and Ogg", option="source")
    engine = cast("_Engine", package)
    # The decoder of MP3 wants more than it needs; the others take less than they want for the end.
    return _decode(_Upstream(head, read, patient=kind != "MP3"), kind, engine)


def _kind_of(head: bytes) -> str | None:
    """Return miniaudio's name for the format of a file; None if it cannot decode it."""
    if head.startswith(b"ID3") or (head[:1] == b"\xff" and head[1:2] in _LAYER_3):
        return "MP3"
    if head.startswith(b"fLaC"):
        return "FLAC"
    return "VORBIS" if head.startswith(b"OggS") and b"\x01vorbis" in head else None


def _unreadable(head: bytes) -> ConfigurationError:
    if not head:
        return ConfigurationError(
            "the source is empty; if that is right, give its format", option="format"
        )
    for mark, at, name in _OTHERS:
        if head.startswith(mark, at):
            return ConfigurationError(
                f"the audio is {name}, which cannot be decoded here; convert it to WAV, for "
                "example with ffmpeg",
                option="source",
            )
    return ConfigurationError(
        "the audio is not WAV, MP3, FLAC or Ogg Vorbis: give its format if it is raw, such as "
        'format=ListenFormat("pcm_s16le", 16000)',
        option="format",
    )


class _Origin(Protocol):
    """Where a seek of `miniaudio` counts from."""

    name: str


class _Engine(Protocol):
    """The part of `miniaudio` that decodes."""

    FileFormat: Mapping[str, object]
    SampleFormat: Mapping[str, object]
    MiniaudioError: type[Exception]

    def stream_any(
        self,
        source: _Upstream,
        source_format: object,
        output_format: object,
        nchannels: int,
        sample_rate: int,
        frames_to_read: int,
    ) -> Generator[array[int]]: ...


class _Upstream:
    """The bytes of a file, as a decoder reads them; it may go back to the start for a while."""

    # Set by miniaudio, whose base class cannot be named here.
    ffi_handle: object = None
    error_in_readcallback: Exception | None = None

    def __init__(self, head: bytes, read: Callable[[], bytes], *, patient: bool) -> None:
        self._read = read
        self._patient = patient  # gives a decoder all that it wants, if there is so much
        self._data = bytearray(head)
        self._at = 0  # in `_data`
        self._ended = False
        self._returns = True  # whether the decoder may still go back

    def read(self, num_bytes: int) -> bytes:
        """Return some bytes; none at the end."""
        least = num_bytes if self._patient else 1
        try:
            while len(self._data) - self._at < least and not self._ended:
                piece = self._read()
                self._data += piece
                self._ended = not piece
        except Exception:
            self._ended = True
            raise
        data = bytes(self._data[self._at : self._at + num_bytes])
        self._at += len(data)
        if self._at > KEPT:
            del self._data[: self._at]
            self._at, self._returns = 0, False
        return data

    def seek(self, offset: int, origin: _Origin) -> bool:
        """Go to another place among the bytes that are kept, or ahead.

        Raises:
            OSError: If that is impossible, such as to the end of a file that is still being read.
        """
        if origin.name == "START" and self._returns and 0 <= offset <= len(self._data):
            self._at = offset
        elif origin.name == "CURRENT" and offset >= 0:
            while offset and (data := self.read(min(offset, KEPT))):
                offset -= len(data)
        else:
            raise OSError("cannot go there")
        return True


def _decode(upstream: _Upstream, kind: str, engine: _Engine) -> Generator[bytes]:
    try:
        pieces = engine.stream_any(
            upstream,
            engine.FileFormat[kind],
            engine.SampleFormat["SIGNED16"],
            1,
            DECODED.sample_rate,
            PIECE,
        )
        try:
            for piece in pieces:
                yield piece.tobytes()
        finally:
            pieces.close()
    except engine.MiniaudioError as error:
        if upstream.error_in_readcallback is None:
            raise ConfigurationError(
                f"the {kind} file cannot be decoded; is it damaged?", option="source"
            ) from error
    if upstream.error_in_readcallback is not None:
        raise upstream.error_in_readcallback
