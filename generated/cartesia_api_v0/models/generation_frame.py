from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model

from ..models.speech_request import SpeechRequest


@define(kw_only=True)
class GenerationFrame(Model):
    """Requests a speech, on both sockets. According to a comment in the packages, it also cancels
    the current speech in interrupt mode.

    Attributes:
        data: What to speak and how.
        context_id: Unique id of the generation. The packages use 32 hexadecimal digits.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    data: SpeechRequest
    context_id: str
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"data": self.data, "context_id": self.context_id}, self.additional_properties
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
        model.data = checked("data", pop("data", UNSET), SpeechRequest.from_dict)
        value = pop("context_id", UNSET)
        model.context_id = value if type(value) is str else checked("context_id", value, read_str)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
