"""Options of one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import get_type_hints

from cartesia_runtime.options import PhaseTimeouts, RequestOptions


def test_the_types_of_the_options_can_be_looked_up() -> None:
    """Libraries that validate values by type hints resolve them outside of the module."""
    hints = get_type_hints(RequestOptions)
    assert hints["timeout"] == float | PhaseTimeouts | None
    assert hints["headers"] == Mapping[str, str]
    assert hints["progress"] == Callable[[int, int | None], object]
