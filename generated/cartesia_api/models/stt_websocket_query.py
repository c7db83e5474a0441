from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    checked_optional,
    list_of,
    read_float,
    read_int,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.stt_encoding import SttEncoding, check_stt_encoding
from ..models.stt_language import SttLanguage
from ..models.stt_model import SttModel

_READ_KEYTERM: Final[Reader[list[str]]] = list_of(read_str)


@define(kw_only=True)
class SttWebsocketQuery(Model):
    """The query of the handshake of `/stt/websocket`. After it, the client sends raw audio in
    binary frames of about 100 ms, no faster than it plays, and the bare words `finalize` and
    `close` as text frames; a JSON form of them is rejected. The word `done` of older clients
    means `close`. Every open connection takes one slot of the plan's limit, also when it is
    idle; one that receives nothing for three minutes is closed.

    Attributes:
        model: Id of the model.
        encoding: Encoding of the audio.
        sample_rate: Sampling rate of the audio in Hz.
        language: Language that is spoken; nothing is detected. The server assumes `en` when
            it is left out.
        keyterm: Terms to expect, such as names, for `ink-2`. At most 100 with 1200 characters
            together; the query repeats the parameter, without brackets. They cannot change later.
        min_volume: Volume below which audio counts as silence, 0 to 1; for `ink-whisper`
            only.
        max_silence_duration_secs: Silence that ends a piece of text without `finalize`, in
            seconds; for `ink-whisper` only.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    model: str | SttModel
    encoding: SttEncoding
    sample_rate: int
    language: str | SttLanguage | Unset = UNSET
    keyterm: list[str] | Unset = UNSET
    min_volume: float | Unset = UNSET
    max_silence_duration_secs: float | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "model": self.model,
                "encoding": self.encoding,
                "sample_rate": self.sample_rate,
                "language": self.language,
                "keyterm": self.keyterm,
                "min_volume": self.min_volume,
                "max_silence_duration_secs": self.max_silence_duration_secs,
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
        value = pop("model", UNSET)
        model.model = value if type(value) is str else checked("model", value, read_str)
        model.encoding = checked("encoding", pop("encoding", UNSET), check_stt_encoding)
        value = pop("sample_rate", UNSET)
        model.sample_rate = value if type(value) is int else checked("sample_rate", value, read_int)
        value = pop("language", UNSET)
        model.language = (
            value if type(value) is str or value is UNSET else checked("language", value, read_str)
        )
        model.keyterm = checked_optional("keyterm", pop("keyterm", UNSET), _READ_KEYTERM)
        value = pop("min_volume", UNSET)
        model.min_volume = (
            value
            if type(value) is float or value is UNSET
            else checked("min_volume", value, read_float)
        )
        value = pop("max_silence_duration_secs", UNSET)
        model.max_silence_duration_secs = (
            value
            if type(value) is float or value is UNSET
            else checked("max_silence_duration_secs", value, read_float)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
