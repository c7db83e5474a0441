from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import Reader, checked, list_of, read_float, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model

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
        additional_properties: Fields that the OpenAPI document does not have.
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
        """Create the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or has another type. The message has no values.
        """
        data = read_object(src_dict)
        pop = data.pop
        # Fields are set one by one, which is quicker than a call with all of them.
        model = cls.__new__(cls)
        model.words = checked("words", pop("words", UNSET), _READ_WORDS)
        model.start = checked("start", pop("start", UNSET), _READ_START)
        model.end = checked("end", pop("end", UNSET), _READ_END)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
