from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, checked_optional, read_file, read_object, read_str
from cartesia_runtime.encoding import encode_object, encode_parts
from cartesia_runtime.files import File, RequestFiles
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.mpeg_bit_rate import MpegBitRate, check_mpeg_bit_rate
from ..models.output_container import OutputContainer, check_output_container
from ..models.raw_encoding import RawEncoding, check_raw_encoding
from ..models.sample_rate import SampleRate, check_sample_rate


@define(kw_only=True)
class ChangeVoiceRequest(Model):
    """A recording and the voice to speak it with.

    Attributes:
        clip: The recording of speech.
        voice_id: Id of the voice to speak with.
        output_format_container: Container of the audio.
        output_format_sample_rate: Sampling rate of the audio in Hz.
        output_format_encoding: Encoding of one sample. Needed for `raw` and `wav`, not for
            `mp3`.
        output_format_bit_rate: Bit rate in bits per second. Needed for `mp3` only.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    clip: File
    voice_id: str
    output_format_container: OutputContainer
    output_format_sample_rate: SampleRate
    output_format_encoding: RawEncoding | Unset = UNSET
    output_format_bit_rate: MpegBitRate | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "clip": self.clip,
                "voice[id]": self.voice_id,
                "output_format[container]": self.output_format_container,
                "output_format[sample_rate]": self.output_format_sample_rate,
                "output_format[encoding]": self.output_format_encoding,
                "output_format[bit_rate]": self.output_format_bit_rate,
            },
            self.additional_properties,
        )

    def to_multipart(self) -> RequestFiles:
        """Return the model as the parts of a form, without the fields that are UNSET or None."""
        return encode_parts(
            {
                "clip": self.clip,
                "voice[id]": self.voice_id,
                "output_format[container]": self.output_format_container,
                "output_format[sample_rate]": self.output_format_sample_rate,
                "output_format[encoding]": self.output_format_encoding,
                "output_format[bit_rate]": self.output_format_bit_rate,
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
        model.clip = checked("clip", pop("clip", UNSET), read_file)
        value = pop("voice[id]", UNSET)
        model.voice_id = value if type(value) is str else checked("voice[id]", value, read_str)
        model.output_format_container = checked(
            "output_format[container]",
            pop("output_format[container]", UNSET),
            check_output_container,
        )
        model.output_format_sample_rate = checked(
            "output_format[sample_rate]",
            pop("output_format[sample_rate]", UNSET),
            check_sample_rate,
        )
        model.output_format_encoding = checked_optional(
            "output_format[encoding]", pop("output_format[encoding]", UNSET), check_raw_encoding
        )
        model.output_format_bit_rate = checked_optional(
            "output_format[bit_rate]", pop("output_format[bit_rate]", UNSET), check_mpeg_bit_rate
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
