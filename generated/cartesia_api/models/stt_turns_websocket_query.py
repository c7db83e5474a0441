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
from ..models.stt_model import SttModel

_READ_KEYTERM: Final[Reader[list[str]]] = list_of(read_str)


@define(kw_only=True)
class SttTurnsWebsocketQuery(Model):
    """The query of the handshake of `/stt/turns/websocket`. The thresholds must decrease in the
    order start, eager end, end. After the handshake, the client sends raw audio in binary
    frames and JSON commands in text frames. Invalid settings are answered by an error frame in
    place of `connected`.

    Attributes:
        model: Id of the model.
        encoding: Encoding of the audio.
        sample_rate: Sampling rate of the audio in Hz.
        keyterm: Terms to expect, such as names. At most 100 with 1200 characters together;
            the query repeats the parameter, without brackets. They cannot change later.
        turn_start_threshold: Probability of speech that starts a turn, 0.5 to 0.9. The server
            uses 0.8 when it is left out.
        turn_eager_end_threshold: Probability below which a turn is probably over, 0.3 to 0.6.
            The server uses 0.4 when it is left out.
        turn_end_threshold: Probability below which a turn is over, 0.05 to 0.5. The server
            uses 0.2 when it is left out.
        turn_end_timeout_ms: Silence that ends a turn in milliseconds, 640 to 11200. The
            server uses 5600 when it is left out.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    model: str | SttModel
    encoding: SttEncoding
    sample_rate: int
    keyterm: list[str] | Unset = UNSET
    turn_start_threshold: float | Unset = UNSET
    turn_eager_end_threshold: float | Unset = UNSET
    turn_end_threshold: float | Unset = UNSET
    turn_end_timeout_ms: int | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "model": self.model,
                "encoding": self.encoding,
                "sample_rate": self.sample_rate,
                "keyterm": self.keyterm,
                "turn_start_threshold": self.turn_start_threshold,
                "turn_eager_end_threshold": self.turn_eager_end_threshold,
                "turn_end_threshold": self.turn_end_threshold,
                "turn_end_timeout_ms": self.turn_end_timeout_ms,
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
        model.keyterm = checked_optional("keyterm", pop("keyterm", UNSET), _READ_KEYTERM)
        value = pop("turn_start_threshold", UNSET)
        model.turn_start_threshold = (
            value
            if type(value) is float or value is UNSET
            else checked("turn_start_threshold", value, read_float)
        )
        value = pop("turn_eager_end_threshold", UNSET)
        model.turn_eager_end_threshold = (
            value
            if type(value) is float or value is UNSET
            else checked("turn_eager_end_threshold", value, read_float)
        )
        value = pop("turn_end_threshold", UNSET)
        model.turn_end_threshold = (
            value
            if type(value) is float or value is UNSET
            else checked("turn_end_threshold", value, read_float)
        )
        value = pop("turn_end_timeout_ms", UNSET)
        model.turn_end_timeout_ms = (
            value
            if type(value) is int or value is UNSET
            else checked("turn_end_timeout_ms", value, read_int)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
