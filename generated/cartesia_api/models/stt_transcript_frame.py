from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    checked_optional,
    constant,
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

from ..models.stt_language import SttLanguage
from ..models.stt_word_columns import SttWordColumns
from ..models.transcribed_word import TranscribedWord

_READ_TYPE_: Final[Reader[Literal["transcript"]]] = constant("transcript")
_READ_DURATION: Final[Reader[float | None]] = either(read_float, read_null)
_READ_LANGUAGE: Final[Reader[None | str | SttLanguage]] = either(read_str, read_null)
_READ_WORDS: Final[Reader[list[SttWordColumns | TranscribedWord] | None]] = either(
    list_of(either(TranscribedWord.from_dict, SttWordColumns.from_dict)), read_null
)


@define(kw_only=True)
class SttTranscriptFrame(Model):
    """What was said since the last final frame. The transcript is the texts of all final frames,
    joined without a space.

    Attributes:
        type_: Always `transcript`.
        request_id: Id of the connection. Give it to support when you report a problem.
        text: What was said since the last final frame. Its spaces belong to it.
        is_final: True when the text will not change any more.
        duration: Length of the audio of this text, in seconds.
        language: Language that was spoken.
        words: The words with their times. Sources differ: the examples show a list of words,
            the types of the official SDK a list of columns.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    type_: Literal["transcript"] = "transcript"
    request_id: str
    text: str
    is_final: bool
    duration: float | None | Unset = UNSET
    language: None | str | SttLanguage | Unset = UNSET
    words: list[SttWordColumns | TranscribedWord] | None | Unset = UNSET
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
        """Create the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or has another type. The message has no values.
        """
        data = read_object(src_dict)
        pop = data.pop
        # Fields are set one by one, which is quicker than a call with all of them.
        model = cls.__new__(cls)
        model.type_ = checked("type", pop("type", UNSET), _READ_TYPE_)
        value = pop("request_id", UNSET)
        model.request_id = value if type(value) is str else checked("request_id", value, read_str)
        value = pop("text", UNSET)
        model.text = value if type(value) is str else checked("text", value, read_str)
        value = pop("is_final", UNSET)
        model.is_final = value if type(value) is bool else checked("is_final", value, read_bool)
        value = pop("duration", UNSET)
        model.duration = (
            value
            if type(value) is float or value is None or value is UNSET
            else checked("duration", value, _READ_DURATION)
        )
        value = pop("language", UNSET)
        model.language = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("language", value, _READ_LANGUAGE)
        )
        model.words = checked_optional("words", pop("words", UNSET), _READ_WORDS)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
