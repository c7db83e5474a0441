"""Hibari: a small neural English voice on the CPU, with word times and many voices.

The network returns a pitch curve and spectra, not samples. So a voice is a change to those
(`VoiceShape`), and cloning a clip means measuring that change. The network also computes how long
each phoneme lasts; `add_output` makes it return those lengths, which give the times of words.

English only. Words in another script, such as Chinese, become tones (`ToneSynthesizer`), so that
no text is lost silently. Text of other languages in Latin letters is read as English.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from functools import cached_property
from importlib import import_module
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, cast

import msgspec
import numpy as np

from ..audio import pcm as _pcm
from ..audio.rates import resample
from .clauses import clauses, later_clauses
from .engine import Segment, VoiceShape, Word
from .markup import Piece, parse
from .onnxpatch import add_output
from .phonemes import Phonemizer, SpokenWord, is_foreign, to_ipa
from .shape import (
    VoiceMeasure,
    colour_match,
    measure,
    shape_f0,
    shape_log,
    warp,
)
from .tone import ToneSynthesizer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["HibariSynthesizer"]

_RATE: Final = 24_000
_DURATIONS: Final = "/Cast_32_output_0"  # phonemes' lengths, int64, in units of `_UNIT_S`
_UNIT_S: Final = 0.025
# The acoustic frames lag the durations by three units; the model's teacher subtracts the same.
_LEAD_S: Final = 0.075
_MOST_PHONEMES: Final = 380  # the network was trained on up to 400
_SPEEDS: Final = (0.5, 2.0)
_ENROLL_S: Final = 30.0  # more of a clip tells nothing new
# Long and varied enough that its pitch and colour are the voice's, not the sentence's.
_SILENCE: Final = Segment(pcm=np.zeros(0, np.float32), sample_rate=_RATE)
_CALIBRATION: Final = (
    "The quick brown fox jumps over the lazy dog. Could you tell me where she sells her shells? "
    "We were away a year ago, and both of us thought about going back to the old blue harbour. "
)

_PRESETS: Final[Mapping[str, VoiceShape]] = {
    "base": VoiceShape(),
    "male": VoiceShape(pitch=0.58, formant=0.86),
    "deep": VoiceShape(pitch=0.48, formant=0.80, speed=0.95),
    "alto": VoiceShape(pitch=0.82, formant=0.94),
    "bright": VoiceShape(pitch=1.2, formant=1.08, speed=1.05),
    "calm": VoiceShape(pitch=0.9, formant=0.97, range=0.5, speed=0.9),
    "breathy": VoiceShape(pitch=0.9, breath=1.5),
    "child": VoiceShape(pitch=1.5, formant=1.2),
}


class _Session(Protocol):
    def run(
        self, output_names: None, input_feed: dict[str, NDArray[np.generic]]
    ) -> list[NDArray[np.float32]]: ...
    def get_outputs(self) -> Sequence[object]: ...


class _Dsp(Protocol):
    def synth(
        self,
        lh: NDArray[np.float32],
        th: NDArray[np.float32],
        ln: NDArray[np.float32],
        lr: NDArray[np.float32],
        phi: NDArray[np.float32],
        f0: NDArray[np.float32],
        rng: np.random.Generator,
    ) -> NDArray[np.float32]: ...


class _Model(msgspec.Struct, frozen=True):
    session: _Session
    vocabulary: dict[str, int]
    dsp: _Dsp


class HibariSynthesizer:
    """Speaks English; implements `Synthesizer`.

    Models load on first use or by `warm`. Thread-safe: segments of several threads are computed
    at the same time, one core each. The noise in the voice has a fixed seed, so the same text and
    voice give the same samples on the same machine.

    Raises:
        ImportError: On first use, if the ``hibari-tts`` package is missing.
    """

    name = "hibari"
    sample_rate = _RATE

    def __init__(self) -> None:
        self._phonemizer = Phonemizer()
        self._tone = ToneSynthesizer()
        self._lock = threading.Lock()
        self._loaded: _Model | None = None

    @property
    def presets(self) -> Mapping[str, VoiceShape]:
        """The built-in voices: one network, eight shapes."""
        return _PRESETS

    def warm(self) -> None:
        """Load the model and the dictionary, and run both once."""
        for _ in self.synthesize("Hello.", VoiceShape()):
            pass

    def synthesize(
        self, text: str, voice: VoiceShape, *, speed: float = 1.0, language: str = "en"
    ) -> Iterator[Segment]:
        """Speak ``text`` lazily, clause by clause.

        Tags are applied, not spoken (see `markup`). Speeds outside 0.5 to 2 are clamped.
        """
        first = True
        for piece in parse(text):
            if piece.pause:
                silence = np.zeros(round(piece.pause * _RATE), np.float32)
                yield Segment(pcm=silence, sample_rate=_RATE)
                continue
            pace = speed * piece.speed
            # Only the very first clause must be quick; later ones compute while it plays.
            for clause in clauses(piece.text) if first else later_clauses(piece.text):
                spoke = False
                for segment in self._clause(clause, piece, voice, pace, language):
                    yield _louder(segment, piece.volume)
                    spoke = True
                if not spoke:  # a step all the same: long silent text must not keep its thread
                    yield _SILENCE
                first = first and not spoke

    def _clause(
        self, clause: str, piece: Piece, voice: VoiceShape, pace: float, language: str
    ) -> Iterator[Segment]:
        for foreign, group in groupby(clause.split(), is_foreign):
            written = list(group)
            if foreign:
                text = " ".join(written)
                yield from self._tone.synthesize(text, voice, speed=pace, language=language)
                continue
            read = self._phonemizer.spell if piece.spell else self._phonemizer.speak
            yield from self._speak(written, read(written), voice, pace)

    def _speak(
        self, written: list[str], said: list[SpokenWord], voice: VoiceShape, pace: float
    ) -> Iterator[Segment]:
        done = 0
        groups = list(_within_limit([_pronounceable(word, self._model()) for word in said]))
        for number, group in enumerate(groups):
            if not any(word.sounds[1] for word in group):
                continue
            last = number == len(groups) - 1
            upto = len(written) if last else max(word.source for word in group) + 1
            yield self._segment(written, range(done, upto), group, voice, pace)
            done = upto

    def _segment(
        self,
        written: list[str],
        span: range,
        said: list[SpokenWord],
        voice: VoiceShape,
        pace: float,
    ) -> Segment:
        model = self._model()
        line = " ".join(word.phonemes for word in said)
        ids = [0, *(model.vocabulary[symbol] for symbol in line), 0]
        low, high = _SPEEDS
        rate = min(max(pace * voice.speed, low), high)
        feeds: dict[str, NDArray[np.generic]] = {
            "ids": np.array([ids], np.int64),
            "speed": np.array([rate], np.float32),
        }
        outputs = model.session.run(None, feeds)
        samples = _pcm.limit(_render(model.dsp, outputs, voice))
        edges = _edges(
            outputs[6].reshape(-1) if len(outputs) > 6 else None, len(line), len(samples)
        )
        spoken, phonemes, times = _times(said, edges)
        words = _written_times(written, span, times)
        return Segment(
            pcm=samples, sample_rate=_RATE, words=words, spoken=spoken, phonemes=phonemes
        )

    def enroll(self, pcm: NDArray[np.float32], sample_rate: int) -> VoiceShape:
        """Imitate the pitch, liveliness and colour of the speaker in a clip.

        Accent, rhythm and articulation stay those of the engine. A clip without a voice gives
        the base voice.
        """
        clip = pcm[: round(_ENROLL_S * sample_rate)]
        wanted = measure(resample(clip, sample_rate, _RATE), _RATE)
        if not wanted.f0:
            return VoiceShape()
        wanted = _known_band(wanted, sample_rate)
        base = self._base_measure
        ratio = min(max(wanted.f0 / base.f0, 0.3), 2.5)
        # A short clip says little about liveliness: believe half of it, on the log scale.
        spread = min(max((wanted.spread / base.spread) ** 0.5, 0.4), 1.6)
        shape = VoiceShape(
            pitch=round(ratio, 4), range=round(spread, 3), formant=round(ratio**0.3, 4)
        )
        # Clipping and the warp move the median a little; one correction lands on it.
        have = measure(self._calibration(shape), _RATE)
        pitch = round(ratio * wanted.f0 / have.f0, 4) if have.f0 else shape.pitch
        eq = colour_match(wanted, have, _RATE / 2)
        return msgspec.structs.replace(shape, pitch=pitch, eq=eq)

    @cached_property
    def _base_measure(self) -> VoiceMeasure:
        return measure(self._calibration(VoiceShape()), _RATE)

    def _calibration(self, voice: VoiceShape) -> NDArray[np.float32]:
        return np.concatenate([s.pcm for s in self.synthesize(_CALIBRATION, voice)])

    def _model(self) -> _Model:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load()
            return self._loaded


def _known_band(voice: VoiceMeasure, sample_rate: int) -> VoiceMeasure:
    """Keep the part of a resampled clip's colour that its own rate can carry."""
    share = min(sample_rate / _RATE, 1.0)
    kept = max(int(len(voice.colour) * share), 2)
    top = voice.top * (kept - 1) / (len(voice.colour) - 1)
    return msgspec.structs.replace(voice, colour=voice.colour[:kept], top=top)


