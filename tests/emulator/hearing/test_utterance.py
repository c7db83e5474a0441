"""Utterances that are recognised while they are spoken: what waits for what."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
import pytest

from cartesia_emulator.hearing.engine import Transcript
from cartesia_emulator.hearing.utterance import SpeechUtterance
from cartesia_emulator.studio.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from numpy.typing import NDArray

RATE = 16000
SECOND = np.full(RATE, 0.5, np.float32)


class Ear:
    """A recogniser that counts seconds, one clip at a time; the first clip waits for `release`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.release = Event()
        self.heard: list[tuple[int, bool]] = []

    async def __call__(
        self, samples: NDArray[np.float32], sample_rate: int, *, urgent: bool, word_times: bool
    ) -> Transcript:
        seconds = round(len(samples) / sample_rate)

        def transcribe() -> Transcript:
            if not self.heard:
                self.release.wait(10)
            self.heard.append((seconds, urgent))
            return Transcript(
                text=" ".join(map(str, range(seconds))), words=(), duration=float(seconds)
            )

        return await self._desk.run(transcribe, rank=0 if urgent else 2)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with ThreadPoolExecutor(1) as executor:
        yield Desk(executor)


async def _late_partials(ear: Ear) -> list[str]:
    one, other = (SpeechUtterance(RATE, ear) for _ in range(2))
    one.feed(SECOND, voiced=True)
    other.feed(SECOND, voiced=True)
    first = asyncio.ensure_future(one.partial()())
    waiting = asyncio.ensure_future(other.partial()())
    await asyncio.sleep(0.01)
    other.feed(SECOND, voiced=True)
    final = other.whole(last=True)
    partial = (await waiting).text
    ear.release.set()
    found = [partial, (await final()).text, (await first).text]
    # One that was queued, but has not begun.
    one.feed(SECOND, voiced=True)
    queued, final = one.partial(), one.whole(last=False)
    return [*found, (await queued()).text, (await final()).text]


def test_a_final_does_not_wait_for_its_partial(desk: Desk) -> None:
    """A partial that has not been recognised yet is dropped; one under way goes on unheard."""
    ear = Ear(desk)
    assert asyncio.run(_late_partials(ear)) == ["", "0 1", "", "", "0 1"]
    assert ear.heard == [(1, False), (2, True), (2, True)]


async def _cancelled(ear: Ear) -> None:
    utterance = SpeechUtterance(RATE, ear)
    utterance.feed(SECOND, voiced=True)
    partial = asyncio.ensure_future(utterance.partial()())
    await asyncio.sleep(0.01)
    partial.cancel()
    with pytest.raises(asyncio.CancelledError):
        await partial
    ear.release.set()
    assert not utterance.due
    utterance.feed(SECOND, voiced=True)
    assert utterance.due
    assert (await utterance.whole(last=True)()).text == "0 1"


def test_a_partial_can_be_cancelled(desk: Desk) -> None:
    asyncio.run(_cancelled(Ear(desk)))


async def _published(ear: Ear) -> list[str]:
    utterance = SpeechUtterance(RATE, ear)
    texts = []
    for _ in range(4):
        utterance.feed(SECOND, voiced=True)
        texts.append((await utterance.partial()()).text)
    return [*texts, (await utterance.whole(last=True)()).text]


def test_what_was_published_only_grows(desk: Desk) -> None:
    """A word is published when two hypotheses agree on it and another word follows."""
    ear = Ear(desk)
    ear.release.set()
    assert asyncio.run(_published(ear)) == ["", "", "0", "0 1", "0 1 2 3"]


async def _run(find: Callable[[], Awaitable[Transcript]]) -> None:
    await find()


def test_words_have_times_only_if_they_are_wanted(desk: Desk) -> None:
    """Finding them takes as long as a third of recognising the words."""
    asked: list[bool] = []

    async def decode(
        samples: NDArray[np.float32], sample_rate: int, *, urgent: bool, word_times: bool
    ) -> Transcript:
        asked.append(word_times)
        return Transcript(text="a", words=(), duration=1.0)

    for wanted in (False, True):
        utterance = SpeechUtterance(RATE, decode, word_times=wanted)
        utterance.feed(SECOND, voiced=True)
        for begin in (utterance.partial, partial(utterance.whole, last=True)):
            find = begin()
            asyncio.run(_run(find))
    assert asked == [False, False, False, True]
