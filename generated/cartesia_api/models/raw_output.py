from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from attrs import define, field

from ..models.raw_encoding import RawEncoding, check_raw_encoding
from ..models.sample_rate import SampleRate, check_sample_rate
from ..types import Model, Reader, constant, encode_object, read_object, take

_READ_CONTAINER: Final[Reader[Literal["raw"]]] = constant("raw")


@define(kw_only=True)
class RawOutput(Model):
    """Headerless samples, one channel.

    Attributes:
        container: Always `raw`.
        encoding: Encoding of one sample.
        sample_rate: Sampling rate in Hz.
        additional_properties: Fields that the document does not know.
    """

    container: Literal["raw"] = "raw"
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
        """Make the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or of another type. It names the field, not the value.
        """
        data = read_object(src_dict)
        model = cls(
            container=take(data, "container", _READ_CONTAINER),
            encoding=take(data, "encoding", check_raw_encoding),
            sample_rate=take(data, "sample_rate", check_sample_rate),
        )
        model.additional_properties = data
        return model
