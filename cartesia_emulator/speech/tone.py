"""The sender of a text modem: an engine that is exact and needs numpy only.

UTF-8 bytes travel as two symbols each, one of sixteen tones between 600 and 2475 Hz, at about the
pace of speech. Two more tones mark the beginning and the end of a transmission, one transmission
a clause::

    preamble  A B A B A B | data: high nibble, low nibble, ... | end B B | silence

Synthesis is deterministic and word times are exact. The receiver in `hearing.tone` returns the same
text even after 16-bit, mu-law at 8 kHz, resampling, MP3 and noise, so tests need no speech model.
Text is sent verbatim: markup is not interpreted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from .clauses import clauses, words
from .engine import Segment, VoiceShape, Word
from .shape import measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

__all__ = ["ToneSynthesizer"]

RATE: Final = 24_000
TONES: Final = 600 + 125 * np.arange(18)  # Hz: sixteen nibbles, then the markers A and B
MARK_A: Final = 16
MARK_B: Final = 17
PREAMBLE: Final = (MARK_A, MARK_B, MARK_A, MARK_B, MARK_A, MARK_B)
END: Final = (MARK_B, MARK_B)
_GAP: Final = 2  # silent symbols after the end mark
# Symbol lengths are multiples of this grid, so that the recogniser, having measured one roughly,
# knows it exactly and does not drift over a long transmission.
GRID: Final = 8  # samples at `RATE`
STEPS: Final = 60  # grid steps of a symbol at speed 1: 480 samples, 20 ms
SPEEDS: Final = (0.6, 1.5)  # what the recogniser follows
_LEVEL: Final = 0.4
_HUM_LEVEL: Final = 0.05
_HUM_HZ: Final = 120.0
_ENROLL_S: Final = 30.0  # more of a clip tells nothing new


class ToneSynthesizer:
    """Speaks text as tones; implements `Synthesizer`.

    The pitch of a voice moves a quiet hum below the data tones, so that voices sound different and
    recognition is not affected. Speed works from 0.6 to 1.5 in steps of about two percent.
    """

    name = "tone"
    sample_rate = RATE

    @property
    def presets(self) -> Mapping[str, VoiceShape]:
        """Voices named like those of the speech engine, which differ in their hum."""
        return {
            "base": VoiceShape(),
            "male": VoiceShape(pitch=0.8),
            "deep": VoiceShape(pitch=0.6),
            "alto": VoiceShape(pitch=1.2),
            "bright": VoiceShape(pitch=1.5, speed=1.05),
            "calm": VoiceShape(pitch=0.9, speed=0.9),
            "breathy": VoiceShape(pitch=1.1),
            "child": VoiceShape(pitch=2.0),
        }

    def synthesize(
        self, text: str, voice: VoiceShape, *, speed: float = 1.0, language: str = "en"
    ) -> Iterator[Segment]:
        """Send ``text``, one transmission per clause; yield nothing for blank text."""
        del language  # Bytes are bytes.
        if not text.strip():
            return
        for clause in clauses(text):
            yield _transmit(clause, voice, speed)

    def enroll(self, pcm: NDArray[np.float32], sample_rate: int) -> VoiceShape:
        """Return a voice that hums at the clip's median pitch."""
        f0 = measure(pcm[: round(_ENROLL_S * sample_rate)], sample_rate, bands=2).f0
        return VoiceShape(pitch=round(f0 / _HUM_HZ, 4)) if f0 else VoiceShape()


def _transmit(clause: str, voice: VoiceShape, speed: float) -> Segment:
    low, high = SPEEDS
    pace = min(max(speed * voice.speed, low), high)
    size = GRID * round(STEPS / pace)
    data = clause.encode("utf-8", "replace")
    nibbles = [n for byte in data for n in (byte >> 4, byte & 0xF)]
    symbols = np.array([*PREAMBLE, *nibbles, *END])
    # One phase runs through all symbols; a jump at each border would splatter over the band.
    phase = np.cumsum(np.repeat(TONES[symbols], size)) * (2 * np.pi / RATE)
    signal = _LEVEL * np.sin(phase) + _hum(len(phase), voice.pitch)
    fade = np.linspace(0, 1, size // 8)
    signal[: len(fade)] *= fade
    signal[-len(fade) :] *= fade[::-1]
    samples = np.concatenate([signal, np.zeros(_GAP * size)]).astype(np.float32)
    timed = _sent_words(clause, size / RATE)
    return Segment(pcm=samples, sample_rate=RATE, words=timed, spoken=timed)


def _hum(count: int, pitch: float) -> NDArray[np.float64]:
    hertz = min(max(_HUM_HZ * pitch, 50.0), 300.0)
    hum: NDArray[np.float64] = _HUM_LEVEL * np.sin(np.arange(count) * (2 * np.pi * hertz / RATE))
    return hum


def _sent_words(clause: str, symbol_s: float) -> tuple[Word, ...]:
    def at(offset: int) -> float:
        sent = len(clause[:offset].encode("utf-8", "replace"))
        return (len(PREAMBLE) + 2 * sent) * symbol_s

    return tuple(Word(word, at(start), at(end)) for word, start, end in words(clause))
