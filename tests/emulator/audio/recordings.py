"""Recordings as phones, browsers and programs make them."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import av
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av.audio.stream import AudioStream

Samples = NDArray[np.float32]
RATE: Final = 16_000


def sine(seconds: float = 1.0, rate: int = RATE, hertz: float = 440.0) -> Samples:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype("f4")


def pitch(samples: Samples, rate: int) -> float:
    """The strongest frequency."""
    spectrum = np.abs(np.fft.rfft(samples))
    return float(np.argmax(spectrum) * rate / len(samples))


class Recording(NamedTuple):
    """How a program records: FFmpeg's names of the container and the codec."""

    name: str
    container: str
    codec: str
    rate: int = RATE
    options: tuple[tuple[str, str], ...] = ()
    layout: str = "mono"


PHONES: Final = (
    Recording("m4a", "ipod", "aac"),
    Recording("mp4", "mp4", "aac"),
    Recording("mp4 of a stream", "mp4", "aac", options=(("movflags", "frag_keyframe+empty_moov"),)),
    Recording("3gp", "3gp", "aac"),
    Recording("lossless m4a", "ipod", "alac"),
    Recording("Opus in Ogg", "ogg", "libopus", 48_000),
    Recording("FLAC in Ogg", "ogg", "flac"),
    Recording("WebM", "webm", "libopus", 48_000),
    Recording("WebM of a stream", "webm", "libopus", 48_000, (("live", "1"),)),
    Recording("WebM in stereo", "webm", "libopus", 48_000, layout="stereo"),
    Recording("Matroska", "matroska", "flac"),
    Recording("AAC frames", "adts", "aac"),
    Recording("MPEG", "mpeg", "mp2", 44_100),
    Recording("layer 2", "mp2", "mp2", 44_100),
    Recording("ADPCM in WAV", "wav", "adpcm_ms"),
    Recording("MP3 in WAV", "wav", "libmp3lame"),
    Recording("MP3", "mp3", "libmp3lame"),
    Recording("FLAC", "flac", "flac"),
    Recording("FLAC above 48 kHz", "flac", "flac", 96_000),
)


def record(how: Recording, pcm: Samples) -> bytes:
    """Encode samples, whose rate is that of the recording."""
    file = io.BytesIO()
    with av.open(file, "w", format=how.container, options=dict(how.options)) as container:
        stream = cast("AudioStream", container.add_stream(how.codec, rate=how.rate))
        stream.codec_context.layout = cast("Any", how.layout)
        fit = av.AudioResampler(stream.codec_context.format or "s16", how.layout, how.rate)
        frame = av.AudioFrame.from_ndarray(pcm[None], format="flt", layout="mono")
        frame.sample_rate, frame.pts = how.rate, 0
        for piece in [*fit.resample(frame), *fit.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return file.getvalue()


def chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    """A chunk of a RIFF file, perhaps with a wrong size; its body is filled up."""
    length = len(body) if size is None else size
    return name + struct.pack("<I", length) + body + b"\0" * (len(body) % 2)


def fmt(tag: int = 1, channels: int = 1, rate: int = RATE, bits: int = 16) -> bytes:
    """The body of a chunk that describes the samples."""
    align = channels * -(-bits // 8)
    return struct.pack("<HHIIHH", tag, channels, rate, rate * align & 0xFFFF_FFFF, align, bits)


def riff(*chunks: bytes, name: bytes = b"RIFF", size: int | None = None) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return name + struct.pack("<I", len(body) if size is None else size) + body


def s16(pcm: Samples) -> bytes:
    return (pcm * 32767).astype("<i2").tobytes()
