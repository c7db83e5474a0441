from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from attrs import define, field

from ..models.stt_language import SttLanguage
from ..models.stt_word_columns import SttWordColumns
from ..models.transcribed_word import TranscribedWord
from ..types import (
    UNSET,
    Model,
    Reader,
    Unset,
    constant,
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

_READ_TYPE_: Final[Reader[Literal["transcript"]]] = constant("transcript")
_READ_DURATION: Final[Reader[float | None]] = either(read_float, read_null)
_READ_LANGUAGE: Final[Reader[None | str | SttLanguage]] = either(read_str, read_null)
_READ_WORDS: Final[Reader[list[TranscribedWord] | None | SttWordColumns]] = either(
    list_of(TranscribedWord.from_dict), either(SttWordColumns.from_dict, read_null)
)


@define(kw_only=True)
class SttTranscriptFrame(Model):
    """What was said since the last final frame. The transcript is the texts of all final frames,
    joined without a space. The client sends raw audio in binary frames of about 100 ms, and the
    bare words `finalize` and `close` as text frames; a JSON form of them is rejected.

    Attributes:
        type_: Always `transcript`.
        request_id: Id of the connection, to be quoted to support.
        text: What was said since the last final frame. Its spaces belong to it.
        is_final: True when the text will not change any more.
        duration: Length of the audio behind the text, in seconds.
        language: Language that was spoken.
        words: The words with their timings. Sources differ: the examples show a list of
            words, the types of the official SDK columns.
        additional_properties: Fields that the document does not know.
    """

    type_: Literal["transcript"] = "transcript"
    request_id: str
    text: str
    is_final: bool
    duration: float | None | Unset = UNSET
    language: None | str | SttLanguage | Unset = UNSET
    words: list[TranscribedWord] | None | SttWordColumns | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "type": self.type_,
                "request_id": self.request_id,
                "text": self.text,
                "is_final": self.is_final,
                "duration": self.duration,
                "language": self.language,
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
            type_=take(data, "type", _READ_TYPE_),
            request_id=take(data, "request_id", read_str),
            text=take(data, "text", read_str),
            is_final=take(data, "is_final", read_bool),
            duration=take_optional(data, "duration", _READ_DURATION),
            language=take_optional(data, "language", _READ_LANGUAGE),
            words=take_optional(data, "words", _READ_WORDS),
        )
        model.additional_properties = data
        return model
