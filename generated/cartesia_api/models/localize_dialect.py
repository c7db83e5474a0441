from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

LocalizeDialect: TypeAlias = Literal["au", "br", "ca", "eu", "in", "mx", "pe", "so", "uk", "us"]
"""Dialects of the older way to localize. Prefer an accent."""

LOCALIZE_DIALECT_VALUES: Final[tuple[LocalizeDialect, ...]] = (
    "au",
    "br",
    "ca",
    "eu",
    "in",
    "mx",
    "pe",
    "so",
    "uk",
    "us",
)


def check_localize_dialect(value: object) -> LocalizeDialect:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, LOCALIZE_DIALECT_VALUES, "LocalizeDialect")
