from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from attrs import define, field
from cartesia_runtime.decoding import Reader, checked, constant, read_object
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model

from ..models.raw_encoding import RawEncoding, check_raw_encoding
from ..models.sample_rate import SampleRate, check_sample_rate

_READ_CONTAINER: Final[Reader[Literal["wav"]]] = constant("wav")


@define(kw_only=True)
class WavOutput(Model):
    """A WAV file, one channel.

    Attributes:
        container: Always `wav`.
        encoding: Encoding of one sample.
        sample_rate: Sampling rate in Hz.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    container: Literal["wav"] = "wav"
    encoding: RawEncoding
    sample_rate: SampleRate
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "container": self.container,
                "encoding": self.encoding,
                "sample_rate": self.sample_rate,
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
        model.container = checked("container", pop("container", UNSET), _READ_CONTAINER)
        model.encoding = checked("encoding", pop("encoding", UNSET), check_raw_encoding)
        model.sample_rate = checked("sample_rate", pop("sample_rate", UNSET), check_sample_rate)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
