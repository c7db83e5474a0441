from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

AttachableAccent: TypeAlias = Literal[
    "australian",
    "brazilian-portuguese",
    "british",
    "canadian-french",
    "castilian",
    "central-tamil",
    "central-thai",
    "general-american",
    "high-german",
    "hindi",
    "israeli",
    "istanbul",
    "italian",
    "japanese",
    "korean",
    "mandarin",
    "mexican",
    "modern-standard-arabic",
    "parisian",
    "polish",
    "randstad",
    "russian",
    "southern-us",
    "stockholm",
    "telangana",
]
"""Catalog ids of the accents that can be attached to a voice."""

ATTACHABLE_ACCENT_VALUES: Final[tuple[AttachableAccent, ...]] = (
    "australian",
    "brazilian-portuguese",
    "british",
    "canadian-french",
    "castilian",
    "central-tamil",
    "central-thai",
    "general-american",
    "high-german",
    "hindi",
    "israeli",
    "istanbul",
    "italian",
    "japanese",
    "korean",
    "mandarin",
    "mexican",
    "modern-standard-arabic",
    "parisian",
    "polish",
    "randstad",
    "russian",
    "southern-us",
    "stockholm",
    "telangana",
)


def check_attachable_accent(value: object) -> AttachableAccent:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, ATTACHABLE_ACCENT_VALUES, "AttachableAccent")
