# ruff: noqa: RUF001 - phonetic letters look like Latin ones
"""The real engines: speech out, speech in. Skipped where they are not installed."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from cartesia_emulator.audio.pcm import StreamEncoder, decode
from cartesia_emulator.audio.rates import resample
from cartesia_emulator.hearing.engine import Recognizer
from cartesia_emulator.speech.engine import Segment, Synthesizer, VoiceShape, Word
from cartesia_emulator.speech.hibari import HibariSynthesizer
from cartesia_emulator.speech.shape import measure
from cartesia_emulator.speech.tone import ToneSynthesizer
from cartesia_emulator.studio import engines

pytestmark = pytest.mark.skipif(
    not all(info["available"] for info in engines.listed()), reason="needs the emulator extra"
)

Samples = NDArray[np.float32]
BASE = VoiceShape()
SENTENCES = (
    "The quick brown fox jumps over the lazy dog.",
    "Please bring the large box to my office before noon.",
    "She walked along the river and watched the boats go by.",
    "Can you tell me where the nearest train station is?",
    "We will meet again tomorrow morning at the usual place.",
    "The weather has been cold and windy since last week.",
    "My brother bought a new guitar and plays it every evening.",
    "Thank you for calling, how may I help you today?",
    "Open the window, because it is very warm in this room.",
    "Nobody knew the answer to the last question on the test.",
)


@pytest.fixture(scope="module")
def loaded() -> tuple[Synthesizer, Recognizer]:
    pair = engines.load("speech")
    engines.warm(*pair)
    return pair


@pytest.fixture(scope="module")
def speaker(loaded: tuple[Synthesizer, Recognizer]) -> Synthesizer:
    return loaded[0]


@pytest.fixture(scope="module")
def listener(loaded: tuple[Synthesizer, Recognizer]) -> Recognizer:
    return loaded[1]


def joined(segments: Sequence[Segment]) -> Samples:
    return np.concatenate([np.zeros(0, np.float32), *(segment.pcm for segment in segments)])


def say(speaker: Synthesizer, text: str, voice: VoiceShape = BASE, speed: float = 1.0) -> Samples:
    return joined(list(speaker.synthesize(text, voice, speed=speed)))


def plain(text: str) -> list[str]:
    return re.sub(r"[^a-z' ]", "", text.lower()).split()


def word_errors(wanted: list[str], got: list[str]) -> int:
    """Levenshtein distance in words."""
    row = list(range(len(got) + 1))
    for i, word in enumerate(wanted, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            change = diagonal + (word != other)
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, change)
    return row[-1]


def assert_ordered(words: Sequence[Word], duration: float) -> None:
    for word in words:
        assert 0 <= word.start <= word.end <= duration + 1e-6, word
    for one, two in pairwise(words):
        assert one.end <= two.start + 1e-6, (one, two)


@pytest.mark.parametrize(
    ("preset", "limit"),
    # the models take seconds for ten sentences
    [("base", 0.03), pytest.param("male", 0.05, marks=pytest.mark.slow)],
)
def test_ten_sentences_come_back(
    speaker: Synthesizer, listener: Recognizer, preset: str, limit: float
) -> None:
    """Word error rate of text to speech to text; word times of both sides agree."""
    errors, words, offsets = 0, 0, list[float]()
    for sentence in SENTENCES:
        segments = list(speaker.synthesize(sentence, speaker.presets[preset]))
        pcm = joined(segments)
        heard = listener.transcribe(pcm, speaker.sample_rate)
        assert heard.duration == pytest.approx(len(pcm) / speaker.sample_rate)
        assert [word.text for word in heard.words] == heard.text.split()
        assert_ordered(heard.words, heard.duration)
        wrong = word_errors(plain(sentence), plain(heard.text))
        errors, words = errors + wrong, words + len(plain(sentence))
        if not wrong and len(segments) == 1:
            pairs = zip(heard.words, segments[0].words, strict=True)
            offsets += [abs(one.start - two.start) for one, two in pairs]
    assert errors / words <= limit
    assert np.mean(offsets) < 0.05


def test_speech_is_heard_over_the_telephone(speaker: Synthesizer, listener: Recognizer) -> None:
    encoder = StreamEncoder("raw", "pcm_mulaw", 8_000, speaker.sample_rate)
    data = encoder.feed(say(speaker, SENTENCES[1])) + encoder.finish()
    heard = listener.transcribe(decode(data, "pcm_mulaw"), 8_000)
    assert word_errors(plain(SENTENCES[1]), plain(heard.text)) <= 1


def test_the_first_segment_is_quick(speaker: Synthesizer) -> None:
    """The bound on the processor time is loose; what matters is that it does not grow."""
    text = " ".join(SENTENCES) * 5
    best = 9.0
    for _ in range(3):
        start = time.process_time()
        next(iter(speaker.synthesize(text, BASE)))
        best = min(best, time.process_time() - start)
    assert best < 0.3


def test_words_are_the_written_ones_with_times(speaker: Synthesizer) -> None:
    text = 'The 7:30pm train,  it\'s $9.99 — naïve café! "Really?" asked Dr. Smith (again).'
    segments = list(speaker.synthesize(text, BASE))
    assert [word.text for s in segments for word in s.words] == text.split()
    for segment in segments:
        duration = len(segment.pcm) / segment.sample_rate
        for words in (segment.words, segment.spoken, segment.phonemes):
            assert_ordered(words, duration)
        assert np.abs(segment.pcm).max() <= 1
    spoken = [word.text for s in segments for word in s.spoken]
    assert spoken[:5] == ["The", "seven", "thirty", "P.M.", "train"]
    first = segments[0]
    times = {word.text: word for word in (*first.words, *first.spoken)}
    assert times["7:30pm"].start == times["seven"].start
    assert times["7:30pm"].end == times["P.M."].end
    assert "".join(p.text for p in first.phonemes).startswith("ðəsˈɛvən")


def test_tags_are_obeyed_and_not_spoken(speaker: Synthesizer, listener: Recognizer) -> None:
    tagged = 'Wait for it. <break time="700ms"/> <emotion value="calm"/>Now go home.'
    segments = list(speaker.synthesize(tagged, BASE))
    assert [w.text for s in segments for w in s.words] == [
        *("Wait", "for", "it."),
        *("Now", "go", "home."),
    ]
    (pause,) = (s for s in segments if not s.words)
    assert len(pause.pcm) == 16_800
    assert not pause.pcm.any()
    assert plain(listener.transcribe(joined(segments), 24_000).text) == plain(
        "wait for it now go home"
    )


def test_inline_speed_volume_and_spelling(speaker: Synthesizer) -> None:
    normal, fast = (say(speaker, t + SENTENCES[0]) for t in ("", '<speed ratio="1.5"/>'))
    assert len(normal) / len(fast) == pytest.approx(1.5, rel=0.15)
    quiet = say(speaker, '<volume ratio="0.5"/>' + SENTENCES[0])
    assert np.allclose(quiet, normal * 0.5)
    (segment,) = speaker.synthesize("<spell>AB-12</spell>", BASE)
    assert [w.text for w in segment.words] == ["AB-12"]
    assert [w.text for w in segment.spoken] == ["A", "B", "1", "2"]


def test_speed_is_followed(speaker: Synthesizer) -> None:
    lengths = [len(say(speaker, SENTENCES[0], speed=s)) for s in (0.6, 1.0, 1.5)]
    assert lengths[0] / lengths[1] == pytest.approx(1 / 0.6, rel=0.15)
    assert lengths[1] / lengths[2] == pytest.approx(1.5, rel=0.15)


def test_scripts_the_engine_cannot_read_are_sent_as_tones(
    speaker: Synthesizer, listener: Recognizer
) -> None:
    segments = list(speaker.synthesize("Say 你好 世界 now.", BASE))
    assert [[w.text for w in s.words] for s in segments] == [["Say"], ["你好", "世界"], ["now."]]
    assert listener.transcribe(segments[1].pcm, 24_000).text == "你好 世界"


@pytest.mark.parametrize("text", ["", "  \n", "...", "\x00", "<emotion value='x'/>"])
def test_text_without_a_sound_gives_nothing(speaker: Synthesizer, text: str) -> None:
    assert not any(len(segment.pcm) for segment in speaker.synthesize(text, BASE))


@pytest.mark.parametrize("text", ["1" * 40, "hello," * 100, "\ud800 hi", "[x](/🎉/) a", "№ ½ C++"])
def test_odd_text_is_spoken_somehow(speaker: Synthesizer, text: str) -> None:
    segments = list(speaker.synthesize(text, BASE))
    assert len(joined(segments)) > 5_000
    # A word longer than a clause is timed in pieces.
    assert "".join(w.text for s in segments for w in s.words) == "".join(text.split())


def test_the_same_text_gives_the_same_samples(speaker: Synthesizer) -> None:
    """Also from several threads at once, and whatever was said before."""
    voice = speaker.presets["deep"]
    alone = say(speaker, SENTENCES[2], voice)
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda s: say(speaker, s, voice), [SENTENCES[2], *SENTENCES[:3]]))
    assert all(np.array_equal(alone, together[i]) for i in (0, 3))


def test_presets_differ_in_pitch(speaker: Synthesizer) -> None:
    f0 = {
        name: measure(say(speaker, SENTENCES[1], voice), 24_000).f0
        for name, voice in speaker.presets.items()
    }
    assert f0["deep"] < f0["male"] < f0["alto"] < f0["base"] < f0["bright"] < f0["child"]
    assert f0["base"] == pytest.approx(191, abs=15)


@pytest.mark.parametrize(
    "preset", ["deep", *(pytest.param(name, marks=pytest.mark.slow) for name in ("male", "child"))]
)
def test_a_clone_follows_the_clip(speaker: Synthesizer, preset: str) -> None:
    """Pitch within a few Hz, colour nearer than the base voice's."""
    clip = say(speaker, SENTENCES[2] + " " + SENTENCES[9], speaker.presets[preset])
    clone = speaker.enroll(clip, 24_000)
    wanted = measure(clip, 24_000)
    other = " ".join(SENTENCES[4:6])
    base, got = (measure(say(speaker, other, voice), 24_000) for voice in (BASE, clone))
    assert got.f0 == pytest.approx(wanted.f0, rel=0.05)
    distance = [np.std(np.array(m.colour) - np.array(wanted.colour)) for m in (base, got)]
    assert distance[1] < distance[0]


