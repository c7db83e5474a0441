from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

LocalizeTargetLanguage: TypeAlias = Literal[
    "ar",
    "de",
    "en",
    "es",
    "fr",
    "he",
    "hi",
    "it",
    "ja",
    "ko",
    "nl",
    "pl",
    "pt",
    "ru",
    "sv",
    "ta",
    "te",
    "th",
    "tr",
    "zh",
]
"""Languages that a voice can be localized to."""

LOCALIZE_TARGET_LANGUAGE_VALUES: Final[tuple[LocalizeTargetLanguage, ...]] = (
    "ar",
    "de",
    "en",
    "es",
    "fr",
    "he",
    "hi",
    "it",
    "ja",
    "ko",
    "nl",
    "pl",
    "pt",
    "ru",
    "sv",
    "ta",
    "te",
    "th",
    "tr",
    "zh",
)


def check_localize_target_language(value: object) -> LocalizeTargetLanguage:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, LOCALIZE_TARGET_LANGUAGE_VALUES, "LocalizeTargetLanguage")
