"""Every object that the server sends: full, minimal, with nulls, and from a newer server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import cartesia_api.models
import pytest
from cartesia_api.models import AgentTranscript, MetricResult, SttTranscriptFrame
from cartesia_runtime.errors import DecodeError

from .shapes import METRIC_RESULT, SHAPES, TURN

if TYPE_CHECKING:
    from cartesia_runtime.models import Model

    from .shapes import Shape

FIELDS = [(shape, name) for shape in SHAPES for name in shape.full]


def read(shape: Shape, data: dict[str, Any]) -> Model:
    model: Model = getattr(cartesia_api.models, shape.model).from_dict(data)
    return model


def written(model: Model) -> Any:
    """The model as JSON; times are written with an offset in place of `Z`."""
    return json.loads(json.dumps(model.to_dict()).replace("+00:00", "Z"))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.model)
def test_full_and_minimal_objects_survive(shape: Shape) -> None:
    """What is read is written back, and nothing is made up for what was left out."""
    for data in (shape.full, shape.required):
        model = read(shape, data)
        assert written(model) == data
        assert model.additional_keys == []


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.model)
def test_newer_servers_are_understood(shape: Shape) -> None:
    """Unknown fields and unknown values of open enumerations are kept."""
    data = {**shape.full, **dict.fromkeys(shape.open.split(), "brand_new"), "brand_new": [1]}
    model = read(shape, data)
    assert written(model) == data
    assert model.additional_keys == ["brand_new"]


@pytest.mark.parametrize(("shape", "name"), FIELDS)
def test_required_and_nullable_fields(shape: Shape, name: str) -> None:
    """A field may be left out, or be null, exactly where the documentation says so."""
    without = {key: value for key, value in shape.full.items() if key != name}
    if name in shape.optional:
        assert written(read(shape, without)) == without
    else:
        with pytest.raises(DecodeError, match=f"^{name}: missing"):
            read(shape, without)

    null = {**shape.full, name: None}
    if name in shape.nullable.split():
        assert written(read(shape, null)) == null
    else:
        with pytest.raises(DecodeError, match=f"^{name}: expected"):
            read(shape, null)


def test_camel_case_becomes_snake_case() -> None:
    result = MetricResult.from_dict(METRIC_RESULT.full)
    assert (result.agent_id, result.metric_name, result.run_id) == ("a1", "polite", "x")
    assert result.value == [1, {"a": None}]


def test_maps_keep_values_of_any_kind() -> None:
    """Arguments of tools are documented as strings; a server may know better."""
    call = {"id": "c1", "name": "f", "arguments": {"city": "Paris", "days": 3}}
    turn = AgentTranscript.from_dict({**TURN.full, "tool_calls": [call]})
    assert turn.tool_calls
    assert turn.tool_calls[0].arguments["city"] == "Paris"
    assert turn.tool_calls[0].arguments["days"] == 3


def test_both_spellings_of_words_are_read() -> None:
    """The examples show a list of words, the types of the official SDK columns."""
    frame = {"type": "transcript", "request_id": "r1", "text": "Hi", "is_final": True}
    columns = {"words": ["Hi"], "start": [0], "end": [0.5]}
    for words in ([columns], [{"word": "Hi", "start": 0, "end": 0.5}], [], None):
        read_frame = SttTranscriptFrame.from_dict({**frame, "words": words})
        assert read_frame.to_dict()["words"] == words
