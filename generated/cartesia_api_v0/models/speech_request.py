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
    read_float,
    read_int,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.speech_format import SpeechFormat

_READ_VOICE: Final[Reader[list[float] | None]] = either(list_of(read_float), read_null)


@define(kw_only=True)
class SpeechRequest(Model):
    """A transcript and how to speak it.

    Attributes:
        transcript: Text to speak. The documentation of the models says 1 to 500 characters.
        model_id: Id of the model. The server uses `upbeat-moon` when it is left out; the
            first documentation required it. Package 0.0.6 sends an empty id by default, whose
            effect is not documented.
        voice: The embedding of the voice, 192 numbers. Optional at first, required in later
            documentation.
        duration: Maximum length of the speech in seconds. The server uses 180 when it is left
            out. The documentation says that it is an integer; the packages also send fractions.
        chunk_time: Seconds of audio in one chunk. The server uses 0.1 when it is left out.
        output_format: Encoding and sampling rate. The server uses `fp32_44100` when it is
            left out.
        lookahead: How far the model looks ahead. The server uses 8 when it is left out. No
            package sends it.
        description: Description of how to speak. The server uses an empty one when it is left
            out. No package sends it.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    transcript: str
    model_id: str | Unset = UNSET
    voice: list[float] | None | Unset = UNSET
    duration: float | Unset = UNSET
    chunk_time: float | Unset = UNSET
    output_format: SpeechFormat | str | Unset = UNSET
    lookahead: int | Unset = UNSET
    description: str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "transcript": self.transcript,
                "model_id": self.model_id,
                "voice": self.voice,
                "duration": self.duration,
                "chunk_time": self.chunk_time,
                "output_format": self.output_format,
                "lookahead": self.lookahead,
                "description": self.description,
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
        value = pop("transcript", UNSET)
        model.transcript = value if type(value) is str else checked("transcript", value, read_str)
        value = pop("model_id", UNSET)
        model.model_id = (
            value if type(value) is str or value is UNSET else checked("model_id", value, read_str)
        )
        model.voice = checked_optional("voice", pop("voice", UNSET), _READ_VOICE)
        value = pop("duration", UNSET)
        model.duration = (
            value
            if type(value) is float or value is UNSET
            else checked("duration", value, read_float)
        )
        value = pop("chunk_time", UNSET)
        model.chunk_time = (
            value
            if type(value) is float or value is UNSET
            else checked("chunk_time", value, read_float)
        )
        value = pop("output_format", UNSET)
        model.output_format = (
            value
            if type(value) is str or value is UNSET
            else checked("output_format", value, read_str)
        )
        value = pop("lookahead", UNSET)
        model.lookahead = (
            value if type(value) is int or value is UNSET else checked("lookahead", value, read_int)
        )
        value = pop("description", UNSET)
        model.description = (
            value
            if type(value) is str or value is UNSET
            else checked("description", value, read_str)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
