"""Deadlines, and the names that `cartesia_stream.options` takes from other packages."""

from __future__ import annotations

import math
from typing import Any

import pytest
from cartesia_runtime import options as runtime_options
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import ConfigurationError, Timeouts, options
from cartesia_stream.options import DEFAULT_TIMEOUTS, is_time

NAMES = Timeouts.__struct_fields__
NO_TIMES = [0, -1, -0.0, math.nan, math.inf, -math.inf, 10**400, True, "1", b"1", [1]]


@given(st.floats(0, exclude_min=True, allow_infinity=False) | st.integers(1, 10**300))
def test_a_number_above_0_is_a_time(value: float) -> None:
    assert is_time(value)


@pytest.mark.parametrize("value", [*NO_TIMES, None], ids=lambda value: repr(value)[:9])
def test_anything_else_is_no_time(value: object) -> None:
    """Neither is a number that no float can hold."""
    assert not is_time(value)


@pytest.mark.parametrize("value", NO_TIMES, ids=lambda value: repr(value)[:9])
@pytest.mark.parametrize("name", NAMES)
def test_a_deadline_of_another_kind_is_an_error_that_names_it(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"^timeout {name} is ") as caught:
        Timeouts(**{name: value})
    assert caught.value.option == name


@pytest.mark.parametrize("name", NAMES)
def test_each_deadline_may_be_left_out(name: str) -> None:
    assert getattr(Timeouts(**{name: None}), name) is None
    assert getattr(DEFAULT_TIMEOUTS, name) > 0


def test_options_of_a_call_are_those_of_the_runtime() -> None:
    for name in ("Progress", "RequestOptions"):
        assert getattr(options, name) is getattr(runtime_options, name)
    assert all(hasattr(options, name) for name in options.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'Retries'"):
        _ = options.Retries  # type: ignore[attr-defined]  # there is none
