"""Read the audio files that the service takes, within bounds of memory and time.

WAV is read here. PyAV reads the rest: what phones, chat applications and browsers record.
libsndfile reads MP3, FLAC and Ogg where PyAV is not installed.
"""

from __future__ import annotations

import io
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from ..errors import ApiError
from ..extras import PackageMissingError, missing
from .errors import AudioTooLongError, UnsupportedAudioError
from .rates import StreamResampler
from .sndfile import soundfile
from .wav import is_wav, read_wav

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from av import AudioFrame, AudioResampler
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from numpy.typing import NDArray

    from .sndfile import Sound

    Samples = NDArray[np.float32]
    Opened = tuple[int, Iterator[Samples]]

__all__ = ["LONGEST_S", "check_length", "decode_file", "is_file"]

LONGEST_S: Final = 1800.0
"""The longest clip, in seconds."""
_HIGHEST_RATE: Final = 48_000  # compressed audio above it is resampled: its size shows no length
_PATIENCE_S: Final = 45.0
_BLOCK: Final = 1 << 12  # samples; after damage, libsndfile gives nothing of the block
_TAKEN: Final = "send FLAC, M4A, MP3, MP4, Ogg, WAV or WebM"


class _Kind(NamedTuple):
    """A kind of file.

    Attributes:
        name: What users call it.
        demuxer: Its name in FFmpeg. To name it keeps FFmpeg from taking the upload for a playlist
            and opening what that names.
        codecs: Whether the extra of that name, which has libsndfile, reads it too.
    """

    name: str
    demuxer: str
    codecs: bool = False


_MP3: Final = _Kind("mp3", "mp3", codecs=True)
_FLAC: Final = _Kind("flac", "flac", codecs=True)
_VORBIS: Final = _Kind("vorbis", "ogg", codecs=True)
_OPUS: Final = _Kind("Opus in Ogg", "ogg", codecs=True)
_OGG: Final = _Kind("Ogg", "ogg")
_MP4: Final = _Kind("MP4", "mov")
_WEBM: Final = _Kind("WebM", "matroska")
_AAC: Final = _Kind("AAC", "aac")
_MPEG: Final = _Kind("MPEG", "mpeg")
_WAV: Final = _Kind("compressed WAV", "wav")
_RIFF: Final = (b"RIFF", b"RIFX", b"RF64", b"BW64")
_MP3_STARTS: Final = (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")  # layer III at most rates
_MP4_BOXES: Final = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"moof", b"styp")


def decode_file(data: bytes) -> tuple[Samples, int]:
    """Decode an audio file to mono samples and their rate.

    The kind of file is told by its content, not by its name.

    Returns:
        Float32 of shape ``(sample frames,)`` and the sample rate in Hz.

    Raises:
        UnsupportedAudioError: For a file that is not audio, is empty or cut short.
        AudioTooLongError: For a clip of more than `LONGEST_S` seconds.
        PackageMissingError: If reading this kind needs a package that is not installed.
    """
    if not data:
        raise UnsupportedAudioError("the file is empty")
    data = _without_tag(data)
    if is_wav(data):
        wav = read_wav(data)
        if wav.is_plain:
            check_length(wav.seconds)
            return wav.samples(), wav.rate
        return _decode(data, _WAV)
    kind = _kind(data)
    if kind is None:
        raise UnsupportedAudioError(f"{_looks_like(data)}; {_TAKEN}")
    return _decode(data, kind)


def is_file(data: bytes) -> bool:
    """Whether bytes are an audio file, complete or damaged, and not raw samples.

    Raw samples often begin like frames of MPEG audio, so only the usual MP3 counts, and no AAC.
    """
    kind = _kind(data)
    if kind in (_MP3, _AAC):
        return data.startswith((b"ID3", *_MP3_STARTS))
    return kind is not None or data.startswith(_RIFF)


def check_length(seconds: float) -> None:
    """Refuse a clip that is too long.

    Raises:
        AudioTooLongError: If it is longer than `LONGEST_S`.
    """
    if seconds > LONGEST_S:
        limit = f"{LONGEST_S / 60:.0f} minutes"
        raise AudioTooLongError(f"the audio is longer than {limit}, the emulator's limit")


def _without_tag(data: bytes) -> bytes:
    """Remove ID3 tags from the front, which some programs write before any kind of file."""
    at = 0
    while data[at : at + 3] == b"ID3" and len(data) >= at + 10:
        sizes = data[at + 6 : at + 10]
        footer = 10 if data[at + 5] & 0x10 else 0
        at += 10 + footer
        at += sizes[0] << 21 | sizes[1] << 14 | sizes[2] << 7 | sizes[3]
    if not at:
        return data
    rest = data[at:]
    zeros = len(rest) - len(rest.lstrip(b"\0"))  # padding; up to three may begin an MP4 file
    starts = (0, *range(zeros, max(zeros - 4, -1), -1))
    # A file of frames may have no other mark; its decoder finds the first one.
    heads = ((at, rest[at : at + 64]) for at in starts)
    return next((rest[at:] for at, head in heads if is_wav(head) or _kind(head)), data)


