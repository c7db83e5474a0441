"""Errors inside operations: where the problem is, and nothing of the value itself."""

from __future__ import annotations

import copy
import pickle

import pytest
from cartesia_runtime.errors import DecodeError, EncodeError, PagingError, ResponseDecodeError
from hypothesis import given, settings
from hypothesis import strategies as st

STEPS = st.lists(
    st.from_regex(r"[a-z]{1,4}", fullmatch=True) | st.integers(0, 99).map(lambda at: f"[{at}]"),
    max_size=6,
)


@pytest.mark.parametrize("kind", [DecodeError, EncodeError])
@settings(max_examples=20)
@given(steps=STEPS)
def test_a_place_is_written_as_in_python(
    kind: type[DecodeError | EncodeError], steps: list[str]
) -> None:
    """The steps are added from the innermost to the outermost."""
    error = kind("missing")
    for step in reversed(steps):
        error = error.inside(step)
    assert type(error) is kind
    assert error.reason == "missing"
    assert error.place == "".join(
        step if step.startswith("[") or at == 0 else f".{step}" for at, step in enumerate(steps)
    )
    assert str(error) == (f"{error.place}: missing" if steps else "missing")


def test_an_error_with_another_place_is_another_error() -> None:
    inner = DecodeError("missing", "id")
    assert inner.inside("[0]").inside("data").place == "data[0].id"
    assert inner.place == "id"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (DecodeError("missing", "data[0].id"), "data[0].id: missing"),
        (EncodeError("has half a character"), "has half a character"),
        (ResponseDecodeError("voices_list", "data: missing"), "voices_list: data: missing"),
        (PagingError("voices_list"), "voices_list: the server sent the same cursor twice"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_errors_are_copied_and_say_the_same(error: Exception, text: str) -> None:
    for twin in (error, copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(twin) is type(error)
        assert str(twin) == text
        assert vars(twin) == vars(error)


def test_what_is_wrong_with_a_value_is_a_value_error() -> None:
    assert issubclass(DecodeError, ValueError)
    assert issubclass(EncodeError, ValueError)
