from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cartesia_emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.schemathesis.world import World


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """An emulator that speaks in tones, with something of every kind in it."""
    # Not at the top: this file is read in every run of the tests, and that import is slow.
    from tests.schemathesis.document import KEY
    from tests.schemathesis.world import World

    with Emulator(engine="tone", api_key=KEY, record=0) as emulator, World(emulator) as world:
        yield world
