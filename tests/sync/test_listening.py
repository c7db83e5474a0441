"""What only threads can do to a listener."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from cartesia_emulator import Emulator
from cartesia_stream import Cartesia

from ..scenarios.faces import AT_ONCE_S, eventually, own_threads
from ..scenarios.recordings import FORMAT, said

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_a_blocked_source_does_not_delay_the_end() -> None:
    """Its thread ends when the source goes on."""
    release = threading.Event()

    def source() -> Iterator[bytes]:
        yield said("Hello.")
        release.wait(10)

    with (
        Emulator(engine="tone") as emulator,
        Cartesia(emulator.api_key, base_url=emulator.base_url) as client,
    ):
        listening = client.stt.listen(source(), format=FORMAT, pace=None)
        next(iter(listening))
        began = time.monotonic()
        listening.close()
        assert time.monotonic() - began < AT_ONCE_S
        release.set()
    assert eventually(lambda: not own_threads())
