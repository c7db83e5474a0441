"""Models: fields that are left out, null, unknown or wrong."""

from __future__ import annotations

import copy
import pickle

import pytest
from cartesia_api.models import Mp3Output, RawOutput, TtsRequest, Voice, VoiceById
from cartesia_runtime.errors import DecodeError
from cartesia_runtime.models import UNSET


def test_models_survive_copies(voice: dict[str, object]) -> None:
    """A copied model is equal and encodes the same, although fields are UNSET."""
    model = Voice.from_dict(voice)
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert twin == model
        assert twin.to_dict() == model.to_dict()


def test_unknown_fields_and_values_are_kept(voice: dict[str, object]) -> None:
    """A newer server may add fields and values of enumerations."""
    model = Voice.from_dict({**voice, "access": "team", "mood": {"level": 3}})
    assert model.access == "team"
    assert model["mood"] == {"level": 3}
    assert "mood" in model
    assert model.additional_keys == ["mood"]
    assert model.to_dict()["mood"] == {"level": 3}
    model["mood"] = "low"
    del model["mood"]
    assert "mood" not in model


def test_null_differs_from_left_out(voice: dict[str, object]) -> None:
    assert Voice.from_dict(voice).gender is UNSET
    assert Voice.from_dict({**voice, "gender": None}).gender is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": 5}, "id: expected a string, got int"),
        ({"is_owner": "yes"}, "is_owner: expected a boolean, got str"),
        ({"locales": {}}, "locales: expected a list, got dict"),
        ({"locales": [{"locale": "en-GB"}]}, "locales[0].is_native: missing"),
        ({"locales": [1]}, "locales[0]: expected an object, got int"),
        ({"created_at": "soon"}, "created_at: expected a date and time in ISO 8601"),
        ({"accent": 1}, "accent: expected a string or null, got int"),
    ],
)
def test_decode_errors_name_the_place(
    voice: dict[str, object], change: dict[str, object], reason: str
) -> None:
    """The message says where and what kind, never the value."""
    with pytest.raises(DecodeError) as caught:
        Voice.from_dict({**voice, **change})
    assert str(caught.value) == reason


def test_tagged_union_is_read_by_its_tag() -> None:
    request = {"model_id": "sonic-3", "transcript": "Hi", "voice": {"id": "v1", "mode": "id"}}
    mp3 = {"container": "mp3", "bit_rate": 128000, "sample_rate": 44100}
    model = TtsRequest.from_dict({**request, "output_format": mp3})
    assert isinstance(model.output_format, Mp3Output)
    assert isinstance(model.voice, VoiceById)
    assert model.to_dict() == {**request, "output_format": mp3}
    with pytest.raises(
        DecodeError, match=r"^output_format.container: expected one of raw, wav, mp3"
    ):
        TtsRequest.from_dict({**request, "output_format": {"container": "ogg"}})


def test_constants_need_no_argument() -> None:
    output = RawOutput(encoding="pcm_s16le", sample_rate=24000)
    assert output.to_dict() == {
        "container": "raw",
        "encoding": "pcm_s16le",
        "sample_rate": 24000,
    }


