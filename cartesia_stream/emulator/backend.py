"""What every endpoint shares: options, engines, voices, keys, faults and counters."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from .errors import ApiError
from .speech import Studio
from .tokens import TokenMint

if TYPE_CHECKING:
    from collections.abc import Generator

    from .engine import Recognizer, Synthesizer
    from .faults import FaultBox
    from .options import Options
    from .recording import Recorder
    from .store import VoiceStore

__all__ = ["Backend", "Counters", "Slots"]


class Counters(msgspec.Struct):
    """What the health page counts."""

    requests_served: int = 0
    open_sockets: int = 0


class Slots:
    """A limit on how many of something exist at once."""

    def __init__(self, limit: int, what: str) -> None:
        self._limit = limit
        self._what = what
        self.taken: int = 0

    def take(self) -> None:
        """Take one.

        Raises:
            ApiError: 429 ``concurrency_limited`` if all are taken.
        """
        if self.taken >= self._limit:
            raise ApiError(
                429,
                f"Too many {self._what}: the limit is {self._limit}.",
                code="concurrency_limited",
                headers={"Retry-After": "1"},
            )
        self.taken += 1

    def give(self) -> None:
        """Give one back."""
        self.taken -= 1

    @contextmanager
    def held(self) -> Generator[None]:
        """Hold one for the length of a block."""
        self.take()
        try:
            yield
        finally:
            self.give()


class Backend:
    """One running emulator, whatever the transport."""

    def __init__(
        self,
        options: Options,
        engines: tuple[Synthesizer, Recognizer],
        api_key: str,
        *,
        voices: VoiceStore,
        faults: FaultBox,
        recorder: Recorder,
    ) -> None:
        self.options = options
        self.api_key = api_key
        self.voices = voices
        self.faults = faults
        self.recorder = recorder
        self.studio: Studio = Studio(*engines, options.chunk_ms)
        self.tokens: TokenMint = TokenMint()
        self.counters: Counters = Counters()
        self.contexts: Slots = Slots(options.concurrency, "active speech contexts")
        self.transcriptions: Slots = Slots(options.stt_concurrency, "transcriptions at once")
        self.sockets: Slots = Slots(options.max_sockets, "open websockets")
