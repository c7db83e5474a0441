from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field

from ..models.language import Language
from ..models.voice_accent import VoiceAccent, check_voice_accent
from ..types import (
    UNSET,
    File,
    Model,
    RequestFiles,
    Unset,
    encode_object,
    encode_parts,
    read_file,
    read_object,
    read_str,
    take,
    take_optional,
)


@define(kw_only=True)
class CloneVoiceRequest(Model):
    """A recording and the voice to make from it.

    Attributes:
        clip: Recording of the speaker, 3 to 10 seconds, as flac, mp3, mpeg, mpga, oga, ogg,
            wav or webm.
        name: Display name of the new voice.
        language: Language spoken in the recording.
        accent: Catalog id of the speaker's accent. The server works it out when it is left
            out.
        description: What the voice sounds like.
        base_voice_id: Id of a voice to start from.
        additional_properties: Fields that the document does not know.
    """

    clip: File
    name: str
    language: Language | str
    accent: VoiceAccent | Unset = UNSET
    description: str | Unset = UNSET
    base_voice_id: str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "clip": self.clip,
                "name": self.name,
                "language": self.language,
                "accent": self.accent,
                "description": self.description,
                "base_voice_id": self.base_voice_id,
            },
            self.additional_properties,
        )

    def to_multipart(self) -> RequestFiles:
        """Return the model as the parts of a form, without the fields that are UNSET or None."""
        return encode_parts(
            {
                "clip": self.clip,
                "name": self.name,
                "language": self.language,
                "accent": self.accent,
                "description": self.description,
                "base_voice_id": self.base_voice_id,
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
            clip=take(data, "clip", read_file),
            name=take(data, "name", read_str),
            language=take(data, "language", read_str),
            accent=take_optional(data, "accent", check_voice_accent),
            description=take_optional(data, "description", read_str),
            base_voice_id=take_optional(data, "base_voice_id", read_str),
        )
        model.additional_properties = data
        return model