def _louder(segment: Segment, volume: float) -> Segment:
    if volume == 1.0:
        return segment
    scaled = _pcm.limit(segment.pcm * np.float32(volume))
    return msgspec.structs.replace(segment, pcm=scaled)


def _pronounceable(word: SpokenWord, model: _Model) -> SpokenWord:
    """Drop the phonemes that the network does not know."""
    known = "".join(symbol for symbol in word.phonemes if symbol in model.vocabulary)
    return msgspec.structs.replace(word, phonemes=known)


def _within_limit(said: list[SpokenWord]) -> Iterator[list[SpokenWord]]:
    """Group words so that each group is short enough for the network."""
    group: list[SpokenWord] = []
    size = 0
    for word in chain.from_iterable(map(_split_word, said)):
        if group and size + len(word.phonemes) + 1 > _MOST_PHONEMES:
            yield group
            group, size = [], 0
        group.append(word)
        size += len(word.phonemes) + 1
    if group:
        yield group


def _split_word(word: SpokenWord) -> list[SpokenWord]:
    """Split a very long word ("hello,hello,hello,...") into pieces for the network."""
    if len(word.phonemes) <= _MOST_PHONEMES:
        return [word]
    pieces = range(0, len(word.phonemes), _MOST_PHONEMES)
    return [
        SpokenWord(word.text, word.phonemes[at : at + _MOST_PHONEMES], word.source) for at in pieces
    ]


