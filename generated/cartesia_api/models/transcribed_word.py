from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, read_float, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model


@define(kw_only=True)
class TranscribedWord(Model):
    """A word with its start and end.

    Attributes:
        word: The word.
        start: Start of the word, in seconds from the start of the recording.
        end: End of the word, in seconds from the start of the recording.
        additional_properties: Fields that the OpenAPI document does not have.
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
        """Create the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or has another type. The message has no values.
        """
        data = read_object(src_dict)
        pop = data.pop
        # Fields are set one by one, which is quicker than a call with all of them.
        model = cls.__new__(cls)
        value = pop("word", UNSET)
        model.word = value if type(value) is str else checked("word", value, read_str)
        value = pop("start", UNSET)
        model.start = value if type(value) is float else checked("start", value, read_float)
        value = pop("end", UNSET)
        model.end = value if type(value) is float else checked("end", value, read_float)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
