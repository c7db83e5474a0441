from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from cartesia_emulator import Emulator
from cartesia_emulator.state import fine_tunes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.schemathesis.world import World


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """An emulator that speaks in tones, with something of every kind in it.

    Training goes on with requests, and not with time: Hypothesis needs the same answers each time.
    """
    # Not at the top: this file is read in every run of the tests, and that import is slow.
    from tests.schemathesis.document import KEY
    from tests.schemathesis.world import World

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fine_tunes, "STEP_S", math.inf)
        with Emulator(engine="tone", api_key=KEY, record=0) as emulator, World(emulator) as world:
            yield world
