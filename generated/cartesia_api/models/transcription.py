from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field

from ..models.transcribed_word import TranscribedWord
from ..types import (
    UNSET,
    Model,
    Reader,
    Unset,
    either,
    encode_object,
    list_of,
    read_bool,
    read_float,
    read_null,
    read_object,
    read_str,
    take,
    take_optional,
)

_READ_LANGUAGE: Final[Reader[None | str]] = either(read_str, read_null)
_READ_DURATION: Final[Reader[float | None]] = either(read_float, read_null)
_READ_REQUEST_ID: Final[Reader[None | str]] = either(read_str, read_null)
_READ_IS_FINAL: Final[Reader[bool | None]] = either(read_bool, read_null)
_READ_WORDS: Final[Reader[list[TranscribedWord] | None]] = either(
    list_of(TranscribedWord.from_dict), read_null
)


@define(kw_only=True)
class Transcription(Model):
    """Transcript of a recording.

    Attributes:
        type_: Always `transcript`.
        text: What was said.
        language: Language of the recording.
        duration: Length of the recording in seconds.
        request_id: Id of the request, to be quoted to support.
        is_final: Deprecated and without meaning here.
        words: The words with their timings, when `word` granularity was asked for.
        additional_properties: Fields that the document does not know.
    """

    type_: str
    text: str
    language: None | str | Unset = UNSET
    duration: float | None | Unset = UNSET
    request_id: None | str | Unset = UNSET
    is_final: bool | None | Unset = UNSET
    words: list[TranscribedWord] | None | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "type": self.type_,
                "text": self.text,
                "language": self.language,
                "duration": self.duration,
                "request_id": self.request_id,
                "is_final": self.is_final,
                "words": self.words,
            },
            self.additional_properties,
        )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, object]) -> Self:
        """Make the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or of another type. It names the field, not the value.
        """
        data = read_object(src_dict)
        model = cls(
            type_=take(data, "type", read_str),
            text=take(data, "text", read_str),
            language=take_optional(data, "language", _READ_LANGUAGE),
            duration=take_optional(data, "duration", _READ_DURATION),
            request_id=take_optional(data, "request_id", _READ_REQUEST_ID),
            is_final=take_optional(data, "is_final", _READ_IS_FINAL),
            words=take_optional(data, "words", _READ_WORDS),
        )
        model.additional_properties = data
        return model
