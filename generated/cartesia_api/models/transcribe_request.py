from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    checked_optional,
    list_of,
    read_file,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object, encode_parts
from cartesia_runtime.files import File, RequestFiles
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.stt_batch_model import SttBatchModel
from ..models.stt_language import SttLanguage
from ..models.timestamp_granularity import TimestampGranularity, check_timestamp_granularity

_READ_TIMESTAMP_GRANULARITIES: Final[Reader[list[TimestampGranularity]]] = list_of(
    check_timestamp_granularity
)


@define(kw_only=True)
class TranscribeRequest(Model):
    """A recording and how to transcribe it.

    Attributes:
        file: The recording, as flac, m4a, mp3, mp4, mpeg, mpga, oga, ogg, wav or webm, or as
            headerless samples.
        model: Id of the model.
        language: Language of the recording. The server assumes `en` when it is left out.
        timestamp_granularities: Times to include. `word` adds `words` to the response;
            without it there are no times.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    file: File
    model: str | SttBatchModel
    language: str | SttLanguage | Unset = UNSET
    timestamp_granularities: list[TimestampGranularity] | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "file": self.file,
                "model": self.model,
                "language": self.language,
                "timestamp_granularities[]": self.timestamp_granularities,
            },
            self.additional_properties,
        )

    def to_multipart(self) -> RequestFiles:
        """Return the model as the parts of a form, without the fields that are UNSET or None."""
        return encode_parts(
            {
                "file": self.file,
                "model": self.model,
                "language": self.language,
                "timestamp_granularities[]": self.timestamp_granularities,
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
        model.file = checked("file", pop("file", UNSET), read_file)
        value = pop("model", UNSET)
        model.model = value if type(value) is str else checked("model", value, read_str)
        value = pop("language", UNSET)
        model.language = (
            value if type(value) is str or value is UNSET else checked("language", value, read_str)
        )
        model.timestamp_granularities = checked_optional(
            "timestamp_granularities[]",
            pop("timestamp_granularities[]", UNSET),
            _READ_TIMESTAMP_GRANULARITIES,
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
