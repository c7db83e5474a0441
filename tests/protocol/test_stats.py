"""The statistics of a stream, on a clock of their own."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cartesia_stream import AudioFormat, StreamStats
from cartesia_stream._protocol.stats import Meter

if TYPE_CHECKING:
    from collections.abc import Sequence

FMT: Final = AudioFormat(encoding="pcm_mulaw", sample_rate=8000)
RATE: Final = FMT.bytes_per_second
START: Final = 1000.0

Arrival = tuple[float, int]
"""Seconds since the start, and bytes."""


def arrivals() -> st.SearchStrategy[list[Arrival]]:
    """Audio that comes at any pace."""
    gap = st.one_of(st.just(0.0), st.floats(0, 3), st.floats(0, 0.05))
    piece = st.tuples(gap, st.integers(0, 2 * RATE))
    return st.lists(piece, min_size=1, max_size=30).map(_with_times)


def _with_times(pieces: Sequence[tuple[float, int]]) -> list[Arrival]:
    times = itertools.accumulate(gap for gap, _ in pieces)
    return [(time, nbytes) for time, (_, nbytes) in zip(times, pieces, strict=True)]


def metered(audio: Sequence[Arrival]) -> Meter:
    """A meter that has seen it."""
    meter = Meter(FMT)
    meter.start(START)
    for time, nbytes in audio:
        meter.audio(nbytes, START + time)
    return meter


def stats_at(meter: Meter, time: float) -> StreamStats:
    return meter.snapshot(START + time, None)


@given(arrivals(), st.floats(0, 5))
def test_leads_and_underruns_are_those_of_a_player(audio: list[Arrival], later: float) -> None:
    """As of a player that starts with the first audio and stands still whenever it has none.

    Such a player has stood still, in all, for the longest that any audio was late for one that
    would never have stood still; each time that this grew was an under-run.
    """
    heard = [(time, nbytes) for time, nbytes in audio if nbytes]
    stats = stats_at(metered(audio), audio[-1][0] + later)
    assert stats.chunks == len(audio)
    assert stats.nbytes == sum(nbytes for _, nbytes in audio)
    if not heard:
        assert stats.time_to_first_audio is stats.min_lead is None
        assert (stats.lead, stats.underruns, stats.underrun_seconds) == (0, 0, 0)
        return
    first = heard[0][0]
    now = audio[-1][0] + later
    have, stood, underruns, leads = 0.0, 0.0, 0, []
    for time, nbytes in [*heard, (now, 0)]:
        late = time - first - have
        if have:
            assume(abs(late - stood) > 1e-6)  # where it is a matter of rounding
            leads.append(max(0.0, stood - late))
        underruns += late > stood
        stood = max(stood, late)
        have += nbytes / RATE
    if leads[-1]:
        leads.pop()  # nothing has come now
    assert stats.time_to_first_audio == pytest.approx(first, abs=1e-6)
    assert stats.audio_seconds == pytest.approx(have)
    assert stats.lead == pytest.approx(first + have + stood - now, abs=1e-6)
    assert stats.min_lead == (pytest.approx(min(leads), abs=1e-6) if leads else None)
    assert stats.underruns == underruns
    assert stats.underrun_seconds == pytest.approx(stood, abs=1e-6)


@given(arrivals())
@example([(0.0, 1), (1.0, 0)])
def test_nothing_runs_dry_behind_the_last_audio(audio: list[Arrival]) -> None:
    """Once all has arrived, playback may use it up; a stream that broke off has run dry."""
    while len(audio) > 1 and not audio[-1][1]:
        audio.pop()  # which is no audio; as it comes, playback may stand still
    for complete in (True, False):
        meter = metered(audio)
        last = stats_at(meter, audio[-1][0])
        meter.finish(START + audio[-1][0] + 100, complete=complete)
        stats = stats_at(meter, audio[-1][0] + 200)
        dry = not complete and last.time_to_first_audio is not None
        assert stats.underruns == last.underruns + dry
        waited = 100 - last.lead if dry else 0
        assert stats.underrun_seconds == pytest.approx(last.underrun_seconds + waited, abs=1e-6)
        assert stats.lead == 0


def test_statistics_stand_still_after_the_end() -> None:
    """The first end counts, and the lead stays what it was then."""
    meter = metered([(1.0, RATE), (1.25, RATE)])
    assert stats_at(meter, 1.5).lead == pytest.approx(1.5)
    meter.finish(START + 1.5, complete=True)
    meter.finish(START + 9.0, complete=False)
    stats = stats_at(meter, 10.0)
    assert stats.lead == pytest.approx(1.5)
    assert stats.min_lead == pytest.approx(0.75)
    assert (stats.underruns, stats.underrun_seconds) == (0, 0)


def test_audio_that_is_dropped_is_no_lead() -> None:
    """What came and will be spoken anew was received, but cannot be played."""
    meter = metered([(0.0, 2 * RATE)])
    meter.drop(RATE)
    stats = stats_at(meter, 0.5)
    assert (stats.nbytes, stats.audio_seconds) == (2 * RATE, 1.0)
    assert stats.lead == pytest.approx(0.5)
    meter.audio(RATE, START + 3.0)
    stats = stats_at(meter, 3.0)
    assert stats.underruns == 1
    assert stats.underrun_seconds == pytest.approx(2.0)
    assert stats.lead == pytest.approx(1.0)


def test_before_any_audio() -> None:
    """There is nothing to run dry."""
    stats = stats_at(metered([]), 60.0)
    assert stats == StreamStats(
        outcome=None,
        time_to_first_audio=None,
        queued=0,
        chunks=0,
        nbytes=0,
        audio_seconds=0,
        lead=0,
        min_lead=None,
        underruns=0,
        underrun_seconds=0,
        restarts=0,
        reconnects=0,
        context_ids=(),
        request_ids=(),
    )


# --- audio that nobody takes in before it is asked for


def read(meter: Meter, nbytes: int, *, asked: float, waited: float) -> float:
    """Read audio; when that was over."""
    now = START + asked + waited
    meter.audio_read(nbytes, asked=START + asked, now=now)
    return now - START


@given(st.lists(st.integers(1, RATE), min_size=1, max_size=20), st.floats(0, 0.0005))
def test_player_that_reads_when_it_needs_audio_is_no_underrun(
    sizes: list[int], cost: float
) -> None:
    """Each piece is asked for when the last one was played, and is there."""
    meter = Meter(FMT)
    meter.start(START)
    time = read(meter, sizes[0], asked=0, waited=0.5)
    for before, size in itertools.pairwise(sizes):
        time = read(meter, size, asked=time + before / RATE, waited=cost)
    stats = stats_at(meter, time + 100)
    assert (stats.underruns, stats.underrun_seconds) == (0, 0)
    assert stats.time_to_first_audio == pytest.approx(0.5)
    assert stats.lead == pytest.approx(sum(sizes) / RATE)


@given(st.floats(0.01, 2), st.integers(1, 10))
def test_player_that_must_wait_is_an_underrun(wait: float, count: int) -> None:
    """A service that is slower than the player makes it stand still for as long as it waits."""
    meter = Meter(FMT)
    time = read(meter, RATE, asked=0, waited=0.5)
    for _ in range(count):
        time = read(meter, RATE, asked=time + 1.0, waited=wait)
    stats = stats_at(meter, time)
    assert stats.underruns == count
    assert stats.underrun_seconds == pytest.approx(count * wait)
    assert stats.min_lead == 0