def _render(
    dsp: _Dsp, outputs: list[NDArray[np.float32]], voice: VoiceShape
) -> NDArray[np.float32]:
    """Render the network's spectra to samples, after shaping them."""
    harmonic, phase, noise, rest, free_phase, f0 = (output[0] for output in outputs[:6])
    # Lower voices have more harmonics per Hz, each as strong; the level must not follow.
    harmonic = shape_log(harmonic, voice) + np.float32(0.5 * np.log(voice.pitch))
    noise = shape_log(noise, voice) + np.float32(np.log(max(voice.breath, 1e-3)))
    rest = shape_log(rest, voice)
    if voice.formant != 1.0:
        phase = warp(phase, voice.formant)
    # A fixed seed: the same words sound the same, whatever was said before.
    rng = np.random.default_rng(0)
    return dsp.synth(harmonic, phase, noise, rest, free_phase, shape_f0(f0, voice), rng)


def _edges(durations: NDArray[np.float32] | None, length: int, samples: int) -> NDArray[np.float64]:
    """Return the start of each phoneme symbol and the end of the last, in seconds."""
    total = samples / _RATE
    if durations is None:
        # A model without durations: every symbol alike, between the usual silent rims.
        return np.linspace(min(0.1, total / 4), max(total - 0.1, total * 0.75), length + 1)
    ends = np.cumsum(durations.astype(np.float64)) * _UNIT_S - _LEAD_S
    # The first duration is the silence ahead, so its end is where the first symbol starts.
    clipped: NDArray[np.float64] = np.clip(ends[: length + 1], 0.0, total)
    return clipped


def _times(
    said: list[SpokenWord], edges: NDArray[np.float64]
) -> tuple[tuple[Word, ...], tuple[Word, ...], list[tuple[int, float, float]]]:
    """Return spoken words and phonemes with times, and (source, start, end) of audible words."""
    spoken: list[Word] = []
    phonemes: list[Word] = []
    owned: list[tuple[int, float, float]] = []
    at = 0
    for word in said:
        first, last = word.sounds
        if last:
            start, end = float(edges[at + first]), float(edges[at + last])
            spoken.append(Word(word.text, start, end))
            owned.append((word.source, start, end))
        for symbol, low, high in to_ipa(word.phonemes):
            phonemes.append(Word(symbol, float(edges[at + low]), float(edges[at + high])))
        at += len(word.phonemes) + 1
    return tuple(spoken), tuple(phonemes), owned


def _written_times(
    written: list[str], span: range, owned: list[tuple[int, float, float]]
) -> tuple[Word, ...]:
    """Return the times of the written words; a silent one (a dash) gets a length of zero."""
    words: list[Word] = []
    now = owned[0][1] if owned else 0.0
    for index in span:
        mine = [(start, end) for source, start, end in owned if source == index]
        start, now = (mine[0][0], mine[-1][1]) if mine else (now, now)
        words.append(Word(written[index], start, now))
    return tuple(words)


def _load() -> _Model:
    """Load the network from the installed package; this never downloads anything."""
    engine = import_module("hibari")
    assets = Path(str(engine.__file__)).parent / "assets"
    vocabulary = cast("dict[str, int]", json.loads((assets / "vocab.json").read_text("utf-8")))
    session = _session((assets / "hibari.onnx").read_bytes())
    return _Model(session, vocabulary, cast("_Dsp", import_module("hibari.dsp")))


def _session(model: bytes) -> _Session:
    runtime = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4

    def load(candidate: bytes) -> _Session:
        providers = ["CPUExecutionProvider"]
        return cast("_Session", runtime.InferenceSession(candidate, options, providers=providers))

    if _DURATIONS.encode() in model:
        # A new release may rename the node or change its type; speech matters more than times.
        with suppress(Exception):
            return load(add_output(model, _DURATIONS))
    return load(model)
