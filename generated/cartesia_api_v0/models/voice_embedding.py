from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    either,
    list_of,
    read_float,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model

_READ_EMBEDDING: Final[Reader[list[float] | str]] = either(list_of(read_float), read_str)


@define(kw_only=True)
class VoiceEmbedding(Model):
    """The embedding of a voice, which requests for speech contain.

    Attributes:
        embedding: The 192 numbers, or a string that holds them as a JSON array.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    embedding: list[float] | str
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object({"embedding": self.embedding}, self.additional_properties)

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
        model.embedding = checked("embedding", pop("embedding", UNSET), _READ_EMBEDDING)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
