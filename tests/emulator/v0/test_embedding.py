"""Embeddings of v0 hold the shape of a voice."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartesia_emulator.speech.engine import VoiceShape
from cartesia_emulator.speech.hibari import HibariSynthesizer
from cartesia_emulator.speech.shape import EQ_BANDS
from cartesia_emulator.v0.embedding import SIZE, embed, shape_of, shape_of_link


def decimals(low: float, high: float, places: int) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda value: round(value, places))


eqs = st.one_of(
    st.just(()),
    st.lists(decimals(-1.2, 1.2, 3), min_size=EQ_BANDS, max_size=EQ_BANDS).map(tuple),
)
shapes = st.builds(
    VoiceShape,
    pitch=decimals(0.3, 2.5, 4),
    range=decimals(0.2, 3, 3),
    formant=decimals(0.5, 2, 4),
    breath=decimals(0.1, 5, 4),
    speed=decimals(0.5, 2, 4),
    eq=eqs.filter(lambda eq: not eq or any(eq)),
)


@settings(max_examples=30)
@given(shapes, st.text())
def test_a_shape_comes_back_as_it_was(shape: VoiceShape, seed: str) -> None:
    embedding = embed(shape, seed)
    assert len(embedding) == SIZE
    assert shape_of(embedding) == shape


@settings(max_examples=30)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=SIZE, max_size=SIZE))
def test_any_numbers_are_a_voice(embedding: list[float]) -> None:
    shape = shape_of(embedding)
    assert 0.3 <= shape.pitch <= 2.5
    assert all(-1.2 <= value <= 1.2 for value in shape.eq)


def test_the_voices_of_the_engine_are_held_exactly() -> None:
    for shape in HibariSynthesizer().presets.values():
        assert shape_of(embed(shape, "x")) == shape


def test_a_mean_of_two_is_a_voice_in_between() -> None:
    low, high = (embed(VoiceShape(pitch=pitch), str(pitch)) for pitch in (0.5, 2.0))
    mean = [(a + b) / 2 for a, b in zip(low, high, strict=True)]
    assert shape_of(mean) == VoiceShape(pitch=1.0)


def test_a_colour_of_another_resolution_keeps_its_form() -> None:
    eq = shape_of(embed(VoiceShape(eq=(0.0, 0.6, 0.0)), "x")).eq
    assert eq[EQ_BANDS // 2] == pytest.approx(0.6)
    assert eq[EQ_BANDS // 4] == pytest.approx(0.3)
    assert (eq[0], eq[-1]) == (0.0, 0.0)


@given(st.text(), st.text())
def test_a_link_always_gives_the_same_voice_and_another_another(one: str, two: str) -> None:
    first = shape_of_link(one)
    assert shape_of_link(one) == first
    assert (shape_of_link(two) == first) == (one == two)
    assert abs(math.log(first.pitch)) <= 0.36
