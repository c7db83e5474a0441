from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field

from ..types import Model, encode_object, read_float, read_object, read_str, take


@define(kw_only=True)
class TranscribedWord(Model):
    """One word and when it was said.

    Attributes:
        word: The word.
        start: Start of the word, in seconds from the start of the recording.
        end: End of the word, in seconds from the start of the recording.
        additional_properties: Fields that the document does not know.
    """

    word: str
    start: float
    end: float
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"word": self.word, "start": self.start, "end": self.end}, self.additional_properties
        )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, object]) -> Self:
        """Make the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or of another type. It names the field, not the value.
        """
        data = read_object(src_dict)
        model = cls(
            word=take(data, "word", read_str),
            start=take(data, "start", read_float),
            end=take(data, "end", read_float),
        )
        model.additional_properties = data
        return model
