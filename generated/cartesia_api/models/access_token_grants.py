from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import Reader, checked, either, read_bool, read_null, read_object
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

_READ_TTS: Final[Reader[bool | None]] = either(read_bool, read_null)
_READ_STT: Final[Reader[bool | None]] = either(read_bool, read_null)
_READ_AGENT: Final[Reader[bool | None]] = either(read_bool, read_null)


@define(kw_only=True)
class AccessTokenGrants(Model):
    """Endpoints that a token can use. It cannot use the ones that are left out.

    Attributes:
        tts: Allows text to speech over HTTP, event streams and WebSocket.
        stt: Allows speech to text over HTTP and WebSocket.
        agent: Allows the WebSocket that calls an agent.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    tts: bool | None | Unset = UNSET
    stt: bool | None | Unset = UNSET
    agent: bool | None | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"tts": self.tts, "stt": self.stt, "agent": self.agent}, self.additional_properties
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
        value = pop("tts", UNSET)
        model.tts = (
            value
            if type(value) is bool or value is None or value is UNSET
            else checked("tts", value, _READ_TTS)
        )
        value = pop("stt", UNSET)
        model.stt = (
            value
            if type(value) is bool or value is None or value is UNSET
            else checked("stt", value, _READ_STT)
        )
        value = pop("agent", UNSET)
        model.agent = (
            value
            if type(value) is bool or value is None or value is UNSET
            else checked("agent", value, _READ_AGENT)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
