from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field

from ..types import Model, Reader, encode_object, list_of, read_float, read_object, read_str, take

_READ_WORDS: Final[Reader[list[str]]] = list_of(read_str)
_READ_START: Final[Reader[list[float]]] = list_of(read_float)
_READ_END: Final[Reader[list[float]]] = list_of(read_float)


@define(kw_only=True)
class SttWordColumns(Model):
    """Words and when they were said, as three arrays of equal length.

    Attributes:
        words: The words.
        start: Start of each word in seconds.
        end: End of each word in seconds.
        additional_properties: Fields that the document does not know.
    """

    words: list[str]
    start: list[float]
    end: list[float]
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"words": self.words, "start": self.start, "end": self.end}, self.additional_properties
        )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, object]) -> Self:
        """Make the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or of another type. It names the field, not the value.
        """
        data = read_object(src_dict)
        model = cls(
            words=take(data, "words", _READ_WORDS),
            start=take(data, "start", _READ_START),
            end=take(data, "end", _READ_END),
        )
        model.additional_properties = data
        return model
