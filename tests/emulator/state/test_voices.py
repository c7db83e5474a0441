"""Voices: the public ones and those that clients add, with their accents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartesia_emulator.catalog import ACCENTS, LANGUAGES
from cartesia_emulator.errors import ApiError
from cartesia_emulator.speech.engine import VoiceShape
from cartesia_emulator.state.voices import (
    MAX_ACCENTS,
    VoiceFilter,
    VoiceRecord,
    VoiceStore,
    chosen_accent,
    native_accent,
    new_voice,
)

CLARA = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"
SHAPES = {"base": VoiceShape(pitch=1.5), "male": VoiceShape(pitch=0.5)}
ENGLISH = [accent.id for accent in ACCENTS.values() if accent.language == "en"]


def store() -> VoiceStore:
    return VoiceStore(SHAPES)


def mine(**changes: Any) -> VoiceRecord:
    given: dict[str, Any] = {"name": "Renée", "accent": "british", "shape": VoiceShape()}
    return new_voice(**given | {"is_clone": True} | changes)


def test_the_public_voices_have_the_shapes_of_the_engine() -> None:
    voices = store()
    assert voices.get(CLARA).shape == SHAPES["base"]
    assert all(not voice.is_owner for voice in voices.all())
    assert len({voice.id for voice in voices.all()}) == len(voices.all()) > 10
    assert all(accent in ACCENTS for voice in voices.all() for accent in voice.accents)
    dates = [voice.created_at for voice in voices.all()]
    assert dates == sorted(dates, reverse=True)


def test_an_engine_without_a_preset_has_the_voice_all_the_same() -> None:
    assert all(voice.shape == VoiceShape() for voice in VoiceStore({}).all())


def test_a_new_voice_comes_first_and_is_found_in_any_case() -> None:
    voices = store()
    voice = voices.add(mine())
    assert voices.all()[0] is voice
    assert voices.get(voice.id.upper()) is voice
    voices.remove(voice.id)
    with pytest.raises(ApiError) as caught:
        voices.get(voice.id, field="voice")
    assert (caught.value.status, caught.value.code) == (404, "voice_not_found")
    assert caught.value.message.startswith("voice: there is no voice")


def test_retired_voices_are_found_and_not_listed() -> None:
    old = mine(name="Old")
    voices = VoiceStore(SHAPES, [old])
    assert voices.get(old.id.upper()) is old
    assert old not in voices.all()


@pytest.mark.parametrize("change", ["own", "remove", "attach", "detach"])
def test_a_public_voice_is_not_changed(change: str) -> None:
    voices = store()
    arguments: dict[str, list[Any]] = {"attach": [["british"]], "detach": ["general-american"]}
    with pytest.raises(ApiError, match="'Clara' is public") as caught:
        getattr(voices, change)(CLARA, *arguments.get(change, []))
    assert caught.value.status == 403
    assert voices.get(CLARA).name == "Clara"


@settings(max_examples=20)
@given(st.lists(st.sampled_from(ENGLISH), max_size=14))
def test_accents_are_attached_once_up_to_the_most(accents: list[str]) -> None:
    voices = store()
    voice = voices.add(mine())
    merged = list(dict.fromkeys(["british", *accents]))
    if len(merged) > MAX_ACCENTS:
        with pytest.raises(ApiError, match="at most 10") as caught:
            voices.attach(voice.id, accents)
        assert caught.value.status == 400
        merged = ["british"]
    else:
        voices.attach(voice.id, accents)
    assert list(voices.get(voice.id).accents) == merged
    for accent in merged[1:]:
        voices.detach(voice.id, accent)
    assert voices.get(voice.id).accents == ("british",)


def test_accents_attach_only_to_clones() -> None:
    voices = store()
    voice = voices.add(mine(is_clone=False))
    with pytest.raises(ApiError, match="only to your own instant clones") as caught:
        voices.attach(voice.id, ["irish"])
    assert caught.value.status == 403


@pytest.mark.parametrize(("accent", "status"), [("british", 400), ("irish", 404)])
def test_what_cannot_be_detached(accent: str, status: int) -> None:
    voices = store()
    voice = voices.add(mine())
    with pytest.raises(ApiError) as caught:
        voices.detach(voice.id, accent)
    assert caught.value.status == status


def test_the_api_shows_locales_native_first_and_each_once() -> None:
    voice = msgspec.structs.replace(mine(), accents=("california", "general-american", "parisian"))
    shown = voice.public()
    assert shown["locales"] == [
        {"locale": "en-US", "is_native": True},
        {"locale": "fr-FR", "is_native": False},
    ]
    assert (shown["accent"], shown["country"], shown["language"]) == ("california", "US", "en")
    assert (shown["access"], shown["visibility"], shown["is_owner"]) == ("private", "owner", True)
    assert "user_id" not in shown
    assert voice.metadata()["user_id"]
    assert isinstance(shown["created_at"], datetime)


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ({}, True),
        ({"q": "RENEE"}, True),
        ({"q": "née"}, True),
        ({"q": "warm"}, True),
        ({"q": "cold"}, False),
        ({"is_owner": True}, True),
        ({"is_owner": False}, False),
        ({"gender": "feminine"}, True),
        ({"gender": "masculine"}, False),
        ({"language": "en"}, True),
        ({"language": "en_gb"}, True),
        ({"language": "en-GB"}, True),
        ({"language": "en-US"}, False),
        ({"language": "fr"}, False),
        ({"language": ""}, True),
        ({"q": "renee", "gender": "masculine"}, False),
    ],
)
def test_a_voice_is_kept_if_every_filter_keeps_it(filters: dict[str, Any], kept: bool) -> None:
    voice = mine(description="A warm voice.", gender="feminine")
    assert VoiceFilter(**filters).keeps(voice) is kept


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_has_a_native_accent_of_its_own(language: str) -> None:
    accent = native_accent(language)
    assert ACCENTS[accent].language == language
    assert chosen_accent(None, language) == accent
    assert chosen_accent(accent, language) == accent


@pytest.mark.parametrize(
    ("accent", "language", "message"),
    [
        ("parisian", "en", "'parisian' is not an accent of language 'en'"),
        ("martian", "en", "'martian' is not one of"),
        (None, "xx", "'xx' has no accent"),
    ],
)
def test_an_accent_belongs_to_its_language(accent: str | None, language: str, message: str) -> None:
    with pytest.raises(ApiError, match=message) as caught:
        chosen_accent(accent, language)
    assert caught.value.status == 400
