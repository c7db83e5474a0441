"""`UNSET`, and fields that the document does not define."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, field
from cartesia_runtime.models import UNSET, Model, Unset

if TYPE_CHECKING:
    from collections.abc import Callable


def test_unset_is_one_object() -> None:
    """Copies, pickles and new instances are all UNSET itself."""
    assert Unset() is UNSET
    assert copy.copy(UNSET) is UNSET
    assert copy.deepcopy({"a": [UNSET]})["a"][0] is UNSET
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(UNSET, protocol)) is UNSET
    assert repr(UNSET) == "UNSET"
    assert not UNSET


@define(kw_only=True)
class Song(Model):
    """A model as the templates write it."""

    name: str
    type_: str = "song"
    created_at: int | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)


def test_fields_are_read_by_their_names() -> None:
    """Whether the document defines them or not, so that a new version breaks nobody."""
    song = Song(name="One", created_at=4)
    song["mood"] = "low"
    assert (song["name"], song["type"], song["createdAt"], song["mood"]) == (
        "One",
        "song",
        4,
        "low",
    )
    song["name"] = "Two"
    assert song.name == "Two"
    assert song.additional_keys == ["mood"]
    assert "name" in song
    assert "mood" in song


def test_fields_that_are_not_there() -> None:
    song = Song(name="One")
    for key in ("createdAt", "mood", "additional_properties", "to_dict"):
        assert key not in song
        with pytest.raises(KeyError, match=key):
            song[key]


@pytest.mark.parametrize("use", [list, dict, lambda song: [*song], lambda song: song[0]])
def test_a_model_is_no_list_and_no_mapping(use: Callable[[Any], object]) -> None:
    """The error names what to use."""
    with pytest.raises(TypeError, match=r"Song is no list or mapping: use `to_dict\(\)`"):
        use(Song(name="One"))
