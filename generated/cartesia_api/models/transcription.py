from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    checked_optional,
    either,
    list_of,
    read_bool,
    read_float,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.transcribed_word import TranscribedWord

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
        request_id: Id of the request. Give it to support when you report a problem.
        is_final: Deprecated; it has no meaning for whole recordings.
        words: The words with their times, if the request asked for `word`.
        additional_properties: Fields that the OpenAPI document does not have.
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
        """Create the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or has another type. The message has no values.
        """
        data = read_object(src_dict)
        pop = data.pop
        # Fields are set one by one, which is quicker than a call with all of them.
        model = cls.__new__(cls)
        value = pop("type", UNSET)
        model.type_ = value if type(value) is str else checked("type", value, read_str)
        value = pop("text", UNSET)
        model.text = value if type(value) is str else checked("text", value, read_str)
        value = pop("language", UNSET)
        model.language = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("language", value, _READ_LANGUAGE)
        )
        value = pop("duration", UNSET)
        model.duration = (
            value
            if type(value) is float or value is None or value is UNSET
            else checked("duration", value, _READ_DURATION)
        )
        value = pop("request_id", UNSET)
        model.request_id = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("request_id", value, _READ_REQUEST_ID)
        )
        value = pop("is_final", UNSET)
        model.is_final = (
            value
            if type(value) is bool or value is None or value is UNSET
            else checked("is_final", value, _READ_IS_FINAL)
        )
        model.words = checked_optional("words", pop("words", UNSET), _READ_WORDS)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