def test_a_clone_of_a_telephone_clip(speaker: Synthesizer, listener: Recognizer) -> None:
    clip = resample(say(speaker, SENTENCES[2], speaker.presets["male"]), 24_000, 8_000)
    clone = speaker.enroll(clip, 8_000)
    assert clone == speaker.enroll(clip, 8_000)
    assert clone.pitch == pytest.approx(0.58, rel=0.08)
    assert not any(clone.eq[len(clone.eq) // 3 + 1 :])
    heard = listener.transcribe(say(speaker, SENTENCES[0], clone), 24_000)
    assert word_errors(plain(SENTENCES[0]), plain(heard.text)) <= 1


def test_a_clone_of_silence_is_the_base_voice(speaker: Synthesizer) -> None:
    assert speaker.enroll(np.zeros(24_000, np.float32), 24_000) == BASE


def test_without_durations_words_are_spread_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that renames the node costs precision, not speech."""
    monkeypatch.setattr("cartesia_emulator.speech.hibari._DURATIONS", "/Renamed_output_0")
    (segment,) = HibariSynthesizer().synthesize(SENTENCES[0], BASE)
    assert [word.text for word in segment.words] == SENTENCES[0].split()
    assert_ordered(segment.words, len(segment.pcm) / 24_000)


def test_silence_and_noise_have_no_text(listener: Recognizer) -> None:
    noise = np.random.default_rng(0).normal(0, 0.02, 48_000).astype(np.float32)
    for clip in (np.zeros(48_000, np.float32), noise, noise[:0], noise[:10]):
        assert listener.transcribe(clip, 24_000).text == ""


def test_tones_are_read_by_the_combined_recognizer(listener: Recognizer) -> None:
    (segment,) = ToneSynthesizer().synthesize("Exactly, 100 %!", BASE)
    assert listener.transcribe(segment.pcm, 24_000).text == "Exactly, 100 %!"
    assert listener.name == "moonshine"


def test_speech_with_pauses_keeps_its_order_and_times(
    speaker: Synthesizer, listener: Recognizer
) -> None:
    gap = np.zeros(36_000, np.float32)
    first, second = (say(speaker, SENTENCES[i]) for i in (0, 3))
    heard = listener.transcribe(np.concatenate([gap, first, gap, second]), 24_000)
    assert word_errors(plain(SENTENCES[0] + " " + SENTENCES[3]), plain(heard.text)) <= 1
    assert_ordered(heard.words, heard.duration)
    assert heard.words[0].start == pytest.approx(1.5 + 0.25, abs=0.2)
    assert heard.words[-1].end > (72_000 + len(first)) / 24_000


@pytest.mark.slow  # loads the models once more, in a process of its own
def test_engines_print_nothing() -> None:
    code = (
        "from cartesia_emulator.studio import engines\n"
        "from cartesia_emulator.speech.engine import VoiceShape\n"
        "speaker, listener = engines.load('speech')\n"
        "(segment,) = speaker.synthesize('Good morning xyzzy.', VoiceShape())\n"
        "heard = listener.transcribe(segment.pcm, segment.sample_rate)\n"
        "assert heard.text.lower().startswith('good morning'), heard\n"
    )
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_child_hears_with_an_engine_of_its_own() -> None:
    """It neither uses nor frees that of its parent, whose threads it does not have."""
    code = """
import gc, os, signal, sys
import numpy as np
from cartesia_emulator.hearing.moonshine import MoonshineRecognizer

ears = MoonshineRecognizer()
ears.warm()
ears.itself = ears  # so that only a collection frees it
child = os.fork()
if not child:
    signal.alarm(20)
    ears.warm()
    del ears
    gc.collect()
    sys.exit()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
