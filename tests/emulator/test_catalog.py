"""The fixed lists of the service fit together."""

from __future__ import annotations

import pytest

from cartesia_emulator import catalog
from cartesia_emulator.catalog import ACCENTS, LANGUAGES, accent_for


@pytest.mark.parametrize("accent", ACCENTS.values(), ids=lambda accent: accent.id)
def test_an_accent_is_of_a_language_that_is_spoken(accent: catalog.Accent) -> None:
    language, _, country = accent.locale.partition("-")
    assert accent.language == language
    assert language in LANGUAGES | {"ka"}  # Georgian has an accent only
    assert country.isupper()
    assert "*" not in accent.name


def test_a_locale_has_one_default_at_most() -> None:
    defaults = [accent.locale for accent in ACCENTS.values() if accent.is_locale_default]
    assert len(defaults) == len(set(defaults))
    assert list(ACCENTS) == sorted(ACCENTS)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_has_a_default_accent(language: str) -> None:
    accent = ACCENTS[accent_for(language) or ""]
    assert accent.language == language


def test_other_languages_have_none() -> None:
    assert accent_for("xx") is accent_for("") is None


@pytest.mark.parametrize(
    "ids",
    [
        catalog.ATTACHABLE,
        catalog.LANGUAGE_ACCENTS.values(),
        catalog.DIALECT_ACCENTS.values(),
    ],
)
def test_accents_of_the_lists_are_in_the_catalogue_and_localizable(ids: frozenset[str]) -> None:
    assert all(ACCENTS[ident].is_localizable for ident in ids)


def test_models_and_languages_are_known() -> None:
    assert not catalog.TTS_MODELS & catalog.SUNSETTED_MODELS
    assert set(catalog.FINE_TUNE_MODELS) <= catalog.TTS_MODELS
    for prefix, spoken in catalog.MODEL_LANGUAGES.items():
        assert spoken <= LANGUAGES
        assert any(model.startswith(prefix) for model in catalog.TTS_MODELS)
    assert catalog.LOCALIZE_LANGUAGES | set(catalog.LANGUAGE_ACCENTS) <= LANGUAGES
    assert list(catalog.VERSIONS) == sorted(catalog.VERSIONS)
    assert set(catalog.RAW_ENCODINGS) <= set(catalog.STT_ENCODINGS)
    assert catalog.MODEL_SPEEDS["slow"] < catalog.MODEL_SPEEDS["normal"] == 1.0
