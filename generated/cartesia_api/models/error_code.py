from __future__ import annotations

from typing import Final, Literal, TypeAlias

from cartesia_runtime.decoding import member

ErrorCode: TypeAlias = Literal[
    "concurrency_limited",
    "file_too_large",
    "language_not_supported",
    "model_not_found",
    "model_sunsetted",
    "plan_upgrade_required",
    "quota_exceeded",
    "unsupported_audio_format",
    "voice_model_mismatch",
    "voice_not_found",
]
"""Machine-readable reasons for a failure."""

ERROR_CODE_VALUES: Final[tuple[ErrorCode, ...]] = (
    "concurrency_limited",
    "file_too_large",
    "language_not_supported",
    "model_not_found",
    "model_sunsetted",
    "plan_upgrade_required",
    "quota_exceeded",
    "unsupported_audio_format",
    "voice_model_mismatch",
    "voice_not_found",
)


def check_error_code(value: object) -> ErrorCode:
    """Return the value, if it is one of the known values.

    Raises:
        DecodeError: If it is another value.
    """
    return member(value, ERROR_CODE_VALUES, "ErrorCode")
