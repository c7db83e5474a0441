"""Decode MP3, FLAC and Ogg Vorbis piece by piece, with the extra ``play``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

from .._protocol.containers import SNIFFED, container_of, name_of
from ..errors import ConfigurationError, DamagedAudioError
from ..transcripts import ListenFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from .._protocol.containers import Container, Damage

DECODED: Final = ListenFormat("pcm_s16le", 16000)
PIECE: Final = 3200  # samples to decode at a time: 0.2 s
KEPT: Final = 1 << 16  # bytes from the start that a decoder may read again, to look for tags


def decoded(head: bytes, read: Callable[[], bytes]) -> Generator[bytes]:
    """Return the audio of a compressed file in `DECODED`; nothing is decoded until it is read.

    Args:
        head: The first bytes, which were read already.
        read: Returns some more bytes; none at the end.

    Raises:
        ConfigurationError: If it is no such file, or the extra is missing.
    """
    while head and len(head) < SNIFFED and (more := read()):
        head += more
    container = container_of(head)
    if container is None:
        name = name_of(head)
        if name is not None:
            raise ConfigurationError(
                f"the audio is {name}, which cannot be decoded here; convert it to WAV, for "
                "example with ffmpeg",
                option="source",
            )
        if not head:
            raise ConfigurationError(
                "the source is empty; if that is right, give its format", option="format"
            )
        raise ConfigurationError(
            "the audio is not WAV, MP3, FLAC or Ogg Vorbis: give its format if it is raw, such as "
            'format=ListenFormat("pcm_s16le", 16000)',
            option="format",
        )
    try:
        engine = cast("_Engine", import_module("miniaudio"))
    except ModuleNotFoundError:
        raise ConfigurationError(
            'MP3, FLAC and Ogg need one more package: pip install "cartesia-stream[play]"',
            option="source",
        ) from None
    return _decode(_Upstream(container, head, read), engine)


class _Origin(Protocol):
    """Where a seek of `miniaudio` counts from."""

    name: str


class _Samples(Protocol):
    """Audio as `miniaudio` returns it."""

    def tobytes(self) -> bytes: ...


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
    ) -> Generator[_Samples]: ...


class _Upstream:
    """The frames of a file, as a decoder reads them; it may go back to the start for a while."""

    # Set by miniaudio, whose base class cannot be named here.
    ffi_handle: object = None
    error_in_readcallback: Exception | None = None

    def __init__(self, container: Container, head: bytes, read: Callable[[], bytes]) -> None:
        self.container = container
        self._read = read
        self._data = bytearray(container.feed(head))
        self._at = 0  # in `_data`
        self._ended = False
        self._returns = True  # whether the decoder may still go back

    def read(self, num_bytes: int) -> bytes:
        """Return some bytes; none at the end.

        That of MP3 wants more than it needs. The others take less than they want for the end.
        """
        least = 1 if self.container.kind == "mp3" else num_bytes
        try:
            while len(self._data) - self._at < least and not self._ended:
                piece = self._read() if self.container.damage is None else b""
                if piece:
                    self._data += self.container.feed(piece)
                else:
                    self._data += self.container.finish()
                    self._ended = True
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


def _decode(upstream: _Upstream, engine: _Engine) -> Generator[bytes]:
    container = upstream.container
    kinds = {"mp3": "MP3", "flac": "FLAC", "vorbis": "VORBIS"}
    try:
        pieces = engine.stream_any(
            upstream,
            engine.FileFormat[kinds[container.kind]],
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
        cause = upstream.error_in_readcallback
        if cause is not None:
            raise cause from None
        if container.damage is None:
            raise _damaged(container, container.here("it cannot be decoded")) from error
    if upstream.error_in_readcallback is not None:
        raise upstream.error_in_readcallback
    if container.damage is not None:
        raise _damaged(container, container.damage)


def _damaged(container: Container, damage: Damage) -> DamagedAudioError:
    return DamagedAudioError(
        f"the {container.name} file is damaged after {damage.at:.2f} s of audio, at byte "
        f"{damage.position}: {damage.what}; the audio before it was heard",
        at=damage.at,
        position=damage.position,
    )