def _kind(data: bytes) -> _Kind | None:
    if data[:4] == b"fLaC":
        return _FLAC
    if data[:4] == b"OggS":
        return {b"\x01vorbis": _VORBIS, b"OpusHea": _OPUS}.get(data[28:35], _OGG)
    if data[4:8] in _MP4_BOXES:
        return _MP4
    if data[:4] == b"\x1aE\xdf\xa3":
        return _WEBM
    if data[:4] == b"\0\0\x01\xba":
        return _MPEG
    if data[:4] == b"RIFX" and data[8:12] == b"WAVE":  # WAV with the high byte first
        return _WAV
    sync = int.from_bytes(data[:2], "big")
    if data[:3] == b"ID3" or (sync & 0xFFE0 == 0xFFE0 and sync & 0x6):
        return _MP3
    # Eleven sync bits of MPEG audio and one more, then the layer zero of AAC.
    return _AAC if sync & 0xFFF6 == 0xFFF0 else None


def _looks_like(data: bytes) -> str:
    head = data[:512].lstrip().lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "this is a web page or XML, not audio"
    if head.startswith((b"{", b"[")):
        return "this looks like JSON, not audio"
    if data.startswith(_RIFF):
        return "this RIFF file is cut short or not WAVE"
    return "this is not an audio file we know"


def _decode(data: bytes, kind: _Kind) -> tuple[Samples, int]:
    try:
        # PyAV first: it takes more of what is damaged, and is silent about it.
        alone = kind.codecs and bool(missing("formats"))
        with (_sound if alone else _av)(data, kind) as (rate, blocks):
            samples = _gathered(blocks, rate)
    except (UnsupportedAudioError, ApiError):
        raise
    except Exception as error:  # of the packages, which have classes of their own
        text = f"the {kind.name} data is damaged or cut short: {error}"
        raise UnsupportedAudioError(text) from error
    if not len(samples):
        raise UnsupportedAudioError(f"the {kind.name} file holds no audio, or is damaged")
    return samples, rate


def _gathered(blocks: Iterator[Samples], rate: int) -> Samples:
    """Join blocks, which may be empty; refuse more than a clip may have."""
    deadline = time.monotonic() + _PATIENCE_S
    joined = bytearray()
    for block in blocks:
        joined += block.tobytes()
        check_length(len(joined) / 4 / rate)
        if time.monotonic() > deadline:
            text = f"the audio cannot be decoded in {_PATIENCE_S:.0f} s, the emulator's limit"
            raise AudioTooLongError(text)
    samples = np.frombuffer(joined, np.float32)
    np.nan_to_num(samples, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
    return samples


@contextmanager
def _sound(data: bytes, kind: _Kind) -> Generator[Opened]:
    library = soundfile(f"reading {kind.name}")
    with closing(library.SoundFile(io.BytesIO(data))) as file:
        rate = min(file.samplerate, _HIGHEST_RATE)
        yield rate, _sound_blocks(file, rate)


def _sound_blocks(file: Sound, rate: int) -> Iterator[Samples]:
    resampler = StreamResampler(file.samplerate, rate)
    begun = False
    while True:
        try:
            block = file.read(_BLOCK, "float32", always_2d=True)
        except RuntimeError:  # damaged or cut short from here on
            if not begun:
                raise
            break
        if not len(block):
            break
        begun = True
        yield resampler.feed(block.mean(axis=1, dtype=np.float32))
    yield resampler.flush()


@contextmanager
def _av(data: bytes, kind: _Kind) -> Generator[Opened]:
    try:
        import av
    except ImportError:
        raise PackageMissingError(f"reading {kind.name}", "formats") from None
    with av.open(io.BytesIO(data), "r", format=kind.demuxer) as container:
        stream = next(iter(container.streams.audio), None)
        if stream is None:
            raise UnsupportedAudioError(f"the {kind.name} file has no audio track")
        rate = min(stream.sample_rate or _HIGHEST_RATE, _HIGHEST_RATE)
        yield rate, _av_blocks(container, stream, rate)


def _av_blocks(container: InputContainer, stream: AudioStream, rate: int) -> Iterator[Samples]:
    from av import AudioResampler
    from av.error import FFmpegError

    resampler: AudioResampler | None = None
    form: object = None
    for packet in container.demux(stream):
        blocks: list[Samples] = []
        try:
            frames = packet.decode()
        except FFmpegError:  # the packet is damaged, but others may be whole
            frames = []
        for frame in frames:
            if form != (form := (frame.format.name, frame.layout.name, frame.sample_rate)):
                blocks += _resampled(resampler, None)
                resampler = AudioResampler("fltp", frame.layout, rate, frame_size=rate)
            blocks += _resampled(resampler, frame)
        yield np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
    yield from _resampled(resampler, None)


def _resampled(resampler: AudioResampler | None, frame: AudioFrame | None) -> list[Samples]:
    """Resample a frame, or what the resampler still holds, and mix its channels."""
    pieces = [] if resampler is None else resampler.resample(frame)
    return [piece.to_ndarray().mean(axis=0, dtype=np.float32) for piece in pieces]
